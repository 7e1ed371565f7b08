"""A place keeps money of a fund for its work, or gives such money back; a charge that was a mistake is undone."""

from dataclasses import dataclass
from uuid import UUID

from services.donations.commands.undoing import undo_entry
from services.donations.domain import entries
from services.donations.domain.charges import Charge
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import EntryKind, place
from services.donations.ledger import MoneyLedger
from services.donations.repository import charges
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Charged:
    """It is booked."""

    id: UUID
    entry_id: UUID


async def charge(unit: Unit, wanted: Charge) -> Charged | Refused:
    """Book a charge. Refused beyond what the fund has free and what lies there, for a day to come, and for a reference
    that is known there.
    """
    if wanted.happened_on > unit.today:
        return invalid("A charge is booked once it was taken.", ("happened_on", "lies in the future"))
    key = FundKey(wanted.fund, wanted.amount.currency)
    async with MoneyLedger.open(unit, {key}) as ledger:
        where = place(wanted.place, wanted.amount.currency)
        lines = entries.charged(where, wanted.fund, wanted.amount, back=wanted.back)
        entry = ledger.book(EntryKind.CHARGED, lines, wanted.id, wanted.happened_on)
        if refused := await ledger.short(key):
            return ledger.refuse(refused)
        if not await charges.add(unit, wanted, entry.id):
            return ledger.refuse(conflict("A charge with this reference is booked already."))
        return Charged(wanted.id, entry.id)


async def undo(unit: Unit, charge_id: UUID, note: str) -> Charged | Refused:
    """A charge was booked by mistake: it is undone today, and its reference is free again. Refused for one that came
    back, if that is spent or promised.
    """
    row = await charges.lock(unit.session, charge_id)
    if row is None:
        return missing(f"charge {charge_id}")
    if row["undone"]:
        return conflict("This charge is undone already.")
    key = FundKey(row["fund"], row["currency"])
    async with MoneyLedger.open(unit, {key}) as ledger:
        undone = await undo_entry(ledger, row["entry_id"], note)
        if refused := await ledger.short(key):
            return ledger.refuse(refused)
        charges.undo(unit, charge_id)
        return Charged(charge_id, undone.id)
