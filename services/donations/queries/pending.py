"""Payments that have not come yet."""

from collections.abc import Sequence

from sqlalchemy import RowMapping, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import rows
from services.donations.tables import PAYMENT, PENDING_PAYMENT


async def pending(session: AsyncSession) -> Sequence[RowMapping]:
    """Payments that PayPal says are pending, and that neither came nor were denied since; the oldest 500."""
    row, paid = PENDING_PAYMENT.c, PAYMENT.c
    came = exists().where(
        paid.provider == row.provider, paid.transaction_id == row.transaction_id, paid.version > 0
    )
    query = select(PENDING_PAYMENT).where(~row.denied, ~came).order_by(row.happened_on, row.transaction_id)
    return await rows(session, query.limit(500))
