"""What lies on the shelves is corrected and counted."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.commands.room import recalled, too_much
from services.inventory.domain.days import not_taken_in
from services.inventory.domain.movements import Cause
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import ShelfKey
from services.inventory.ledger import StockLedger
from services.inventory.repository import stock
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing


@dataclass(frozen=True)
class ShelfChange:
    """What is on hand of a shelf after it was changed by `difference`."""

    depot: str
    item: str
    on_hand: int
    difference: int


@dataclass(frozen=True)
class Whose:
    """A household for which `quantity` more (below 0: less) of an item is set aside now."""

    household_id: UUID
    item: str
    quantity: int


@dataclass(frozen=True)
class Correction:
    """The shelves that were changed, by depot and item, and whose goods were cut or filled by it."""

    shelves: tuple[ShelfChange, ...]
    whose: tuple[Whose, ...] = ()
    document_id: UUID | None = None


@dataclass(frozen=True)
class Found:
    """What a surplus is: of a lot that is there, or with a date of its own; `dated` if somebody said the date.

    If nobody did, it has the earliest date of that item, so that it does not keep for ever by silence.
    """

    lot_id: UUID | None = None
    expires: date | None = None
    dated: bool = False


UNSEEN = Found()


@dataclass(frozen=True)
class Counted:
    """What was counted of an item, in base units; of one of its lots, if one is named."""

    item: str
    quantity: int
    found: Found = UNSEEN


async def adjust(
    unit: Unit, rules: Rules, depot: str, item: str, difference: int, note: str, found: Found = UNSEEN
) -> Correction | Refused:
    """Put a difference on a shelf or take it off, with a note of why; what was set aside and is gone waits again.

    Refused for an unknown depot, item or lot, for more than there is, and for what is past its
    date or of a blocked lot.
    """
    key = (depot, item)
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], [item]):
            return ledger.refuse(refused)
        await ledger.lock({item}, making={key})
        return await _correct(ledger, [(key, difference, found)], "adjusted", Cause(note=note))


async def count(
    unit: Unit, rules: Rules, depot: str, counts: Sequence[Counted], note: str
) -> Correction | Refused:
    """A stocktake: each shelf or lot becomes what was counted, and the difference goes into the ledger.

    Refused for an unknown depot, item or lot, and for an item or lot that is counted twice.
    """
    items = sorted({each.item for each in counts})
    names = {(each.item, each.found.lot_id) for each in counts}
    whole = {each.item for each in counts if each.found.lot_id is None}
    if len(names) < len(counts) or any(item in whole and lot for item, lot in names):
        return invalid("An item is counted more than once.", ("counts", "names an item twice"))
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], items):
            return ledger.refuse(refused)
        await ledger.lock(items, making=[(depot, item) for item in items])
        changes = []
        for each in counts:
            key = (depot, each.item)
            lot = each.found.lot_id and await stock.lot_on(ledger.unit.session, key, each.found.lot_id)
            there = lot.on_hand if lot else ledger.on_hand(key)
            changes.append((key, each.quantity - there, each.found))
        return await _correct(ledger, changes, "counted", Cause(note=note))


Change = tuple[ShelfKey, int, Found]


async def _correct(
    ledger: StockLedger, changes: Sequence[Change], kind: str, cause: Cause
) -> Correction | Refused:
    sums: Counter[ShelfKey] = Counter()
    for key, difference, found in changes:
        sums[key] += difference
        if refused := await _shift(ledger, key, difference, found, kind, cause):
            return ledger.refuse(refused)
    await ledger.fill(key for key, difference, _ in changes if difference > 0)
    shelves = (ShelfChange(*key, ledger.on_hand(key), difference) for key, difference in sorted(sums.items()))
    return Correction(tuple(shelves), whose_goods(ledger), ledger.document)


def whose_goods(ledger: StockLedger) -> tuple[Whose, ...]:
    """For whom more or less is set aside than before this unit."""
    more: Counter[tuple[UUID, str]] = Counter()
    for before, after in ledger.changed():
        more[after.household_id, after.item] += after.reserved
        if before:
            more[before.household_id, before.item] -= before.reserved
    return tuple(Whose(*place, quantity) for place, quantity in sorted(more.items()) if quantity)


async def _shift(
    ledger: StockLedger,
    key: ShelfKey,
    difference: int,
    found: Found,
    kind: str,
    cause: Cause,
) -> Refused | None:
    """Put a difference on a shelf or take it off, of one lot if one is named; refused for more than there is."""
    depot, item = key
    lot = found.lot_id and await stock.lot_on(ledger.unit.session, key, found.lot_id)
    if found.lot_id and not lot:
        return missing(f"lot {found.lot_id} of {item} in {depot}")
    there = lot.on_hand if lot else ledger.on_hand(key)
    if there + difference < 0:
        return invalid(f"{depot} has {there:,} of {item}; {-difference:,} cannot be taken off.")
    until = lot.expires if lot else found.expires
    if difference > 0 and until and (refused := not_taken_in(until, ledger.today)):
        return refused
    if refused := too_much(ledger, key, difference):
        return refused
    if lot and difference > 0 and (refused := recalled(lot, depot, item)):
        return refused
    if lot and difference:
        ledger.move_lot(key, lot, difference, kind, cause)
        await ledger.cut_back(key)
        await ledger.redeal(key)
    elif difference > 0:
        until = found.expires if found.dated else await stock.earliest_date(ledger.unit.session, key)
        ledger.receive(key, difference, until, kind, cause)
    elif difference < 0:
        await ledger.take(key, -difference, kind, cause)
    else:
        ledger.note(key, lot or None, kind, cause)
    return None
