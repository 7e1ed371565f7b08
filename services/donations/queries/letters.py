"""Receipts, statements, and who was shown them: lists without names."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import DONOR, LETTER_READING, RECEIPT, STATEMENT, STATEMENT_LINE


@dataclass(frozen=True)
class LetterFilter:
    """Which letters; None takes all. `donor_id` finds those of donors who were merged into this one too."""

    donor_id: UUID | None = None
    state: str | None = None


async def receipts(
    session: AsyncSession,
    which: LetterFilter,
    limit: int,
    after: UUID | None = None,
    *,
    series: str | None = None,
    payment_id: UUID | None = None,
) -> Sequence[RowMapping]:
    """Receipts in the order in which they were issued, those that are void too."""
    row, kept = RECEIPT.c, func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    query = select(RECEIPT, DONOR.c.anonymous, kept.label("kept_id"))
    query = query.join(DONOR, DONOR.c.id == row.donor_id)
    wanted = [
        None if which.donor_id is None else kept == which.donor_id,
        None if which.state is None else row.state == which.state,
        None if series is None else row.series == series,
        None if payment_id is None else row.payment_id == payment_id,
        None if after is None else row.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(row.id).limit(limit))


async def statements(
    session: AsyncSession, which: LetterFilter, limit: int, after: UUID | None = None, year: int | None = None
) -> Sequence[RowMapping]:
    """Statements in the order in which they were issued, each with its sums by currency."""
    row, kept = STATEMENT.c, func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    line = STATEMENT_LINE.c
    sums = select(line.currency, func.sum(line.amount).label("amount")).where(line.statement_id == row.id)
    each = sums.group_by(line.currency).correlate(STATEMENT).subquery()
    summed = select(func.json_object_agg(each.c.currency, each.c.amount)).scalar_subquery()
    query = select(STATEMENT, DONOR.c.anonymous, kept.label("kept_id"), summed.label("sums"))
    query = query.join(DONOR, DONOR.c.id == row.donor_id)
    wanted = [
        None if which.donor_id is None else kept == which.donor_id,
        None if which.state is None else row.state == which.state,
        None if year is None else row.year == year,
        None if after is None else row.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(row.id).limit(limit))


async def readings(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Who was shown a letter, and why, the oldest first."""
    row = LETTER_READING.c
    query = select(LETTER_READING).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))
