"""Children as staff see them."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import CHILD
from shared.contracts.sponsorship import ChildStatus


class Wanted(NamedTuple):
    """What a list of children is to hold; None of a thing wants all."""

    status: ChildStatus | None = None
    region: str | None = None


async def children(
    session: AsyncSession, wanted: Wanted, limit: int, after: UUID | None = None
) -> list[RowMapping]:
    """Children in the order in which they are to be served: the most urgent first, then who waits longest."""
    row = CHILD.c
    place = (-row.points, row.waiting_since, row.id)
    query = select(CHILD).order_by(*place).limit(limit)
    if wanted.status:
        query = query.where(row.status == wanted.status.value)
    if wanted.region:
        query = query.where(row.region == wanted.region)
    if after:
        last = select(*place).where(row.id == after).subquery()
        query = query.where(tuple_(*place) > select(*last.c).scalar_subquery())
    return list((await session.execute(query)).mappings())
