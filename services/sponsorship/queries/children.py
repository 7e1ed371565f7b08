"""Children as staff see them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import CHILD, PRESENCE, SCHOOL_TERM
from shared.contracts.sponsorship import ChildStatus


class Wanted(NamedTuple):
    """What a list of children is to hold; None of a thing wants all."""

    status: ChildStatus | None = None
    region: str | None = None


async def children(
    session: AsyncSession, wanted: Wanted, limit: int, after: UUID | None = None
) -> list[RowMapping]:
    """Children in the order in which they are to be served: the most urgent first, then who waits longest; each with
    its `age_band`, and the `level` of its last term at school.
    """
    row, band, term = CHILD.c, PRESENCE.c, SCHOOL_TERM.c
    lives = (band.member_id == row.id) & (band.household_id == row.household_id)
    level = select(term.level).where(term.child_id == row.id).order_by(term.starts_on.desc(), term.id.desc())
    place = (-row.points, row.waiting_since, row.id)
    query = select(CHILD, band.band.label("age_band"), level.limit(1).scalar_subquery().label("level"))
    query = query.outerjoin(PRESENCE, lives).order_by(*place).limit(limit)
    if wanted.status:
        query = query.where(row.status == wanted.status.value)
    if wanted.region:
        query = query.where(row.region == wanted.region)
    if after:
        last = select(*place).where(row.id == after).subquery()
        query = query.where(tuple_(*place) > select(*last.c).scalar_subquery())
    return list((await session.execute(query)).mappings())
