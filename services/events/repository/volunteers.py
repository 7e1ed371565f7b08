"""Volunteers' own rows."""

from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import VOLUNTEER


async def find_row(session: AsyncSession, volunteer_id: UUID) -> RowMapping | None:
    """A volunteer as kept; whoever changes it has the desk."""
    found = await session.execute(select(VOLUNTEER).where(VOLUNTEER.c.id == volunteer_id))
    return found.mappings().one_or_none()


async def known(session: AsyncSession, contact_id: UUID) -> bool:
    """Whether this contact is a volunteer already."""
    found = select(VOLUNTEER.c.id).where(VOLUNTEER.c.contact_id == contact_id)
    return await session.scalar(found) is not None
