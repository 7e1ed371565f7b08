"""Loans between funds: what is to be paid back."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import rows
from services.donations.repository.decisions import back_of
from services.donations.tables import DECISION


async def loans(session: AsyncSession) -> Sequence[RowMapping]:
    """Loans of which something is `left` to be paid back, the first due first; 500 at most."""
    row = DECISION.c
    paid_back = back_of(row.id).scalar_subquery()
    query = select(DECISION, (row.amount - paid_back).label("left"))
    query = query.where(row.pay_back_on.is_not(None), ~row.undone, row.amount > paid_back)
    return await rows(session, query.order_by(row.pay_back_on, row.id).limit(500))
