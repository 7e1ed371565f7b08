"""Files that were taken in."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import GIFT_IMPORT


async def gift_imports(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Lists of gifts that were taken in, the newest first."""
    row = GIFT_IMPORT.c
    query = select(GIFT_IMPORT).where(*given([None if after is None else row.id < after]))
    return await rows(session, query.order_by(row.id.desc()).limit(limit))
