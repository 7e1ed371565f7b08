"""Rows that are locked until the unit ends, by their id."""

from uuid import UUID

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncSession


async def locked(session: AsyncSession, table: Table, key: UUID) -> RowMapping | None:
    """The row of this id, locked; None if there is none."""
    query = select(table).where(table.c.id == key).with_for_update()
    found: RowMapping | None = (await session.execute(query)).mappings().one_or_none()
    return found
