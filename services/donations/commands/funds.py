"""Decisions about funds: money for another purpose, and months that are closed."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.donations.commands.undoing import undo_entry
from services.donations.domain import entries
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import Account, EntryKind, Kind, account
from services.donations.domain.money import Money, written
from services.donations.ledger import MoneyLedger
from services.donations.queries import balances
from services.donations.repository import books, decisions
from services.donations.tables import CLOSED_MONTH
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Move:
    """Money of one purpose that is to be for another one; with a day to be paid back, a loan. It may pay back a loan,
    or a part of one.
    """

    from_fund: str
    to_fund: str
    amount: Money
    note: str
    pay_back_on: date | None = None
    pays_back: UUID | None = None


@dataclass(frozen=True)
class Decided:
    """It is decided and booked."""

    id: UUID
    entry_id: UUID


async def move(unit: Unit, wanted: Move) -> Decided | Refused:
    """Money of one purpose goes to another one: the decision is kept with who took it.

    Refused beyond what is free, and beyond what is left of the loan that it pays back.
    """
    if wanted.from_fund == wanted.to_fund:
        return invalid("These are one fund.", ("to_fund", "is the same as from_fund"))
    if wanted.pay_back_on and wanted.pay_back_on <= unit.today:
        return invalid("A loan is paid back later.", ("pay_back_on", "is not after today"))
    if refused := await _no_such_loan(unit, wanted):
        return refused
    keys = [FundKey(each, wanted.amount.currency) for each in (wanted.from_fund, wanted.to_fund)]
    async with MoneyLedger.open(unit, keys) as ledger:
        lines = entries.moved(wanted.from_fund, wanted.to_fund, wanted.amount)
        return await _decide(ledger, EntryKind.MOVED, lines, wanted)


async def _no_such_loan(unit: Unit, wanted: Move) -> Refused | None:
    """Why this pays back no loan, or more than is left of it; None if it does, or is not meant to. It is locked."""
    if wanted.pays_back is None:
        return None
    loan = await decisions.lock(unit.session, wanted.pays_back)
    if loan is None:
        return missing(f"decision {wanted.pays_back}")
    if loan["pay_back_on"] is None or loan["undone"]:
        return invalid("This decision is no loan.", ("pays_back", "is no loan"))
    lent = (loan["from_fund"], loan["to_fund"], loan["currency"])
    if lent != (wanted.to_fund, wanted.from_fund, wanted.amount.currency):
        words = f"{loan['to_fund']} owes {loan['from_fund']} this loan, in {loan['currency']}."
        return invalid(words, ("pays_back", "is a loan between other funds"))
    left = max(0, loan["amount"] - await decisions.paid_back(unit.session, loan["id"]))
    if wanted.amount.minor > left:
        words = f"{written(left, loan['currency'])} of this loan is left to be paid back."
        return invalid(words, ("amount", "is more than is left of the loan"))
    return None


async def cover(unit: Unit, wanted: Move) -> Decided | Refused:
    """One fund covers what another one had to refund after it had spent it. Refused beyond that, and beyond what is
    free.
    """
    keys = [FundKey(each, wanted.amount.currency) for each in (wanted.from_fund, wanted.to_fund)]
    async with MoneyLedger.open(unit, keys) as ledger:
        lost = await balances.of_account(
            unit.session, account(Kind.UNCOVERED, keys[1].currency, keys[1].fund)
        )
        if wanted.amount.minor > lost:
            words = f"{wanted.to_fund} has {written(max(lost, 0), keys[1].currency)} to be covered."
            return ledger.refuse(conflict(words))
        lines = entries.covered(wanted.from_fund, wanted.to_fund, wanted.amount)
        return await _decide(ledger, EntryKind.COVERED, lines, wanted)


async def _decide(
    ledger: MoneyLedger, kind: EntryKind, lines: entries.Lines, wanted: Move
) -> Decided | Refused:
    unit, decision = ledger.unit, uuid7()
    entry = ledger.book(kind, lines, decision)
    if refused := await ledger.short(FundKey(wanted.from_fund, wanted.amount.currency)):
        return ledger.refuse(refused)
    values = {
        "id": decision,
        "on_day": unit.today,
        "from_fund": wanted.from_fund,
        "to_fund": wanted.to_fund,
        "currency": wanted.amount.currency,
        "amount": wanted.amount.minor,
        "pay_back_on": wanted.pay_back_on,
        "pays_back": wanted.pays_back,
        "note": wanted.note,
        "entry_id": entry.id,
    }
    decisions.add(unit, values)
    return Decided(decision, entry.id)


async def undo(unit: Unit, decision_id: UUID, note: str) -> Decided | Refused:
    """A decision or covering was a mistake: it is undone today, and the first fund has its money again. Refused if the
    other one has spent or promised it, or if what was covered came back to it since.
    """
    row = await decisions.lock(unit.session, decision_id)
    if row is None:
        return missing(f"decision {decision_id}")
    if row["undone"]:
        return conflict("This decision is undone already.")
    if await decisions.paid_back(unit.session, decision_id):
        return conflict("Some of this loan was paid back. Undo that first.")
    had, has = (FundKey(row[name], row["currency"]) for name in ("from_fund", "to_fund"))
    async with MoneyLedger.open(unit, {had, has}) as ledger:
        uncovered = account(Kind.UNCOVERED, has.currency, has.fund)
        if await _covers(ledger, row["entry_id"], uncovered):
            words = f"What was covered came back to {has.fund} since. Move that money by a decision (POST /decisions)."
            return ledger.refuse(conflict(words))
        undone = await undo_entry(ledger, row["entry_id"], note)
        if refused := await ledger.short(has):
            return ledger.refuse(refused)
        decisions.undo(unit, decision_id)
        return Decided(decision_id, undone.id)


async def _covers(ledger: MoneyLedger, entry_id: UUID, uncovered: Account) -> bool:
    """Whether an entry covered a fund that got money of that back since."""
    entry = await books.entry_of(ledger.unit.session, entry_id)
    assert entry, "entries are never deleted"
    covering = entry.kind is EntryKind.COVERED
    return covering and await decisions.came_back_since(ledger.unit.session, uncovered, entry_id)


@dataclass(frozen=True)
class Closed:
    """Nothing is booked any more in this month and all before it."""

    month: date


async def close_month(unit: Unit, month: date) -> Closed | Refused:
    """Close a month and all before it. Refused for one that is not over, or closed. The unit holds the day alone."""
    first = month.replace(day=1)
    if (first + timedelta(days=31)).replace(day=1) > unit.today:
        return conflict("This month is not over.")
    if first < await books.open_from(unit.session):
        return conflict("This month is closed already.")
    row = {"month": first, "on_day": unit.today, "actor": unit.actor.id}
    await unit.session.execute(insert(CLOSED_MONTH).values(row))
    return Closed(first)
