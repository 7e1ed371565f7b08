"""What donors promised: what is expected, what was kept, what is overdue."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import DONOR, PLEDGE

# A part is kept as long as what is left of its payment covers all parts that are linked to it: a refund takes that
# back, and nobody has to be told.
_PARTS = """
    SELECT part.pledge_id, part.number, part.due_on, part.currency, part.amount, part.payment_id,
           CASE WHEN part.payment_id IS NOT NULL AND payment.gross - payment.refunded >= (
                   SELECT sum(other.amount) FROM pledge_part other WHERE other.payment_id = part.payment_id)
                THEN 'kept' WHEN pledge.cancelled_on IS NOT NULL THEN 'cancelled'
                WHEN part.due_on < :today THEN 'overdue' ELSE 'expected' END AS status
    FROM pledge_part part JOIN pledge ON pledge.id = part.pledge_id
    LEFT JOIN payment ON payment.id = part.payment_id
"""
_OF_PLEDGES = text(f"{_PARTS} WHERE part.pledge_id = ANY(:ids) ORDER BY part.pledge_id, part.number")
_OF_PLEDGES = _OF_PLEDGES.bindparams(bindparam("ids", type_=ARRAY(Uuid)))
_OVERDUE = text(f"""
    SELECT * FROM ({_PARTS}) parts WHERE status = 'overdue' ORDER BY due_on, pledge_id LIMIT 500
""")  # noqa: S608, nothing in it comes from outside
# From kept totals: monitoring asks at each scrape, and nobody adds up all pledges for it.
_EXPECTED = text("""
    SELECT currency, coalesce(sum(amount) FILTER (WHERE due_on >= :today), 0) AS expected,
           coalesce(sum(parts) FILTER (WHERE due_on < :today), 0) AS overdue
    FROM pledge_total WHERE parts <> 0 GROUP BY 1
""")


async def pledges(
    session: AsyncSession, donor_id: UUID | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Pledges in the order in which they were made; of a donor also those of donors who were merged into this one."""
    kept = func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    query = select(PLEDGE, DONOR.c.anonymous, kept.label("kept_id"))
    query = query.join(DONOR, DONOR.c.id == PLEDGE.c.donor_id)
    wanted = [
        None if donor_id is None else kept == donor_id,
        None if after is None else PLEDGE.c.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(PLEDGE.c.id).limit(limit))


async def parts(session: AsyncSession, today: date, ids: Collection[UUID]) -> Sequence[RowMapping]:
    """The parts of these pledges, each as it stands today: kept, expected, overdue or cancelled."""
    found = await session.execute(_OF_PLEDGES, {"today": today, "ids": sorted(ids)})
    return found.mappings().all()


async def overdue(session: AsyncSession, today: date) -> Sequence[RowMapping]:
    """Parts that were due before today and are not kept; the 500 that are due longest."""
    return (await session.execute(_OVERDUE, {"today": today})).mappings().all()


async def expected(session: AsyncSession, today: date) -> Sequence[RowMapping]:
    """What is promised for days to come and not kept yet, by currency, and how many parts are overdue."""
    return (await session.execute(_EXPECTED, {"today": today})).mappings().all()
