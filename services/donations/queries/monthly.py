"""Monthly gifts as they stand, and how many changed in each month."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, in_whose_name, rows
from services.donations.tables import DONOR, GIFT, PLACED, SUBSCRIPTION


async def monthly_gifts(
    session: AsyncSession, status: str | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Registered monthly gifts as they stand, in the order of their ids."""
    row, gift = SUBSCRIPTION.c, GIFT.c
    of_it = and_(gift.provider == row.provider, gift.subscription_id == row.reference)
    named = (gift.id.label("gift_id"), gift.donor_id, gift.purpose, gift.children, gift.correspondence)
    standing = (row.reference, row.status, row.since, row.said)
    query = select(*named, *standing, DONOR.c.anonymous, PLACED.c.placed, in_whose_name())
    query = (
        query.select_from(GIFT).outerjoin(SUBSCRIPTION, of_it).outerjoin(DONOR, DONOR.c.id == gift.donor_id)
    )
    query = query.outerjoin(PLACED, (PLACED.c.id == gift.id) & (PLACED.c.version > 0))
    wanted = [
        gift.kind == "monthly",
        None if status is None else row.status == status,
        None if after is None else gift.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(gift.id).limit(limit))


_MONTHS = text("""
    SELECT CAST(date_trunc('month', on_day) AS date) AS month,
           count(*) FILTER (WHERE before IN ('', 'starting') AND status = 'active') AS begun,
           count(*) FILTER (WHERE status = 'at_risk') AS at_risk,
           count(*) FILTER (WHERE before = 'at_risk' AND status = 'active') AS recovered,
           count(*) FILTER (WHERE before = 'lapsed' AND status = 'active') AS found_again,
           count(*) FILTER (WHERE before IN ('active', 'at_risk') AND status IN ('lapsed', 'ended')) AS lost
    FROM subscription_change GROUP BY 1 ORDER BY 1 DESC LIMIT 120
""")


async def gifts_by_month(session: AsyncSession) -> Sequence[RowMapping]:
    """How many monthly gifts changed in each month, and how; the newest month first, ten years of them."""
    found: Sequence[RowMapping] = (await session.execute(_MONTHS)).mappings().all()
    return found
