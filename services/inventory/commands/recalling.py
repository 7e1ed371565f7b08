"""A lot is blocked, so that nothing of it is given out, and given free again."""

from collections import Counter
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.commands.room import too_much
from services.inventory.commands.stock import Correction, ShelfChange, whose_goods
from services.inventory.domain.movements import Cause
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import StockLedger
from services.inventory.repository import stock
from services.inventory.tables import LOT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing

BLOCKED_ALREADY = "This lot is blocked already, with all that is left of it."


async def block(unit: Unit, rules: Rules, lot_id: UUID, note: str) -> Correction | Refused:
    """Nothing that is left of a lot is given out any more, nor kits put together with it, nor what was moved to other
    depots; who had some of it set aside waits, or gets some of another.

    A lot that was handed out whole is blocked too: nothing of it may come back. Refused for an unknown lot, and for one
    that is blocked with all that is left.
    """
    return await _turn(unit, rules, lot_id, note, blocking=True)


async def unblock(unit: Unit, rules: Rules, lot_id: UUID, note: str) -> Correction | Refused:
    """What was blocked of a lot is given out again.

    Refused for an unknown lot, one that is not blocked, and one past its date.
    """
    return await _turn(unit, rules, lot_id, note, blocking=False)


async def _turn(unit: Unit, rules: Rules, lot_id: UUID, note: str, *, blocking: bool) -> Correction | Refused:
    """Block or free a lot and all that came of it: kits that were put together with it, what was moved elsewhere."""
    known = await stock.lots_that_came_of(unit.session, lot_id)
    if not known:
        return missing(f"lot {lot_id}")
    items = {item for (_, item), _ in known}
    async with StockLedger.open(unit, rules, items=items, document=uuid7()) as ledger:
        # Looked up again: while this unit waited for the shelves, something may have been made of it.
        came_of = await stock.lots_that_came_of(unit.session, lot_id)
        if not {item for (_, item), _ in came_of} <= items:
            return ledger.refuse(conflict("Something is being made of this lot at this moment. Try again."))
        changes: Counter[ShelfKey] = Counter()
        turned = []
        for key, each in came_of:
            lot = await stock.lot_of(unit.session, each)
            difference = -lot.on_hand if blocking else lot.blocked
            if refused := _kept(lot, key, difference, ledger, blocking=blocking):
                return ledger.refuse(refused)
            if difference:
                kind = "blocked" if blocking else "unblocked"
                ledger.move_lot(key, lot, difference, kind, Cause(note=note))
                changes[key] += difference
            if difference or lot.recalled != blocking:
                turned.append({"id": each, "blocked": lot.blocked - difference, "recalled": blocking})
        unit.writes.change(LOT, turned)
        if not turned:
            return ledger.refuse(conflict(BLOCKED_ALREADY if blocking else "Nothing of this lot is blocked."))
        for key in sorted(changes):
            await ledger.cut_back(key)
            await ledger.redeal(key)
        await ledger.fill(set(changes))
        shelves = tuple(ShelfChange(*key, ledger.on_hand(key), changes[key]) for key in sorted(changes))
        return Correction(shelves, whose_goods(ledger), ledger.document)


def _kept(lot: Lot, key: ShelfKey, difference: int, ledger: StockLedger, *, blocking: bool) -> Refused | None:
    """Refused if a lot has to stay blocked."""
    if not blocking and difference and lot.expired(ledger.unit.today):
        return conflict(f"This {key[1]} expired on {lot.expires}; it is not given out again.")
    return too_much(ledger, key, difference)
