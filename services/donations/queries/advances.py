"""Advances of fieldworkers and their slips; what is open too long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import ADVANCE, SLIP

# Without parameters, so that the planner knows the partial index fits.
_OPEN = text("NOT undone AND settled + returned < amount")
_CARRIED = text("""
    SELECT currency, sum(amount - settled - returned) AS carried, count(*) FILTER (WHERE given_on < :before) AS overdue
    FROM advance WHERE NOT undone AND settled + returned < amount GROUP BY 1
""")


@dataclass(frozen=True)
class AdvanceFilter:
    """Which advances; None takes all. Those given `before` a day are open ones."""

    fieldworker: str | None = None
    open: bool | None = None
    before: date | None = None


async def advances(
    session: AsyncSession, which: AdvanceFilter, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Advances in the order in which they were booked."""
    row = ADVANCE.c
    is_open = row.undone.is_(False) & (row.settled + row.returned < row.amount)
    wanted = [
        None if which.fieldworker is None else row.fieldworker == which.fieldworker,
        None if which.open is None else is_open == which.open,
        None if which.before is None else _OPEN,
        None if which.before is None else row.given_on < which.before,
        None if after is None else row.id > after,
    ]
    return await rows(session, select(ADVANCE).where(*given(wanted)).order_by(row.id).limit(limit))


async def slips(session: AsyncSession, advance_id: UUID) -> Sequence[RowMapping]:
    """What became of an advance: its slips and returns in the order in which they were booked."""
    query = select(SLIP).where(SLIP.c.advance_id == advance_id)
    return await rows(session, query.order_by(SLIP.c.id))


async def carried(session: AsyncSession, before: date) -> Sequence[RowMapping]:
    """What fieldworkers carry, by currency, and how many open advances were given before a day."""
    found: Sequence[RowMapping] = (await session.execute(_CARRIED, {"before": before})).mappings().all()
    return found
