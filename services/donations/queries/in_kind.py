"""Gifts in kind."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import DONOR, GIFT_IN_KIND


async def gifts_in_kind(
    session: AsyncSession, donor_id: UUID | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Gifts in kind as they were acknowledged; of a donor also those of donors who were merged into this one."""
    row, kept = GIFT_IN_KIND.c, func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    query = select(GIFT_IN_KIND, DONOR.c.anonymous, kept.label("kept_id"))
    query = query.outerjoin(DONOR, DONOR.c.id == row.donor_id)
    wanted = [
        None if donor_id is None else kept == donor_id,
        None if after is None else row.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(row.id).limit(limit))
