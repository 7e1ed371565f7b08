"""Money that was asked for, with what donations told of it last."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.tables import GRANT_REQUEST, GRANT_TOLD


async def grant_requests(session: AsyncSession, whose: UUID) -> Sequence[RowMapping]:
    """Money that was asked for a household or a case, by its id; the oldest request first."""
    row = GRANT_REQUEST.c
    told = (func.coalesce(GRANT_TOLD.c[name], "").label(name) for name in ("status", "summary"))
    query = select(GRANT_REQUEST, *told).outerjoin(GRANT_TOLD, GRANT_TOLD.c.id == row.id)
    query = query.where(or_(row.household_id == whose, row.case_id == whose)).order_by(row.id)
    return (await session.execute(query)).mappings().all()
