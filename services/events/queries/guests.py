"""Guests without their names, in lists."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import GUEST, GUEST_IMPORT
from services.events.tables import READING as READ


async def guests(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Guests in the order in which they were written down."""
    query = select(GUEST).order_by(GUEST.c.id).limit(limit)
    found = await session.execute(query.where(GUEST.c.id > after) if after else query)
    return found.mappings().all()


async def readings(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Who was shown contacts, venues and lists of guests, the oldest first."""
    query = select(READ).order_by(READ.c.id).limit(limit)
    found = await session.execute(query.where(READ.c.id > after) if after else query)
    return found.mappings().all()


async def imports(
    session: AsyncSession, gathering_id: UUID, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Lists of guests that were taken in for a gathering, the oldest first."""
    row = GUEST_IMPORT.c
    query = select(GUEST_IMPORT).where(row.gathering_id == gathering_id).order_by(row.id).limit(limit)
    found = await session.execute(query.where(row.id > after) if after else query)
    return found.mappings().all()
