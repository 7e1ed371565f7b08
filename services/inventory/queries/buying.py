"""What things cost, and what is bought."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.tables import PRICE, PURCHASE


async def prices(session: AsyncSession) -> Sequence[RowMapping]:
    """What items cost, by item."""
    return (await session.execute(select(PRICE).order_by(PRICE.c.item))).mappings().all()


async def purchases(
    session: AsyncSession, limit: int, after: UUID | None = None, status: str | None = None
) -> Sequence[RowMapping]:
    """Purchases, in the order in which they were proposed."""
    query = select(PURCHASE).order_by(PURCHASE.c.id).limit(limit)
    if status is not None:
        query = query.where(PURCHASE.c.status == status)
    if after is not None:
        query = query.where(PURCHASE.c.id > after)
    return (await session.execute(query)).mappings().all()
