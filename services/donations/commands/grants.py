"""Grants are agreed to, refused, paid in parts, and settled. Each change is decided under the fund's lock."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.donations.commands.undoing import undo_entry
from services.donations.domain import deciding, entries
from services.donations.domain import grants as rules
from services.donations.domain import payouts as paying
from services.donations.domain.deciding import Limits
from services.donations.domain.grants import Ended, Grant
from services.donations.domain.ledger import Account, Entry, EntryKind, opposite, place
from services.donations.domain.money import Money
from services.donations.domain.payouts import FIELD, NoReceipt
from services.donations.ledger import MoneyLedger
from services.donations.repository import grants, payouts
from services.donations.tables import APPROVAL
from shared.contracts.donations import GrantWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing
from shared.principals import LOCAL_OPERATOR

DECIDE = "decide_grants"
"""The timer by which grants are agreed to as far as the limits and people say: each day, for a limit may be another."""

MOST_NAMED = 3
LimitsOf = Callable[[str], Limits]
"""Who has to agree to grants in a currency."""


@dataclass(frozen=True)
class Payout:
    """A part of a grant that is paid to a payee, by a code, in a country if one is told. The reference is new for each
    in its place.
    """

    amount: Money
    place: str
    payee: str
    reference: str
    country: str = ""


@asynccontextmanager
async def _locked(unit: Unit, grant_id: UUID) -> AsyncIterator[tuple[MoneyLedger, Grant | Refused]]:
    """The ledger with a grant's fund locked, and the grant as it is under that lock."""
    known = await grants.find(unit.session, grant_id)
    keys = {known.key} if known else set()
    async with MoneyLedger.open(unit, keys) as ledger:
        grant = await grants.find(unit.session, grant_id)
        yield ledger, grant or missing(f"grant {grant_id}")


async def approve(unit: Unit, limits: LimitsOf, grant_id: UUID, version: int) -> Grant | Refused:
    """Somebody who is named agrees to what the grant was in this version; once enough have, it is in line for money.

    Refused for whoever asked for it or for more, for who agreed before, if nobody else has to, and if the grant has
    changed since.
    """
    if unit.actor == LOCAL_OPERATOR:
        return conflict(
            "Nobody is named who agrees. Say it by a code: X-Relief-As, on the command line --as."
        )
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        before = await grants.approved_by(unit.session, grant)
        if words := deciding.why_not_approve(grant, before, unit.actor.id, version):
            return ledger.refuse(conflict(words))
        new = {"wanted": grant.wanted, "on_day": unit.today, "asker_known": bool(grant.asked_by)}
        adding = insert(APPROVAL).values(grant_id=grant.id, actor=unit.actor.id, **new)
        await unit.session.execute(
            adding.on_conflict_do_update(index_elements=["grant_id", "actor"], set_=new)
        )
        after = deciding.decided(grant, limits(grant.currency), len({*before, unit.actor.id}))
        if after != grant:
            ledger.grant(after, grant)
        return after


async def decide_anew(unit: Unit, limits: LimitsOf) -> None:
    """Grants that go on are agreed to as far as the limits and people say, and hold no more than that."""
    async with MoneyLedger.open(unit, await grants.funds_of_open(unit.session)) as ledger:
        every = await grants.all_open(unit.session)
        agreed = await grants.approvals_of(unit.session, every)
        for each in every:
            after = deciding.let_go(deciding.decided(each, limits(each.currency), agreed[each.id]))
            if after != each:
                ledger.grant(after, each)


async def refuse(unit: Unit, grant_id: UUID, reason: str) -> Grant | Refused:
    """It is not paid, for a reason of the list; what was set aside is free. Refused once something was paid."""
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        if grant.ended or grant.paid:
            return ledger.refuse(
                conflict("Something was paid of this grant, or it is over. Settle it instead.")
            )
        after = rules.ended(grant, Ended.REFUSED, reason)
        ledger.grant(after, grant)
        return after


async def pay(unit: Unit, limits: LimitsOf, grant_id: UUID, payout: Payout) -> Grant | Refused:
    """Pay a part of what is set aside. Refused as `pay_out` refuses."""
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        done = await pay_out(ledger, limits, grant, payout, place(payout.place, grant.currency))
        return ledger.refuse(done) if isinstance(done, Refused) else done.grant


class Paid(NamedTuple):
    """A grant after a part of it was paid, and the entry of that."""

    grant: Grant
    entry: Entry


async def pay_out(
    ledger: MoneyLedger,
    limits: LimitsOf,
    grant: Grant,
    payout: Payout,
    where: Account,
    happened_on: date | None = None,
    *,
    own: bool = False,
) -> Paid | Refused:
    """Pay out of what is set aside for a grant, or of its `own` money, which a fieldworker carries for it.

    Refused beyond that, while somebody still has to agree, and where a payment would endanger whoever gets it.
    """
    if words := paying.why_not_there(payout.country):
        return invalid(words, ("country", "is a country in which nobody is paid"))
    there = min(grant.carried, max(0, grant.wanted - grant.paid)) if own else grant.set_aside
    if refused := await why_not(ledger, limits, grant, payout.amount, there):
        return refused
    entry = ledger.book(
        EntryKind.PAID, entries.paid(where, grant.key.fund, payout.amount), grant.id, happened_on
    )
    if short := await ledger.short():
        return short
    if not await written(ledger, grant, payout, entry):
        return _KNOWN
    after = paying.paid(grant, payout.amount.minor, carried=own)
    ledger.grant(after, grant)
    return Paid(after, entry)


async def why_not(
    ledger: MoneyLedger, limits: LimitsOf, grant: Grant, amount: Money, there: int
) -> Refused | None:
    """Why so much cannot leave for a grant, of which so much is there; None if it can."""
    if amount.currency != grant.currency:
        words = f"This grant is in {grant.currency}."
        return invalid(words, ("amount", "is in another currency"))
    if amount.minor > there:
        if grant.undecided:
            agreed = await grants.approved_by(ledger.unit.session, grant)
            lacking = max(1, deciding.approvals_needed(grant, limits(grant.currency)) - len(agreed))
            return conflict(f"{lacking} more have to agree to this grant before so much of it is paid.")
        words = f"{grant.money(there)} is set aside for this grant."
        return invalid(words, ("amount", "is more than is set aside"))
    return None


async def take_back(unit: Unit, grant_id: UUID, payout: Payout) -> Grant | Refused:
    """Money that was paid came back, because less was needed. Refused beyond what was paid in that place."""
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        most = await payouts.paid_in(unit.session, grant_id, payout.place)
        if payout.amount.currency != grant.currency or payout.amount.minor > most:
            return ledger.refuse(invalid("So much was not paid there.", ("amount", "is more than was paid")))
        where = place(payout.place, grant.currency)
        lines = opposite(entries.paid(where, grant.key.fund, payout.amount))
        entry = ledger.book(EntryKind.RETURNED, lines, grant.id)
        if not await written(ledger, grant, payout, entry):
            return ledger.refuse(_KNOWN)
        after = paying.came_back(grant, payout.amount.minor)
        ledger.grant(after, grant)
        return after


async def undo_payout(unit: Unit, grant_id: UUID, payout_id: UUID, note: str) -> Grant | Refused:
    """A payment of a grant, or money that came back of one, was a mistake: it is undone today, and its reference is
    free again. What was paid is set aside for the grant again, if that goes on.

    Refused for what a fieldworker paid, whose slip is undone; for a payment of which a part came back; and for money
    that came back and is spent or promised since, or does not lie there any more.
    """
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        row = await payouts.find(unit.session, grant_id, payout_id)
        if row is None:
            return ledger.refuse(missing(f"payment {payout_id} of this grant"))
        there = await payouts.paid_in(unit.session, grant_id, row["place"])
        if words := paying.why_not_undo(
            row["amount"], there, field=row["place"] == FIELD, undone=row["undone"]
        ):
            return ledger.refuse(conflict(words))
        await undo_entry(ledger, row["entry_id"], note)
        if refused := await ledger.short(grant.key):
            return ledger.refuse(refused)
        payouts.undo(unit, payout_id)
        amount = row["amount"]
        after = paying.put_back(grant, amount) if amount > 0 else paying.never_came_back(grant, -amount)
        ledger.grant(after, grant)
        return after


async def settle(unit: Unit, grant_id: UUID, no_receipt: NoReceipt | None = None) -> Grant | Refused:
    """All that is going to be paid was paid: what is still set aside is free.

    Refused if nothing was paid, and while receipts are missing, unless it is said why there are none.
    """
    async with _locked(unit, grant_id) as (ledger, grant):
        if isinstance(grant, Refused):
            return ledger.refuse(grant)
        if grant.ended or not grant.paid:
            return ledger.refuse(conflict("Nothing was paid of this grant, or it is over."))
        lacking = await payouts.without_receipt(unit.session, grant_id)
        if lacking and no_receipt is None:
            return ledger.refuse(conflict(_lacking(grant, lacking)))
        for each in lacking:
            payouts.keep_receipt(unit, each["id"], "", str(no_receipt))
        after = rules.ended(grant, Ended.SETTLED, GrantWhy.ALL_THERE.value)
        ledger.grant(after, grant)
        return after


def _lacking(grant: Grant, lacking: Sequence[RowMapping]) -> str:
    """Which receipts are missing, and what to do."""
    named = [
        f"{grant.money(each['amount'])} paid to {each['payee']} ({each['reference']})"
        for each in lacking[:MOST_NAMED]
    ]
    more = f", and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
    return (
        f"No receipt is written down of {', '.join(named)}{more}. Write them down "
        "(POST /grants/ID/payouts/ID/receipt), or say why there are none (`no_receipt`)."
    )


_KNOWN = conflict("A payment with this reference is booked already.")


async def written(ledger: MoneyLedger, grant: Grant, payout: Payout, entry: Entry) -> bool:
    """Keep a payout under its reference, once; False for a reference that is known."""
    unit = ledger.unit
    row = {
        "id": uuid7(),
        "grant_id": grant.id,
        "amount": payout.amount.minor if entry.kind is EntryKind.PAID else -payout.amount.minor,
        "place": payout.place,
        "payee": payout.payee,
        "country": payout.country,
        "reference": payout.reference,
        "on_day": unit.today,
        "entry_id": entry.id,
        "actor": unit.actor.id,
    }
    return await payouts.add(unit.session, row)
