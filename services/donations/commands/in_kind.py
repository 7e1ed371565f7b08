"""Goods that were given are acknowledged without an amount of money; the treasurer may say what they are worth."""

from dataclasses import replace
from uuid import UUID

from services.donations.commands.undoing import undo_entry
from services.donations.domain.in_kind import GiftInKind, differing, worth
from services.donations.domain.ledger import EntryKind
from services.donations.domain.money import Money
from services.donations.ledger import MoneyLedger
from services.donations.repository import donors, in_kind
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def acknowledge(unit: Unit, gift: GiftInKind) -> GiftInKind | Refused:
    """Goods came under a receipt of inventory's. Refused for a receipt that is acknowledged, and an unknown donor."""
    if gift.received_on > unit.today:
        return invalid("Goods are acknowledged once they came.", ("received_on", "lies in the future"))
    if gift.donor_id and gift.donor_id not in await donors.lock(unit.session, gift.donor_id):
        return missing(f"donor {gift.donor_id}")
    if not await in_kind.add(unit, gift):
        return conflict("This receipt is acknowledged already.")
    return gift


async def set_value(unit: Unit, gift_id: UUID, value: Money, note: str) -> GiftInKind | Refused:
    """Say what goods are worth: it is booked, of no fund. A value that was said before is undone."""
    gift = await _lock(unit, gift_id)
    if isinstance(gift, Refused):
        return gift
    async with MoneyLedger.open(unit) as ledger:
        if gift.entry_id:
            await undo_entry(ledger, gift.entry_id, None)
        entry = ledger.book(EntryKind.GOODS, worth(value), gift.id, gift.received_on)
    after = replace(gift, value=value, entry_id=entry.id, note=note)
    in_kind.save(unit, after)
    return after


async def see(unit: Unit, gift_id: UUID, version: int, note: str) -> GiftInKind | Refused:
    """Somebody has looked in what it differs from what inventory told in this version: it is right so.

    Refused if inventory has told more since, or if nothing differs.
    """
    gift = await _lock(unit, gift_id)
    if isinstance(gift, Refused):
        return gift
    told = await in_kind.told(unit.session, gift.receipt_id)
    if told.version != version:
        words = f"Inventory told of this receipt in version {told.version} last"
        return conflict(f"{words}: look in what the gift differs now.")
    if not differing(gift.goods, told.goods):
        return conflict("This gift is as inventory received it: nobody has to look at it.")
    await in_kind.see(unit, gift.id, version, note)
    return gift


async def undo(unit: Unit, gift_id: UUID, note: str) -> GiftInKind | Refused:
    """It was acknowledged by mistake: its value is undone, and its receipt can be acknowledged anew."""
    gift = await _lock(unit, gift_id)
    if isinstance(gift, Refused):
        return gift
    if gift.entry_id:
        async with MoneyLedger.open(unit) as ledger:
            await undo_entry(ledger, gift.entry_id, note)
    after = replace(gift, value=None, entry_id=None, undone=True)
    in_kind.save(unit, after)
    return after


async def _lock(unit: Unit, gift_id: UUID) -> GiftInKind | Refused:
    gift = await in_kind.lock(unit.session, gift_id)
    if gift is None:
        return missing(f"gift in kind {gift_id}")
    return conflict("This was a mistake, and is undone already.") if gift.undone else gift
