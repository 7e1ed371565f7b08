"""Gifts in kind."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Label, RowMapping, func, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.repository.in_kind import SEEN, WAITS
from services.donations.tables import DONOR, GIFT_IN_KIND, GOODS_TOLD

_WAITS = text(WAITS)
_SEEN: Label[bool] = literal_column(SEEN).label("seen")


async def gifts_in_kind(
    session: AsyncSession,
    donor_id: UUID | None,
    limit: int,
    after: UUID | None = None,
    *,
    differing: bool = False,
) -> Sequence[RowMapping]:
    """Gifts in kind as they were acknowledged, each beside what inventory told of its receipt (`came`, in version
    `told`; null and 0 if it told of none), and whether somebody has `seen` that and said that it is right so. Of a
    donor also those of donors who were merged into this one. If `differing`, only those that differ unseen.
    """
    row, kept = GIFT_IN_KIND.c, func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    came, told = GOODS_TOLD.c.goods.label("came"), func.coalesce(GOODS_TOLD.c.version, 0).label("told")
    query = select(GIFT_IN_KIND, DONOR.c.anonymous, kept.label("kept_id"), came, told, _SEEN)
    query = query.outerjoin(DONOR, DONOR.c.id == row.donor_id)
    query = query.outerjoin(GOODS_TOLD, GOODS_TOLD.c.id == row.receipt_id)
    wanted = [
        _WAITS if differing else None,
        None if donor_id is None else kept == donor_id,
        None if after is None else row.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(row.id).limit(limit))
