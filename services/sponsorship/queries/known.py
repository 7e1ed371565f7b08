"""Whether there is such a thing at all, before what belongs to it is shown."""

from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncSession


async def is_known(session: AsyncSession, table: Table, key: UUID) -> bool:
    """Whether a table has a row of this id."""
    return await session.scalar(select(table.c.id).where(table.c.id == key)) is not None
