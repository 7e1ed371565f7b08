"""Terms, months, payments and report cards as they are shown: lists without a word of any report card."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import CHILD, REPORT_CARD, SCHOOL_MONTH, SCHOOL_PAYMENT, SCHOOL_TERM


async def terms(session: AsyncSession, child_id: UUID) -> Sequence[RowMapping]:
    """The terms of a child, the oldest first."""
    row = SCHOOL_TERM.c
    query = select(SCHOOL_TERM).where(row.child_id == child_id).order_by(row.starts_on)
    return (await session.execute(query)).mappings().all()


async def months(session: AsyncSession, child_id: UUID) -> Sequence[RowMapping]:
    """The months of a child's terms, in the order of their days."""
    month, term = SCHOOL_MONTH.c, SCHOOL_TERM.c
    too_early = (month.due_on < CHILD.c.waiting_since).label("too_early")
    columns = (month.term_id, month.due_on, month.covered, term.fee, term.currency, too_early)
    query = (
        select(*columns).join(SCHOOL_TERM, term.id == month.term_id).join(CHILD, CHILD.c.id == month.child_id)
    )
    query = query.where(month.child_id == child_id, month.due_on <= term.ends_on).order_by(month.due_on)
    return (await session.execute(query)).mappings().all()


async def payments(
    session: AsyncSession, child_id: UUID | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """What the education fund was asked for, the oldest first."""
    row = SCHOOL_PAYMENT.c
    query = select(SCHOOL_PAYMENT).order_by(row.id).limit(limit)
    if child_id is not None:
        query = query.where(row.child_id == child_id)
    return (await session.execute(query.where(row.id > after) if after else query)).mappings().all()


async def reports(session: AsyncSession, child_id: UUID) -> Sequence[RowMapping]:
    """The report cards of a child without their notes, the oldest first, each with the one that took its place."""
    row, later = REPORT_CARD.c, REPORT_CARD.alias()
    after = (
        later.c.id.label("replaced_by"),
        later.c.on_day.label("replaced_on"),
        later.c.actor.label("corrector"),
    )
    query = select(REPORT_CARD, *after).outerjoin(later, later.c.replaces == row.id)
    return (await session.execute(query.where(row.child_id == child_id).order_by(row.id))).mappings().all()
