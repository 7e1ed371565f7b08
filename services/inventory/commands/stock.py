"""What lies on the shelves is corrected, counted, moved, put together into kits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.domain.kits import Assembled, MissingParts, assemble
from services.inventory.domain.movements import Cause
from services.inventory.domain.reasons import Because, InStore
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import StockLedger
from services.inventory.repository import stock
from services.inventory.repository.catalogue import bill_of
from services.inventory.tables import MOVEMENT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class ShelfChange:
    """What is on hand of a shelf after it was changed by `difference`."""

    depot: str
    item: str
    on_hand: int
    difference: int


@dataclass(frozen=True)
class Correction:
    """The shelves that were changed, by depot and item."""

    shelves: tuple[ShelfChange, ...]


@dataclass(frozen=True)
class Papers:
    """It is done; the lines of the ledger name this document."""

    document_id: UUID


@dataclass(frozen=True)
class Counted:
    """What was counted of an item, in base units."""

    item: str
    quantity: int


async def adjust(
    unit: Unit, rules: Rules, depot: str, item: str, difference: int, note: str
) -> Correction | Refused:
    """Put a difference on a shelf or take it off, with a note of why; what was set aside and is gone waits again.

    Refused for an unknown depot or item, and for more than there is.
    """
    key = (depot, item)
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], [item]):
            return ledger.refuse(refused)
        await ledger.lock({item}, making={key})
        return await _correct(ledger, {key: difference}, "adjusted", Cause(note=note))


async def count(
    unit: Unit, rules: Rules, depot: str, counts: Sequence[Counted], note: str
) -> Correction | Refused:
    """A stocktake: each shelf becomes what was counted, and the difference goes into the ledger.

    Refused for an unknown depot or item, and for an item that is counted twice.
    """
    counted = {(depot, each.item): each.quantity for each in counts}
    if len(counted) < len(counts):
        return invalid("An item is counted more than once.", ("counts", "names an item twice"))
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], [each.item for each in counts]):
            return ledger.refuse(refused)
        await ledger.lock({each.item for each in counts}, making=counted)
        differences = {key: found - ledger.shelf(key).on_hand for key, found in counted.items()}
        return await _correct(ledger, differences, "counted", Cause(note=note))


async def _correct(
    ledger: StockLedger, differences: Mapping[ShelfKey, int], kind: str, cause: Cause
) -> Correction | Refused:
    for key, difference in differences.items():
        if refused := await _shift(ledger, key, difference, kind, cause):
            return ledger.refuse(refused)
    await ledger.fill(_more(differences))
    shelves = (
        ShelfChange(*key, ledger.shelf(key).on_hand, difference)
        for key, difference in sorted(differences.items())
    )
    return Correction(tuple(shelves))


def _more(differences: Mapping[ShelfKey, int]) -> Iterable[ShelfKey]:
    return {key for key, difference in differences.items() if difference > 0}


async def _shift(
    ledger: StockLedger,
    key: ShelfKey,
    difference: int,
    kind: str,
    cause: Cause,
) -> Refused | None:
    """Put a difference on a shelf or take it off; refused for more than there is."""
    depot, item = key
    on_hand = ledger.shelf(key).on_hand
    if on_hand + difference < 0:
        return invalid(f"{depot} has {on_hand:,} of {item}; {-difference:,} cannot be taken off.")
    if difference > 0:
        ledger.receive(key, difference, None, kind, cause)
    elif difference < 0:
        await ledger.take(key, -difference, kind, cause)
    return None


async def transfer(
    unit: Unit, rules: Rules, source: str, target: str, item: str, quantity: int, note: str
) -> Papers | Refused:
    """Move free stock from one depot to another; lots keep their date.

    Refused for an unknown depot or item, for one depot named twice, and for more than is free.
    """
    document, here, there, cause = uuid7(), (source, item), (target, item), Cause(note=note)
    async with StockLedger.open(unit, rules, document=document) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [source, target], [item]):
            return ledger.refuse(refused)
        if source == target:
            words = "Goods move from one depot to another."
            return ledger.refuse(invalid(words, ("to_depot", "is where they are already")))
        await ledger.lock({item}, making={here, there})
        free = ledger.shelf(here).free
        if quantity > free:
            words = f"{source} has {free:,} of {item} free; {quantity:,} cannot be moved."
            return ledger.refuse(invalid(words))
        for lot, taken in await ledger.take_dated(here, quantity, "transferred", cause):
            ledger.receive(there, taken, lot.expires, "transferred", cause)
        await ledger.fill({there})
        return Papers(document)


async def put_together(
    unit: Unit, rules: Rules, depot: str, kit: str, wanted: int
) -> Assembled | MissingParts | Refused:
    """Put kits together from free parts of one depot, as many as the parts allow.

    Refused for an unknown depot or kit, and for a kit without a bill of materials.
    """
    key = (depot, kit)
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], [kit]):
            return ledger.refuse(refused)
        bill = await bill_of(unit.session, kit)
        if not bill:
            words = f"{kit} has no bill of materials: load its parts first."
            return ledger.refuse(invalid(words, ("kit", "has no parts")))
        await ledger.lock({kit, *bill}, making={key})
        made = assemble(bill, [ledger.shelf((depot, part)) for part in bill], wanted)
        if isinstance(made, Assembled):
            for part, used in sorted(made.used.items()):
                await ledger.take((depot, part), used, "used", Cause(Because(InStore.USED, made.kits)))
            cause = Cause(Because(InStore.ASSEMBLED, made.kits, wanted))
            ledger.receive(key, made.kits, None, "assembled", cause)
            await ledger.fill({key})
        return made


async def reverse(unit: Unit, rules: Rules, movement_id: UUID, note: str) -> Papers | Refused:
    """Undo a movement of stock by its opposite, once, in the lot that it moved.

    Refused for an unknown movement, for one that is none of goods, for one that was reversed, for goods that came in
    and were handed out or moved on since, and for goods that were taken off and have expired since.
    """
    row, session, document = MOVEMENT.c, unit.session, uuid7()
    query = select(row.depot, row.item, row.kind, row.on_hand, row.lot_id).where(row.id == movement_id)
    moved = (await session.execute(query)).one_or_none()
    if moved is None:
        return missing(f"movement {movement_id}")
    if moved.kind not in ("received", "adjusted", "counted"):
        return conflict(
            f"A movement of the kind {moved.kind} is not reversed by hand; cancel or count instead."
        )
    key = (moved.depot, moved.item)
    async with StockLedger.open(unit, rules, items={moved.item}, document=document) as ledger:
        # Looked up under the lock of the shelf, so that of two who reverse it at once the second sees the first.
        if await session.scalar(select(row.id).where(row.reverses == movement_id)) is not None:
            return ledger.refuse(conflict("This movement was reversed before."))
        lot = await stock.lot_of(session, moved.lot_id)
        if refused := _gone(lot, moved.depot, moved.item, moved.on_hand, unit.today):
            return ledger.refuse(refused)
        ledger.move_lot(key, lot, -moved.on_hand, "reversed", Cause(note=note, reverses=movement_id))
        await ledger.cut_back(key)
        await ledger.fill({key})
        return Papers(document)


def _gone(lot: Lot, depot: str, item: str, came_in: int, today: date) -> Refused | None:
    """Refused if a lot is no longer as the movement that is to be undone left it."""
    if lot.on_hand < came_in:
        gone = came_in - lot.on_hand
        return conflict(
            f"Of the {came_in:,} of {item} that came in, {gone:,} left {depot} since. Count what is there instead."
        )
    if came_in < 0 and lot.expired(today):
        return conflict(f"This {item} expired on {lot.expires}; it does not come back to {depot}.")
    return None
