"""What storekeepers do: goods in, kits put together, supplies out, corrections. Each is done within a caller's unit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from uuid_utils.compat import uuid7

from services.inventory import repository
from services.inventory import tables as t
from services.inventory.books import FORECAST, Books
from services.inventory.domain.items import Kind
from services.inventory.domain.kits import Assembled, MissingParts, assemble
from services.inventory.domain.reservations import Refused, Reservation, deliver, release
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import ShelfKey
from services.inventory.telling import Changed
from shared.database.rows import columns
from shared.messaging.unit import Unit
from shared.web.problems import conflict, invalid, not_found


@dataclass(frozen=True)
class GoodsLine:
    """So many base units of an item that came in; None never expires."""

    item: str
    quantity: int
    expires_on: date | None = None


async def receive(
    unit: Unit, rules: Rules, depot: str, reference: str, lines: Sequence[GoodsLine], planned: UUID | None
) -> tuple[UUID, list[Changed]]:
    """Goods came in: shelve them and give them to those who wait. Returns the receipt and the reservations filled.

    Raises Problem for an unknown item or depot, and for a reference or a planned delivery that came in before.
    """
    books = await Books.open(unit, rules)
    _check_places(books, [depot], [line.item for line in lines])
    if old := [str(line.expires_on) for line in lines if line.expires_on and line.expires_on < unit.today]:
        raise invalid(
            "What has expired is not taken in.", [("expires_on", f"{each} is past") for each in old]
        )
    receipt_id = uuid7()
    row = {"id": receipt_id, "depot": depot, "reference": reference, "on_day": unit.today}
    new = insert(t.Receipt).values(row).on_conflict_do_nothing().returning(columns(t.Receipt).id)
    if await unit.session.scalar(new) is None:
        raise conflict(f"Goods with the reference {reference} were received before.")
    if planned:
        await _arrived(unit, planned, depot)
    keys = {(depot, line.item) for line in lines}
    await repository.make_shelves(unit.session, keys)
    await books.lock({item for _, item in keys})
    books.document(receipt_id)
    for line in lines:
        books.receive(
            (depot, line.item), line.quantity, line.expires_on, "received", f"Received: {reference}"
        )
    await books.fill(keys)
    filled = books.filled()
    await books.close()
    return receipt_id, filled


async def _arrived(unit: Unit, planned: UUID, depot: str) -> None:
    plan = await unit.session.get(t.PlannedDelivery, planned, with_for_update=True)
    if plan is None:
        raise not_found(f"planned delivery {planned}")
    if plan.received_on is not None:
        raise conflict(f"The planned delivery {plan.reference} came in on {plan.received_on}.")
    if plan.depot != depot:
        raise invalid(f"The planned delivery {plan.reference} is for {plan.depot}, not {depot}.")
    plan.received_on = unit.today


async def hand_out(
    unit: Unit, rules: Rules, household_id: UUID, received_by: UUID, quantities: Mapping[UUID, int | None]
) -> tuple[UUID, list[Changed]]:
    """Hand a household what is set aside for it: the given reservations in whole (None) or part, or all of them.

    Raises Problem 404 for an unknown household, 422 for a reservation that is not its own, a bed, or too much.
    """
    known = (await repository.lock_households(unit.session, [household_id]))[household_id]
    if not known.version:
        raise not_found(f"household {household_id}")
    if received_by not in {member.id for member in known.household.members}:
        raise invalid(
            "Supplies are received by a member of the household.", [("received_by", "is not a member of it")]
        )
    rows = {each.id: each for each in await repository.open_of_households(unit.session, [household_id])}
    if strangers := set(quantities) - set(rows):
        raise invalid(
            "Some reservations are not open for this household.", [("lines", str(each)) for each in strangers]
        )
    books = await Books.open(unit, rules)
    await books.lock({each.item for each in rows.values()})
    fresh = {each.id: each for each in await repository.open_of_households(unit.session, [household_id])}
    delivery_id = uuid7()
    books.document(delivery_id)
    for row in fresh.values():
        if row.id in quantities or (not quantities and row.reserved and row.kind is not Kind.BED):
            books.put(_delivered(row, quantities.get(row.id)), row)
    given = books.changed()
    if not given:
        raise conflict("Nothing is set aside for this household to hand out.")
    unit.session.add(
        t.Delivery(id=delivery_id, household_id=household_id, received_by=received_by, on_day=unit.today)
    )
    await books.close()
    return delivery_id, given


def _delivered(row: Reservation, quantity: int | None) -> Reservation:
    if row.kind is Kind.BED:
        raise invalid(
            "A bed is not handed out: it is held until the household leaves.", [("lines", str(row.id))]
        )
    outcome = deliver(row, row.reserved if quantity is None else quantity)
    if isinstance(outcome, Refused):
        raise invalid(outcome.reason, [("lines", str(row.id))])
    return outcome


async def cancel(unit: Unit, rules: Rules, reservation_id: UUID, reason: str) -> Reservation:
    """Give up what is not fetched of one reservation, and give it to those who wait."""
    found = await unit.session.get(t.Reservation, reservation_id)
    if found is None:
        raise not_found(f"reservation {reservation_id}")
    await repository.lock_households(unit.session, [found.household_id])
    books = await Books.open(unit, rules)
    await books.lock({found.item})
    (row,) = await repository.reservations_where(unit.session, repository.RESERVATION.id == reservation_id)
    if not row.open:
        raise conflict("This reservation is over already.")
    given_up = release(row, f"Cancelled: {reason}")
    books.put(given_up, row)
    if row.key:
        await books.fill({row.key})
    await books.close()
    return given_up


async def adjust(
    unit: Unit, rules: Rules, changes: Mapping[ShelfKey, int], kind: str, reason: str
) -> dict[ShelfKey, int]:
    """Put differences on shelves or take them off, with the reason; returns what is on hand then.

    What was set aside and is no longer there waits in line again. Raises Problem 422 for more than there is.
    """
    books = await Books.open(unit, rules)
    _check_places(books, [depot for depot, _ in changes], [item for _, item in changes])
    await repository.make_shelves(unit.session, changes)
    await books.lock({item for _, item in changes})
    books.document(uuid7())
    for key, difference in changes.items():
        await _shift(books, key, difference, kind, reason)
    await books.fill({key for key, difference in changes.items() if difference > 0})
    await books.close()
    return {key: books.shelf(key).on_hand for key in changes}


async def _shift(books: Books, key: ShelfKey, difference: int, kind: str, reason: str) -> None:
    if difference > 0:
        books.receive(key, difference, None, kind, reason)
    elif difference < 0:
        on_hand = books.shelf(key).on_hand
        if on_hand + difference < 0:
            raise invalid(f"{key[0]} has {on_hand:,} of {key[1]}; {-difference:,} cannot be taken off.")
        await books.take(key, -difference, kind, reason)


async def count(
    unit: Unit, rules: Rules, depot: str, counts: Mapping[str, int], reason: str
) -> dict[ShelfKey, int]:
    """A stocktake: the shelf is what was counted; the difference goes into the ledger. Returns the differences."""
    books = await Books.open(unit, rules)
    _check_places(books, [depot], list(counts))
    keys = [(depot, item) for item in counts]
    await repository.make_shelves(unit.session, keys)
    await books.lock(counts.keys())
    books.document(uuid7())
    differences = {key: counts[key[1]] - books.shelf(key).on_hand for key in keys}
    for key, difference in differences.items():
        await _shift(books, key, difference, "counted", reason)
    await books.fill({key for key, difference in differences.items() if difference > 0})
    await books.close()
    return differences


async def transfer(
    unit: Unit, rules: Rules, source: str, target: str, item: str, quantity: int, reason: str
) -> None:
    """Move free stock from one depot to another; lots keep their date. Raises Problem 422 for more than is free."""
    books = await Books.open(unit, rules)
    _check_places(books, [source, target], [item])
    if source == target:
        raise invalid("Goods move from one depot to another.", [("to_depot", "is where they are already")])
    here, there = (source, item), (target, item)
    await repository.make_shelves(unit.session, [here, there])
    await books.lock({item})
    free = books.shelf(here).free
    if quantity > free:
        raise invalid(f"{source} has {free:,} of {item} free; {quantity:,} cannot be moved.")
    books.document(uuid7())
    for lot, taken in await books.take_dated(here, quantity, "transferred", reason):
        books.receive(there, taken, lot.expires, "transferred", reason)
    await books.fill({there})
    await books.close()


async def put_together(
    unit: Unit, rules: Rules, depot: str, kit: str, wanted: int
) -> Assembled | MissingParts:
    """Put kits together from free parts of one depot, as many as the parts allow."""
    books = await Books.open(unit, rules)
    _check_places(books, [depot], [kit])
    line = columns(t.KitPart)
    found = await unit.session.execute(select(line.part, line.quantity).where(line.kit == kit))
    bill = {each.part: each.quantity for each in found}
    if not bill:
        raise invalid(f"{kit} has no bill of materials: load its parts first.", [("kit", "has no parts")])
    key = (depot, kit)
    await repository.make_shelves(unit.session, [key])
    await books.lock({kit, *bill})
    made = assemble(bill, [books.shelf((depot, part)) for part in bill], wanted)
    if isinstance(made, Assembled):
        books.document(uuid7())
        for part, used in sorted(made.used.items()):
            await books.take((depot, part), used, "used", f"For {made.kits} of {kit}")
        books.receive(key, made.kits, None, "assembled", made.reason)
        await books.fill({key})
        await books.close()
    return made


async def reverse(unit: Unit, rules: Rules, movement_id: UUID, reason: str) -> UUID:
    """Undo a movement of stock by its opposite, once. Raises Problem for one that is no stock, or was reversed."""
    moved = await unit.session.get(t.Movement, movement_id)
    if moved is None:
        raise not_found(f"movement {movement_id}")
    if moved.kind not in ("received", "adjusted", "counted"):
        raise conflict(
            f"A movement of the kind {moved.kind} is not reversed by hand; cancel or count instead."
        )
    books = await Books.open(unit, rules)
    key = (moved.depot, moved.item)
    await books.lock({moved.item})
    done = select(columns(t.Movement).id).where(columns(t.Movement).reverses == movement_id)
    if await unit.session.scalar(done) is not None:
        raise conflict("This movement was reversed before.")
    reversing = uuid7()
    books.document(reversing)
    books.reversing(movement_id)
    await _shift(books, key, -moved.on_hand, "reversed", reason)
    await books.fill({key})
    await books.close()
    return reversing


def _check_places(books: Books, depots: Sequence[str], items: Sequence[str]) -> None:
    known = {depot.code for depot in books.depots}
    errors = [("depot", f"there is no depot {code}") for code in depots if code not in known]
    errors += [("item", f"there is no item {code}") for code in items if books.catalogue.get(code) is None]
    twice = [code for code, times in Counter(items).items() if times > 1]
    errors += [("item", f"{code} is named more than once") for code in twice]
    if errors:
        raise invalid("Something named here is not in the catalogue, or named twice.", errors)


async def plan_deliveries(unit: Unit, rows: Sequence[dict[str, object]]) -> int:
    """Write down deliveries that are to come; a known reference is left as it is. Returns how many are new."""
    books = await Books.open(unit, Rules())
    for row in rows:
        _check_places(books, [str(row["depot"])], [str(row["item"])])
    adding = insert(t.PlannedDelivery).values([{"id": uuid7(), **row} for row in rows])
    new = columns(t.PlannedDelivery).id
    added = await unit.session.scalars(adding.on_conflict_do_nothing().returning(new))
    unit.remind(FORECAST)
    return len(added.all())


async def save_catalogue(
    unit: Unit,
    items: Sequence[dict[str, object]],
    depots: Sequence[dict[str, object]],
    kit_parts: Sequence[dict[str, object]],
) -> None:
    """Add items, depots and bills of materials, or give those there new values.

    Raises Problem 409 for two items of clothing with one season and size.
    """
    for table, keys, rows in (
        (t.Item, ["code"], items),
        (t.Depot, ["code"], depots),
        (t.KitPart, ["kit", "part"], kit_parts),
    ):
        if rows:
            adding = insert(table)
            new = {name: adding.excluded[name] for name in rows[0] if name not in keys}
            try:
                await unit.session.execute(
                    adding.on_conflict_do_update(index_elements=keys, set_=new),
                    # In one order, as units lock items.
                    sorted(rows, key=lambda row: [str(row[each]) for each in keys]),
                )
            except IntegrityError:
                raise conflict("Two items would be clothing of one season and size.") from None
    await repository.name_needs(unit.session)
