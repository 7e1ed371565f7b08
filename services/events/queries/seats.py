"""Seats and the waiting list of a gathering."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.seats import SeatState
from services.events.tables import SEAT

# Who counts and waits before each party; by the counting rule, which leaves out whoever is no guest.
_WAITING = text("""
    SELECT party, number, heads, place, CAST(coalesce(sum(heads) OVER (
        ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS integer) AS ahead
    FROM (SELECT party, number, count(*) FILTER (WHERE role = 'guest') AS heads,
                 row_number() OVER (ORDER BY number) AS place
          FROM seat WHERE gathering_id = :gathering AND state = 'waiting' GROUP BY number, party) parties
    ORDER BY number
""")


async def seats(
    session: AsyncSession, gathering_id: UUID, state: SeatState | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Who has or had a seat or a place, in the order of their ids."""
    row = SEAT.c
    query = select(SEAT).where(row.gathering_id == gathering_id).order_by(row.id).limit(limit)
    if state:
        query = query.where(row.state == state.value)
    if after:
        query = query.where(row.id > after)
    return (await session.execute(query)).mappings().all()


async def waiting(session: AsyncSession, gathering_id: UUID) -> Sequence[RowMapping]:
    """The waiting list: each party's place, how many of it count, and how many count before it."""
    return (await session.execute(_WAITING, {"gathering": gathering_id})).mappings().all()
