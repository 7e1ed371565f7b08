"""Money goes out to fieldworkers, is settled by slips, and comes back. Each change is decided under the fund's lock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.field import (
    back_in_the_field,
    bring_home,
    for_another,
    pay_from_field,
    send_out,
)
from services.donations.commands.grants import LimitsOf, Payout
from services.donations.commands.undoing import undo_entry
from services.donations.domain import advances as rules
from services.donations.domain.advances import RETURNED, SPENT, Advance
from services.donations.domain.ledger import Entry, EntryKind, place
from services.donations.domain.money import Money
from services.donations.domain.payouts import FIELD
from services.donations.ledger import MoneyLedger
from services.donations.repository import advances, books
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class NewAdvance:
    """Money of a fund that goes out to a fieldworker, perhaps what is set aside for a grant. The reference is new for
    each in its place.
    """

    fieldworker: str
    fund: str
    amount: Money
    place: str
    reference: str
    given_on: date
    grant_id: UUID | None = None


@dataclass(frozen=True)
class Slip:
    """What a part of an advance was spent for, by a code, and the grant that it paid, if it paid one."""

    reference: str
    amount: Money
    happened_on: date
    what: str
    grant_id: UUID | None = None


@dataclass(frozen=True)
class Rest:
    """What was not needed of an advance, and where it came back to."""

    reference: str
    amount: Money
    happened_on: date
    place: str


@asynccontextmanager
async def _locked(unit: Unit, advance_id: UUID) -> AsyncIterator[tuple[MoneyLedger, Advance | Refused]]:
    """The ledger with an advance's fund locked, and the advance as it is under that lock."""
    known = await advances.find(unit.session, advance_id)
    async with MoneyLedger.open(unit, {known.key} if known else set()) as ledger:
        advance = await advances.find(unit.session, advance_id)
        yield ledger, advance or missing(f"advance {advance_id}")


async def give(unit: Unit, limits: LimitsOf, wanted: NewAdvance) -> Advance | Refused:
    """Money goes out to a fieldworker. Refused beyond what is free, for a known reference, and for a day to come.

    For a grant it is refused beyond what is set aside for that, and while somebody still has to agree.
    """
    if wanted.given_on > unit.today:
        return invalid("An advance is booked once it was given.", ("given_on", "lies in the future"))
    advance = Advance(
        id=uuid7(),
        fieldworker=wanted.fieldworker,
        fund=wanted.fund,
        currency=wanted.amount.currency,
        amount=wanted.amount.minor,
        place=wanted.place,
        given_on=wanted.given_on,
        grant_id=wanted.grant_id,
    )
    async with MoneyLedger.open(unit, {advance.key}) as ledger:
        await books.make_account(unit.session, advance.carried)
        lines = rules.given(place(wanted.place, advance.currency), advance.carried, wanted.amount)
        entry = ledger.book(EntryKind.ADVANCED, lines, advance.id, wanted.given_on)
        if wanted.grant_id and (refused := await send_out(ledger, limits, wanted.grant_id, advance)):
            return ledger.refuse(refused)
        if refused := await ledger.short(advance.key):
            return ledger.refuse(refused)
        if not await advances.add(unit, advance, wanted.reference, entry.id):
            return ledger.refuse(conflict("An advance with this reference is booked already."))
        return advance


async def settle(unit: Unit, limits: LimitsOf, advance_id: UUID, slip: Slip) -> Advance | Refused:
    """A slip accounts for a part of an advance. Refused beyond what is left of it, for a known reference, and for a day
    before it went out.

    A slip that paid a grant is refused like any payment of that grant, and if another fund has to pay it. What is
    carried for a grant pays nothing else while that goes on.
    """
    async with _locked(unit, advance_id) as (ledger, advance):
        if isinstance(advance, Refused):
            return ledger.refuse(advance)
        if refused := _wrong(unit, advance, slip) or await for_another(ledger, advance, slip.grant_id):
            return ledger.refuse(refused)
        slip_id = uuid7()
        entry = await _spent(ledger, limits, advance, slip, slip_id)
        if isinstance(entry, Refused):
            return ledger.refuse(entry)
        row = {"kind": SPENT, "what": slip.what, "place": "", "grant_id": slip.grant_id}
        if not await _kept(unit, advance, slip, {**row, "id": slip_id, "entry_id": entry.id}):
            return ledger.refuse(_KNOWN)
        advances.increase(unit, advance.id, settled=slip.amount.minor)
        return replace(advance, settled=advance.settled + slip.amount.minor)


async def bring_back(unit: Unit, advance_id: UUID, rest: Rest) -> Advance | Refused:
    """What was not needed comes back, and is free for others. Refused beyond what is left, and like a slip."""
    async with _locked(unit, advance_id) as (ledger, advance):
        if isinstance(advance, Refused):
            return ledger.refuse(advance)
        if refused := _wrong(unit, advance, rest):
            return ledger.refuse(refused)
        where = place(rest.place, advance.currency)
        lines = rules.brought_back(where, advance.carried, rest.amount)
        entry = ledger.book(EntryKind.RETURNED, lines, advance.id, rest.happened_on)
        row = {"kind": RETURNED, "what": "", "place": rest.place, "grant_id": None}
        if not await _kept(unit, advance, rest, {**row, "id": uuid7(), "entry_id": entry.id}):
            return ledger.refuse(_KNOWN)
        if advance.grant_id:
            await bring_home(ledger, advance.grant_id, rest.amount.minor)
        advances.increase(unit, advance.id, returned=rest.amount.minor)
        return replace(advance, returned=advance.returned + rest.amount.minor)


_KNOWN = conflict("This fieldworker has a slip with this reference already.")


def _wrong(unit: Unit, advance: Advance, slip: Slip | Rest) -> Refused | None:
    if slip.happened_on > unit.today:
        return invalid("A slip is booked once it is there.", ("happened_on", "lies in the future"))
    if slip.happened_on < advance.given_on:
        words = f"This advance went out on {advance.given_on}. Book what was spent before to the advance it came from."
        return invalid(words, ("happened_on", f"lies before the advance went out, on {advance.given_on}"))
    if slip.amount.currency != advance.currency or slip.amount.minor > advance.left:
        words = f"{advance.money(advance.left)} is left of this advance."
        return invalid(words, ("amount", "is more than is left"))
    return None


async def _spent(
    ledger: MoneyLedger, limits: LimitsOf, advance: Advance, slip: Slip, slip_id: UUID
) -> Entry | Refused:
    """Book what was spent: as a payment of the grant, if it paid one."""
    if slip.grant_id is None:
        lines = rules.spent(advance.carried, slip.amount)
        return ledger.book(EntryKind.SPENT, lines, advance.id, slip.happened_on)
    payout = Payout(slip.amount, FIELD, advance.fieldworker, str(slip_id))
    own = slip.grant_id == advance.grant_id
    return await pay_from_field(
        ledger, limits, slip.grant_id, payout, advance.carried, slip.happened_on, own=own
    )


async def _kept(unit: Unit, advance: Advance, slip: Slip | Rest, values: dict[str, object]) -> bool:
    more = {
        "advance_id": advance.id,
        "fieldworker": advance.fieldworker,
        "amount": slip.amount.minor,
        "reference": slip.reference,
        "happened_on": slip.happened_on,
    }
    return await advances.add_slip(unit, {**more, **values})


async def undo_slip(unit: Unit, slip_id: UUID, note: str) -> Advance | Refused:
    """A slip or a return was booked by mistake: it is undone today, and the fieldworker carries the money again."""
    slip = await advances.find_slip(unit.session, slip_id)
    if slip is None:
        return missing(f"slip {slip_id}")
    async with _locked(unit, slip["advance_id"]) as (ledger, advance):
        slip = await advances.find_slip(unit.session, slip_id)
        assert slip, "slips are never deleted"
        assert isinstance(advance, Advance), "a slip has its advance"
        if slip["undone"]:
            return ledger.refuse(conflict("This slip is undone already."))
        undone = await undo_entry(ledger, slip["entry_id"], note)
        if refused := await back_in_the_field(ledger, advance, slip, undone):
            return ledger.refuse(refused)
        if refused := await ledger.short(advance.key):
            return ledger.refuse(refused)
        advances.undo_slip(unit, slip_id)
        kind = "settled" if slip["kind"] == SPENT else "returned"
        advances.increase(unit, advance.id, **{kind: -slip["amount"]})
        return replace(advance, **{kind: getattr(advance, kind) - slip["amount"]})


async def undo(unit: Unit, advance_id: UUID, note: str) -> Advance | Refused:
    """An advance was booked by mistake: nobody carries it. Refused while a slip or a return of it counts."""
    async with _locked(unit, advance_id) as (ledger, advance):
        if isinstance(advance, Refused):
            return ledger.refuse(advance)
        if advance.undone:
            return ledger.refuse(conflict("This advance is undone already."))
        if advance.left != advance.amount:
            return ledger.refuse(conflict("Slips of this advance are booked. Undo them first."))
        await undo_entry(ledger, await advances.entry_of(unit.session, advance_id), note)
        if advance.grant_id:
            await bring_home(ledger, advance.grant_id, advance.amount)
        advances.undo(unit, advance_id)
        return replace(advance, undone=True)
