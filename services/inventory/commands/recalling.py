"""A lot is blocked, so that nothing of it is given out, and given free again."""

from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from services.inventory.commands.room import too_much
from services.inventory.commands.stock import Correction, ShelfChange, whose_goods
from services.inventory.domain.movements import Cause
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Lot
from services.inventory.ledger import StockLedger
from services.inventory.tables import LOT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def block(unit: Unit, rules: Rules, lot_id: UUID, note: str) -> Correction | Refused:
    """Nothing that is left of a lot is given out any more; who had some of it set aside waits, or gets some of another.

    Refused for an unknown lot, and for one of which nothing is left.
    """
    return await _turn(unit, rules, lot_id, note, blocking=True)


async def unblock(unit: Unit, rules: Rules, lot_id: UUID, note: str) -> Correction | Refused:
    """What was blocked of a lot is given out again.

    Refused for an unknown lot, one that is not blocked, and one past its date.
    """
    return await _turn(unit, rules, lot_id, note, blocking=False)


async def _turn(unit: Unit, rules: Rules, lot_id: UUID, note: str, *, blocking: bool) -> Correction | Refused:
    row, session = LOT.c, unit.session
    where = (await session.execute(select(row.depot, row.item).where(row.id == lot_id))).one_or_none()
    if where is None:
        return missing(f"lot {lot_id}")
    key = (where.depot, where.item)
    async with StockLedger.open(unit, rules, items={where.item}, document=uuid7()) as ledger:
        query = select(row.expires_on, row.on_hand, row.blocked).where(row.id == lot_id)
        until, on_hand, blocked = (await session.execute(query)).one()
        lot, difference = Lot(lot_id, until, on_hand), -on_hand if blocking else blocked
        if not difference:
            words = "left" if blocking else "blocked"
            return ledger.refuse(conflict(f"Nothing of this lot is {words}."))
        if not blocking and lot.expired(unit.today):
            return ledger.refuse(
                conflict(f"This {where.item} expired on {until}; it is not given out again.")
            )
        if refused := too_much(ledger, key, difference):
            return ledger.refuse(refused)
        ledger.move_lot(key, lot, difference, "blocked" if blocking else "unblocked", Cause(note=note))
        await session.execute(update(LOT).where(row.id == lot_id).values(blocked=row.blocked - difference))
        await ledger.cut_back(key)
        await ledger.redeal(key)
        await ledger.fill({key})
        change = ShelfChange(*key, ledger.on_hand(key), difference)
        return Correction((change,), whose_goods(ledger), ledger.document)
