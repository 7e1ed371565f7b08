"""The renewal of all rations that is under way: one row from the turn of a period until its last part is done.

Whoever makes a ration of the new period holds the lock of the ration's shelves, and looks under it who has none yet. So
nobody gets two.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.households import Household
from services.inventory.repository.households import WANTS_FOOD, household_in
from services.inventory.repository.reservations import FOOD
from services.inventory.tables import HOUSEHOLD, RENEWAL, RESERVATION


@dataclass(frozen=True)
class Renewal:
    """Of the period that began on `first_day`; households up to the id `after` are done."""

    first_day: date
    after: UUID | None


async def under_way(session: AsyncSession, *, lock: bool = False) -> Renewal | None:
    """The renewal that is not done yet; locked, after the shelves, by whoever makes rations.

    The shelves' lock would be enough if the ration's item were always in the catalogue.
    """
    query = select(RENEWAL.c.first_day, RENEWAL.c.after_id)
    row = (await session.execute(query.with_for_update() if lock else query)).first()
    return Renewal(row.first_day, row.after_id) if row else None


async def begin(session: AsyncSession, first_day: date) -> None:
    """All rations of a period are to be made."""
    await session.execute(insert(RENEWAL).values(first_day=first_day))


async def move(session: AsyncSession, after: UUID | None) -> None:
    """Households up to this id are done; with None all are."""
    change = update(RENEWAL).values(after_id=after) if after else delete(RENEWAL)
    await session.execute(change)


async def next_households(session: AsyncSession, renewal: Renewal, limit: int) -> list[Household]:
    """The next active households that ask for food and have no ration for the period, by id: the older ones first."""
    later = [] if renewal.after is None else [HOUSEHOLD.c.id > renewal.after]
    return await _households(session, renewal, *later, limit=limit)


async def those_without(session: AsyncSession, renewal: Renewal, ids: Collection[UUID]) -> frozenset[UUID]:
    """Which of these households have no ration for the period, whether they are to have one or not."""
    query = select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id.in_(sorted(ids)), ~_has_ration(renewal))
    return frozenset(await session.scalars(query))


async def _households(
    session: AsyncSession, renewal: Renewal, *conditions: ColumnElement[bool], limit: int
) -> list[Household]:
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.active, WANTS_FOOD, ~_has_ration(renewal), *conditions)
    rows = await session.execute(query.order_by(HOUSEHOLD.c.id).limit(limit))
    return [household_in(row) for row in rows.mappings()]


def _has_ration(renewal: Renewal) -> ColumnElement[bool]:
    row = RESERVATION.c
    mine = select(row.id).where(row.household_id == HOUSEHOLD.c.id, FOOD, row.last_day >= renewal.first_day)
    return mine.exists()
