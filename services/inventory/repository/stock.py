"""Shelves, lots, and the lines of the ledger."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.movements import Movement
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.tables import ITEM, LOT, MOVEMENT, SHELF, UNMET
from shared.database.session import GatheringSession

SOMETHING_LEFT = text("on_hand > 0")
"""Of a lot. Without a parameter, so that the planner knows that the partial indexes fit."""


_LOT = select(LOT.c.id, LOT.c.expires_on, LOT.c.on_hand, LOT.c.blocked, LOT.c.recalled)


async def make_shelves(session: AsyncSession, keys: Collection[ShelfKey]) -> None:
    """Empty shelves where there are none yet."""
    values = [{"depot": depot, "item": item} for depot, item in sorted(keys)]
    if values:
        await session.execute(insert(SHELF).values(values).on_conflict_do_nothing())


async def lock_shelves(session: AsyncSession, items: Collection[str]) -> dict[ShelfKey, tuple[int, int]]:
    """On hand and reserved of every shelf with one of the items, locked until the unit ends.

    The items are locked first: a shelf that is not there yet, or is being made elsewhere, could not be.
    """
    held = select(ITEM.c.code).where(ITEM.c.code.in_(sorted(items))).order_by(ITEM.c.code)
    await session.execute(held.with_for_update(key_share=True))
    row = SHELF.c
    query = select(row.depot, row.item, row.on_hand, row.reserved).where(row.item.in_(sorted(items)))
    found = await session.execute(query.order_by(row.item, row.depot).with_for_update())
    return {(depot, item): (on_hand, reserved) for depot, item, on_hand, reserved in found}


async def move_shelves(session: GatheringSession, deltas: Mapping[ShelfKey, tuple[int, int]]) -> None:
    """Add differences of on hand and reserved to shelves that are there."""
    moved = [
        {"depot": depot, "item": item, "on_hand": on_hand, "reserved": reserved}
        for (depot, item), (on_hand, reserved) in deltas.items()
        if on_hand or reserved
    ]
    session.writes.increase(SHELF, moved)


async def lots_of(session: AsyncSession, keys: Collection[ShelfKey]) -> dict[ShelfKey, list[Lot]]:
    """What is left of the lots on these shelves."""
    row = LOT.c
    query = select(row.depot, row.item, row.id, row.expires_on, row.on_hand).where(
        tuple_(row.depot, row.item).in_(sorted(keys)), SOMETHING_LEFT
    )
    lots: dict[ShelfKey, list[Lot]] = {key: [] for key in keys}
    for depot, item, lot_id, expires, on_hand in await session.execute(query.order_by(row.id)):
        lots[depot, item].append(Lot(lot_id, expires, on_hand))
    return lots


async def dated_lots(session: AsyncSession, items: Collection[str]) -> dict[ShelfKey, Counter[date]]:
    """What expires of these items and when, by shelf; lots that keep are left out."""
    row = LOT.c
    query = select(row.depot, row.item, row.expires_on, func.sum(row.on_hand)).where(
        row.item.in_(sorted(items)), row.expires_on.is_not(None), SOMETHING_LEFT
    )
    dated: dict[ShelfKey, Counter[date]] = {}
    for depot, item, expires, grams in await session.execute(
        query.group_by(row.depot, row.item, row.expires_on)
    ):
        dated.setdefault((depot, item), Counter())[expires] = int(grams)
    return dated


async def lot_of(session: AsyncSession, lot_id: UUID) -> Lot:
    """A lot, also one of which nothing is left; its shelf's lock is held."""
    row = LOT.c
    return Lot(*(await session.execute(_LOT.where(row.id == lot_id))).one())


CAME_OF = """
    WITH RECURSIVE came_of AS (
        SELECT CAST(:lot AS uuid) AS lot_id
        UNION
        SELECT made.lot_id FROM came_of
        JOIN movement gone ON gone.lot_id = came_of.lot_id AND gone.kind IN ('used', 'transferred') AND gone.on_hand < 0
        JOIN movement made ON made.document_id = gone.document_id AND made.on_hand > 0
             AND (made.kind = 'assembled' OR (made.kind = 'transferred' AND made.item = gone.item
                                               AND made.on_hand = -gone.on_hand))
    )
"""
"""A lot, the kits put together with some of it, and what was moved to other depots, by way of their papers."""
_CAME_OF = text(
    f"{CAME_OF} SELECT lot.depot, lot.item, lot.id FROM came_of JOIN lot ON lot.id = lot_id ORDER BY lot.id"  # noqa: S608
)


async def lots_that_came_of(session: AsyncSession, lot_id: UUID) -> list[tuple[ShelfKey, UUID]]:
    """The lot itself, and all that came of it; nothing if there is no such lot."""
    found = await session.execute(_CAME_OF, {"lot": lot_id})
    return [((row.depot, row.item), row.id) for row in found]


@dataclass(frozen=True)
class LotMoved:
    """So much went out of a lot."""

    lot_id: UUID
    item: str
    expires_on: date | None
    quantity: int


async def lots_of_paper(session: AsyncSession, document_id: UUID) -> tuple[LotMoved, ...]:
    """What was handed out by one paper, by lot."""
    row = MOVEMENT.c
    query = select(row.lot_id, row.item, LOT.c.expires_on, -func.sum(row.on_hand)).join(
        LOT, LOT.c.id == row.lot_id
    )
    query = query.where(row.document_id == document_id, row.on_hand != 0, row.kind == "delivered")
    found = await session.execute(query.group_by(row.lot_id, row.item, LOT.c.expires_on).order_by(row.lot_id))
    return tuple(LotMoved(lot, item, until, int(quantity)) for lot, item, until, quantity in found)


async def lot_on(session: AsyncSession, key: ShelfKey, lot_id: UUID) -> Lot | None:
    """A lot of one shelf, also one of which nothing is left; None if there is none with this id."""
    row = LOT.c
    found = await session.execute(_LOT.where(row.id == lot_id, row.depot == key[0], row.item == key[1]))
    return next((Lot(*each) for each in found), None)


async def earliest_date(session: AsyncSession, key: ShelfKey) -> date | None:
    """When the first lot of an item expires: in its depot, else in any; None if all that there is keeps."""
    depot, item = key
    row = LOT.c
    query = select(row.expires_on).where(row.item == item, row.expires_on.is_not(None), SOMETHING_LEFT)
    earliest: date | None = await session.scalar(query.order_by(row.depot != depot, row.expires_on).limit(1))
    return earliest


async def expired_lots(session: AsyncSession, today: date) -> list[tuple[ShelfKey, Lot]]:
    """Lots past their date with something left."""
    row = LOT.c
    query = select(row.depot, row.item, row.id, row.expires_on, row.on_hand).where(
        row.expires_on < today, SOMETHING_LEFT
    )
    found = await session.execute(query.order_by(row.item, row.depot, row.id))
    return [((depot, item), Lot(lot_id, expires, on_hand)) for depot, item, lot_id, expires, on_hand in found]


async def move_lots(session: GatheringSession, deltas: Mapping[UUID, int]) -> None:
    """Add differences to lots that are there."""
    session.writes.increase(LOT, ({"id": lot_id, "on_hand": delta} for lot_id, delta in deltas.items()))


async def add_lots(session: GatheringSession, lots: Sequence[tuple[ShelfKey, Lot]]) -> None:
    rows = [
        {"id": lot.id, "depot": depot, "item": item, "expires_on": lot.expires, "on_hand": lot.on_hand}
        for (depot, item), lot in lots
    ]
    session.writes.insert(LOT, rows)


async def add_movements(
    session: GatheringSession, movements: Sequence[Movement], at: datetime, on_day: date
) -> None:
    rows = (
        {
            **{name: value for name, value in vars(each).items() if name != "undoes"},
            "at": at,
            "on_day": on_day,
            "reason": each.reason.code,
            "numbers": each.reason.numbers,
        }
        for each in movements
    )
    session.writes.insert(MOVEMENT, rows)


async def add_unmet(session: GatheringSession, on_day: date, grams: Mapping[tuple[UUID, str], int]) -> None:
    rows = [
        {"household_id": household, "item": item, "on_day": on_day, "grams": amount}
        for (household, item), amount in grams.items()
    ]
    session.writes.insert(UNMET, rows)
