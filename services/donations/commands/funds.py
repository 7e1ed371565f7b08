"""Decisions about funds: money for another purpose, conversions, months that are closed, exchange rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from services.donations.domain import entries
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import EntryKind, Kind, account, place
from services.donations.domain.money import Money, written
from services.donations.ledger import MoneyLedger
from services.donations.queries import balances
from services.donations.repository import books
from services.donations.tables import CLOSED_MONTH, DECISION, RATE
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid


@dataclass(frozen=True)
class Move:
    """Money of one purpose that is to be for another one; with a day to be paid back, a loan."""

    from_fund: str
    to_fund: str
    amount: Money
    note: str
    pay_back_on: date | None = None


@dataclass(frozen=True)
class Decided:
    """It is decided and booked."""

    id: UUID
    entry_id: UUID


async def move(unit: Unit, wanted: Move) -> Decided | Refused:
    """Money of one purpose goes to another one: the decision is kept with who took it. Refused beyond what is free."""
    if wanted.from_fund == wanted.to_fund:
        return invalid("These are one fund.", ("to_fund", "is the same as from_fund"))
    if wanted.pay_back_on and wanted.pay_back_on <= unit.today:
        return invalid("A loan is paid back later.", ("pay_back_on", "is not after today"))
    keys = [FundKey(each, wanted.amount.currency) for each in (wanted.from_fund, wanted.to_fund)]
    async with MoneyLedger.open(unit, keys) as ledger:
        lines = entries.moved(wanted.from_fund, wanted.to_fund, wanted.amount)
        return await _decide(ledger, EntryKind.MOVED, lines, wanted)


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
    row = {
        "id": decision,
        "on_day": unit.today,
        "from_fund": wanted.from_fund,
        "to_fund": wanted.to_fund,
        "currency": wanted.amount.currency,
        "amount": wanted.amount.minor,
        "pay_back_on": wanted.pay_back_on,
        "note": wanted.note,
        "entry_id": entry.id,
        "actor": unit.actor.id,
    }
    unit.writes.insert(DECISION, [row])
    return Decided(decision, entry.id)


@dataclass(frozen=True)
class Conversion:
    """Money of a fund that a bank or PayPal changed into another currency; both amounts are known."""

    fund: str
    place: str
    given: Money
    got: Money
    happened_on: date


async def convert(unit: Unit, wanted: Conversion) -> Decided | Refused:
    """Book a conversion. Refused beyond what is free, and within one currency."""
    if wanted.given.currency == wanted.got.currency:
        return invalid("A conversion is into another currency.", ("got", "is in the same currency"))
    if wanted.happened_on > unit.today:
        return invalid("A conversion is booked once it is there.", ("happened_on", "lies in the future"))
    keys = {FundKey(wanted.fund, each.currency) for each in (wanted.given, wanted.got)}
    where, into = (place(wanted.place, each.currency) for each in (wanted.given, wanted.got))
    async with MoneyLedger.open(unit, keys) as ledger:
        lines = entries.converted(where, into, wanted.fund, wanted.given, wanted.got)
        entry = ledger.book(EntryKind.CONVERTED, lines, happened_on=wanted.happened_on)
        if refused := await ledger.short(FundKey(wanted.fund, wanted.given.currency)):
            return ledger.refuse(refused)
        return Decided(entry.id, entry.id)


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


@dataclass(frozen=True)
class Rate:
    """So much of `quote` for one of `currency`, in minor-free units: 1 USD is 117.25 JPY."""

    currency: str
    quote: str
    on_day: date
    rate: Decimal


@dataclass(frozen=True)
class BadRate:
    """A rate that was not taken: its number in the list, from 1, and which part of it is to blame."""

    number: int
    part: str
    reason: str


@dataclass(frozen=True)
class Kept:
    """How many rates were taken, and those that were not."""

    rates: int
    bad: tuple[BadRate, ...] = ()


async def keep_rates(unit: Unit, rates: Sequence[Rate]) -> Kept:
    """Write down exchange rates of days; one that is known gets the new value. They are entered, never fetched.

    The good ones of a list are kept, whatever is wrong with the others.
    """
    bad = [BadRate(number, *why) for number, each in enumerate(rates, 1) if (why := _fault(each, unit.today))]
    lost = {each.number for each in bad}
    good = [each for number, each in enumerate(rates, 1) if number not in lost]
    rows = {(each.currency, each.quote, each.on_day): {**vars(each), "actor": unit.actor.id} for each in good}
    if rows:
        adding = insert(RATE).values([rows[key] for key in sorted(rows)])
        new = {name: adding.excluded[name] for name in ("rate", "actor")}
        keys = ["currency", "quote", "on_day"]
        await unit.session.execute(adding.on_conflict_do_update(index_elements=keys, set_=new))
    return Kept(len(rows), tuple(bad))


def _fault(rate: Rate, today: date) -> tuple[str, str] | None:
    """Which part of a rate is wrong, and what about it."""
    if rate.on_day > today:
        return "on_day", "lies in the future: a rate is of a day that has come"
    if rate.currency == rate.quote:
        return "quote", "is the same currency"
    return None if rate.rate > 0 else ("rate", "must be above 0")
