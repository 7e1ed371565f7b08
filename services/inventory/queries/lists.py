"""Lists: the catalogue whole; all else in the order of its place, filtered, at most `limit` rows after a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, Select, and_, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.items import Kind
from services.inventory.domain.movements import MovementKind
from services.inventory.domain.reservations import Reservation
from services.inventory.repository.reservations import SETTLED, SHORT, reservations_where
from services.inventory.repository.stock import CAME_OF
from services.inventory.tables import (
    CANCELLATION,
    DEPOT,
    HOUSEHOLD,
    ITEM,
    KIT_PART,
    LOT,
    MOVEMENT,
    PLANNED_DELIVERY,
    RECEIPT,
    RESERVATION,
    SHELF,
)


async def _rows(session: AsyncSession, query: Select[Any]) -> Sequence[RowMapping]:
    found: Sequence[RowMapping] = (await session.execute(query)).mappings().all()
    return found


async def items(session: AsyncSession) -> Sequence[RowMapping]:
    """All items, by code."""
    return await _rows(session, select(ITEM).order_by(ITEM.c.code))


async def depots(session: AsyncSession) -> Sequence[RowMapping]:
    """All depots and shelters, by code."""
    return await _rows(session, select(DEPOT).order_by(DEPOT.c.code))


async def kit_parts(session: AsyncSession) -> Sequence[RowMapping]:
    """The bills of materials."""
    return await _rows(session, select(KIT_PART).order_by(KIT_PART.c.kit, KIT_PART.c.part))


async def stock(
    session: AsyncSession,
    limit: int,
    after: str | None = None,
    depot: str | None = None,
    item: str | None = None,
    kind: Kind | None = None,
) -> Sequence[RowMapping]:
    """Shelves with their item's kind and unit, by item and depot; `place`, `item|depot`, is where one stands."""
    place = func.concat(SHELF.c.item, "|", SHELF.c.depot).collate("C")
    wanted = [
        None if depot is None else SHELF.c.depot == depot,
        None if item is None else SHELF.c.item == item,
        None if kind is None else ITEM.c.kind == kind,
        place > after if after else None,
    ]
    query = select(SHELF, ITEM.c.kind, ITEM.c.unit, place.label("place"))
    query = query.join(ITEM, ITEM.c.code == SHELF.c.item).where(*_given(wanted))
    return await _rows(session, query.order_by(place).limit(limit))


async def lots(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    depot: str | None = None,
    item: str | None = None,
    until: date | None = None,
) -> Sequence[RowMapping]:
    """Lots with something left, or blocked, in the order in which they came; with `until` those that expire by then."""
    row = LOT.c
    wanted = [
        text("(lot.on_hand > 0 OR lot.recalled)"),
        None if depot is None else row.depot == depot,
        None if item is None else row.item == item,
        None if until is None else row.expires_on <= until,
        None if after is None else row.id > after,
    ]
    query = select(LOT, ITEM.c.kind, ITEM.c.unit).join(ITEM, ITEM.c.code == row.item)
    return await _rows(session, query.where(*_given(wanted)).order_by(row.id).limit(limit))


_GIVEN = text(f"""
    {CAME_OF}
    SELECT household_id, item, lot_id, -sum(on_hand) AS quantity FROM movement JOIN came_of USING (lot_id)
    WHERE kind = 'delivered' GROUP BY 1, 2, 3 HAVING sum(on_hand) < 0 ORDER BY 1, 2, 3
""")  # noqa: S608, nothing in it comes from outside


async def lot_known(session: AsyncSession, lot_id: UUID) -> bool:
    """Whether there is, or was, such a lot."""
    return await session.scalar(select(LOT.c.id).where(LOT.c.id == lot_id)) is not None


async def given_of(session: AsyncSession, lot_id: UUID) -> Sequence[RowMapping]:
    """Who was given something of a lot, of kits put together with some of it, or of what was moved elsewhere."""
    return (await session.execute(_GIVEN, {"lot": lot_id})).mappings().all()


@dataclass(frozen=True)
class MovementFilter:
    """Which lines of the ledger; None takes all. Days are those on which they were written down, both included."""

    depot: str | None = None
    item: str | None = None
    kind: MovementKind | None = None
    household_id: UUID | None = None
    first: date | None = None
    last: date | None = None


async def movements(
    session: AsyncSession, which: MovementFilter, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Lines of the ledger, the oldest first; the note on goods received is the receipt's reference."""
    row = MOVEMENT.c
    equal = ("depot", "item", "kind", "household_id")
    wanted = [row[name] == value for name in equal if (value := getattr(which, name)) is not None]
    wanted += _given(
        [
            None if which.first is None else row.on_day >= which.first,
            None if which.last is None else row.on_day <= which.last,
            None if after is None else row.id > after,
        ]
    )
    note = func.coalesce(row.note, RECEIPT.c.reference).label("note")
    shown = [column for column in row if column is not row.note]
    query = select(*shown, note, LOT.c.expires_on).outerjoin(RECEIPT, RECEIPT.c.id == row.document_id)
    query = query.outerjoin(LOT, LOT.c.id == row.lot_id)
    return await _rows(session, query.where(*wanted).order_by(row.id).limit(limit))


@dataclass(frozen=True)
class PlannedFilter:
    """Which planned deliveries; None takes all. Those that are closed are no longer to come, and not late."""

    received: bool | None = None
    late: bool | None = None
    due_until: date | None = None


async def planned_deliveries(
    session: AsyncSession, which: PlannedFilter, today: date, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Planned deliveries, in the order in which they were written down."""
    row = PLANNED_DELIVERY.c
    over = or_(row.received_on.is_not(None), row.closed_on.is_not(None))
    wanted = [
        None if which.received is None else over == which.received,
        None if which.late is None else and_(~over, row.due_on < today) == which.late,
        None if which.due_until is None else row.due_on <= which.due_until,
        None if after is None else row.id > after,
    ]
    query = select(PLANNED_DELIVERY).where(*_given(wanted)).order_by(row.id)
    return await _rows(session, query.limit(limit))


async def reservations_of(session: AsyncSession, household_id: UUID) -> list[Reservation] | None:
    """Everything that was ever asked for a household, the most urgent first; None for an unknown household."""
    found = await reservations_where(session, RESERVATION.c.household_id == household_id)
    known = select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id == household_id)
    return found if found or await session.scalar(known) else None


@dataclass(frozen=True)
class ReservationFilter:
    """Which reservations; None takes all. `item` is what was asked for."""

    item: str | None = None
    household_id: UUID | None = None
    state: Literal["open", "done"] | None = None
    backordered: bool | None = None


async def reservations(
    session: AsyncSession, which: ReservationFilter, limit: int, after: UUID | None = None
) -> list[Reservation]:
    """Reservations by id."""
    row = RESERVATION.c
    wanted = [
        None if which.item is None else row.requested_item == which.item,
        None if which.household_id is None else row.household_id == which.household_id,
        None if which.state is None else (row.wanted > SETTLED) == (which.state == "open"),
        None if which.backordered is None else which.backordered == SHORT,
        None if after is None else row.id > after,
    ]
    ids = select(row.id).where(*_given(wanted)).order_by(row.id).limit(limit)
    found = await reservations_where(session, row.id.in_(list(await session.scalars(ids))))
    return sorted(found, key=lambda each: each.id)


async def notes_on(session: AsyncSession, found: Sequence[Reservation]) -> dict[UUID, str]:
    """What people wrote when they cancelled some of these reservations, by reservation."""
    row = CANCELLATION.c
    query = select(row.reservation_id, row.note).where(row.reservation_id.in_([each.id for each in found]))
    return {row[0]: row[1] for row in await session.execute(query)}


async def households(
    session: AsyncSession, limit: int, after: UUID | None = None, active: bool | None = None
) -> Sequence[RowMapping]:
    """Households that intake has told of, by id."""
    row = HOUSEHOLD.c
    wanted = [
        row.version > 0,
        None if active is None else row.active == active,
        None if after is None else row.id > after,
    ]
    return await _rows(session, select(HOUSEHOLD).where(*_given(wanted)).order_by(row.id).limit(limit))


def _given(conditions: Sequence[Any]) -> list[Any]:
    return [each for each in conditions if each is not None]
