"""Gatherings in lists."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.gatherings import Gathering
from services.events.repository.gatherings import gathering_in
from services.events.tables import GATHERING


async def found(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    first: date | None = None,
    kind: str | None = None,
) -> Sequence[Gathering]:
    """Gatherings in the order in which they were planned; those from a day on, and of a kind, if asked for."""
    row = GATHERING.c
    query = select(GATHERING).order_by(row.id).limit(limit)
    if after:
        query = query.where(row.id > after)
    if first:
        query = query.where(row.starts_on >= first)
    if kind:
        query = query.where(row.kind == kind)
    return [gathering_in(each) for each in (await session.execute(query)).mappings()]
