"""The group's own money goes from one place to another, and what it had when these books began is booked, once."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.undoing import undo_entry
from services.donations.domain import entries
from services.donations.domain.funds import FundKey, Purpose
from services.donations.domain.ledger import EntryKind, place
from services.donations.domain.money import Money
from services.donations.domain.transfers import Transfer
from services.donations.ledger import MoneyLedger
from services.donations.repository import transfers
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class NewTransfer:
    """Money that left a place for another one, as its statement or PayPal calls it."""

    from_place: str
    to_place: str
    amount: Money
    reference: str
    left_on: date


@dataclass(frozen=True)
class Arrival:
    """When a transfer came, what was kept of it on the way, and which fund bears that."""

    arrived_on: date
    fee: Money | None = None
    fee_fund: str = Purpose.GENERAL.value


async def send(unit: Unit, wanted: NewTransfer, arrival: Arrival | None = None) -> Transfer | Refused:
    """Money left a place; with an arrival it came too. Refused for a known reference, and for days to come."""
    if wanted.from_place == wanted.to_place:
        return invalid("These are one place.", ("to_place", "is the same as from_place"))
    if wanted.left_on > unit.today:
        return invalid("A transfer is booked once it has left.", ("left_on", "lies in the future"))
    transfer = Transfer(
        id=uuid7(),
        from_place=wanted.from_place,
        to_place=wanted.to_place,
        currency=wanted.amount.currency,
        amount=wanted.amount.minor,
        reference=wanted.reference,
        left_on=wanted.left_on,
    )
    async with MoneyLedger.open(unit, _bearing(transfer, arrival)) as ledger:
        where = place(transfer.from_place, transfer.currency)
        entry = ledger.book(EntryKind.SENT, entries.sent(where, wanted.amount), transfer.id, transfer.left_on)
        there: tuple[Transfer, UUID | None] | Refused = (transfer, None)
        if arrival:
            there = _arrive(ledger, transfer, arrival)
        if isinstance(there, Refused):
            return ledger.refuse(there)
        if short := await ledger.short(*_bearing(transfer, arrival)):
            return ledger.refuse(short)
        if not await transfers.add(unit, there[0], entry.id, there[1]):
            return ledger.refuse(conflict("A transfer with this reference is booked already."))
        return there[0]


async def arrive(unit: Unit, transfer_id: UUID, arrival: Arrival) -> Transfer | Refused:
    """A transfer that was on its way came. Refused for one that is there, or undone, and for a day before it left."""
    row = await transfers.lock(unit.session, transfer_id)
    if row is None:
        return missing(f"transfer {transfer_id}")
    transfer = transfers.transfer_in(row)
    if transfer.undone or transfer.arrived_on:
        return conflict("This transfer is not on its way.")
    async with MoneyLedger.open(unit, _bearing(transfer, arrival)) as ledger:
        came = _arrive(ledger, transfer, arrival)
        if isinstance(came, Refused):
            return ledger.refuse(came)
        if short := await ledger.short(*_bearing(transfer, arrival)):
            return ledger.refuse(short)
        values = {name: getattr(came[0], name) for name in ("arrived_on", "fee", "fee_fund")}
        transfers.change(unit, transfer_id, {**values, "arrived_entry_id": came[1]})
        return came[0]


def _bearing(transfer: Transfer, arrival: Arrival | None) -> set[FundKey]:
    """The fund that bears the fee of an arrival, if there is one."""
    return {FundKey(arrival.fee_fund, transfer.currency)} if arrival and arrival.fee else set()


def _arrive(ledger: MoneyLedger, transfer: Transfer, arrival: Arrival) -> tuple[Transfer, UUID] | Refused:
    if not transfer.left_on <= arrival.arrived_on <= ledger.unit.today:
        words = "A transfer is booked once it is there, and comes after it left."
        return invalid(words, ("arrived_on", "is before it left, or lies in the future"))
    fee = arrival.fee or transfer.money(0)
    if fee.currency != transfer.currency or fee.minor >= transfer.amount:
        return invalid("The fee is a part of what was sent.", ("fee", "is no part of the amount"))
    where, amount = place(transfer.to_place, transfer.currency), transfer.money(transfer.amount)
    lines = entries.arrived(where, arrival.fee_fund, amount, fee)
    entry = ledger.book(EntryKind.ARRIVED, lines, transfer.id, arrival.arrived_on)
    fund = arrival.fee_fund if arrival.fee else ""
    after = replace(transfer, arrived_on=arrival.arrived_on, fee=fee.minor, fee_fund=fund)
    return after, entry.id


async def undo(unit: Unit, transfer_id: UUID, note: str) -> Transfer | Refused:
    """A transfer was booked by mistake: all of it is undone today, and its reference is free again. Refused if what
    came is not there any more.
    """
    row = await transfers.lock(unit.session, transfer_id)
    if row is None:
        return missing(f"transfer {transfer_id}")
    transfer = transfers.transfer_in(row)
    if transfer.undone:
        return conflict("This transfer is undone already.")
    keys = {FundKey(transfer.fee_fund, transfer.currency)} if transfer.fee else set[FundKey]()
    async with MoneyLedger.open(unit, keys) as ledger:
        for entry_id in (row["arrived_entry_id"], row["entry_id"]):
            if entry_id:
                await undo_entry(ledger, entry_id, note)
        if short := await ledger.short():
            return ledger.refuse(short)
        transfers.change(unit, transfer_id, {"undone": True})
        return replace(transfer, undone=True)


@dataclass(frozen=True)
class Opening:
    """What a fund had in one place when these books began, and why that is so much."""

    fund: str
    place: str
    amount: Money
    on_day: date
    note: str


@dataclass(frozen=True)
class Opened:
    """It is booked."""

    id: UUID
    entry_id: UUID


async def open_balance(unit: Unit, opening: Opening) -> Opened | Refused:
    """Book what a fund had in one place and currency: once. Refused for a day to come, and if it is booked."""
    if opening.on_day > unit.today:
        return invalid("The books have begun.", ("on_day", "lies in the future"))
    done = uuid7()
    async with MoneyLedger.open(unit) as ledger:
        where = place(opening.place, opening.amount.currency)
        lines = entries.opened(where, opening.fund, opening.amount)
        entry = ledger.book(EntryKind.OPENING, lines, done, opening.on_day)
        values = {
            "id": done,
            "fund": opening.fund,
            "place": opening.place,
            "currency": opening.amount.currency,
            "amount": opening.amount.minor,
            "on_day": opening.on_day,
            "note": opening.note,
            "entry_id": entry.id,
        }
        if not await transfers.add_opening(unit, values):
            words = "What this fund had there is booked. Undo it first if it was wrong."
            return ledger.refuse(conflict(words))
        return Opened(done, entry.id)


async def undo_opening(unit: Unit, opening_id: UUID, note: str) -> Opened | Refused:
    """An opening balance was wrong: it is undone today. Refused if the fund has spent or promised it."""
    row = await transfers.lock_opening(unit.session, opening_id)
    if row is None:
        return missing(f"opening balance {opening_id}")
    if row["undone"]:
        return conflict("This opening balance is undone already.")
    key = FundKey(row["fund"], row["currency"])
    async with MoneyLedger.open(unit, {key}) as ledger:
        undone = await undo_entry(ledger, row["entry_id"], note)
        if refused := await ledger.short(key):
            return ledger.refuse(refused)
        transfers.undo_opening(unit, opening_id)
        return Opened(opening_id, undone.id)
