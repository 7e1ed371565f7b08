"""Disputes that were lost, as PayPal or the treasurer told of them."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.money import Money
from services.donations.tables import LOST_DISPUTE

# Of a case that is told otherwise the later word counts, of one day the larger amount: so it does not go by the order.
_TELL = text("""
    INSERT INTO lost_dispute AS old (payment_id, case_id, currency, amount, happened_on)
    VALUES (:payment_id, :case_id, :currency, :amount, :happened_on)
    ON CONFLICT (payment_id, case_id) DO UPDATE SET
        currency = excluded.currency, amount = excluded.amount, happened_on = excluded.happened_on
    WHERE (excluded.happened_on, excluded.amount, excluded.currency) > (old.happened_on, old.amount, old.currency)
    RETURNING 1
""")


async def tell(session: AsyncSession, payment_id: UUID, case_id: str, lost: Money | None, on: date) -> bool:
    """Keep that a dispute about a locked payment was lost: so much of it, or all that is left. False if it is known."""
    currency, amount = (lost.currency, lost.minor) if lost else ("", 0)
    values = {"payment_id": payment_id, "case_id": case_id, "currency": currency, "amount": amount}
    return bool(await session.scalar(_TELL, {**values, "happened_on": on}))


async def of(session: AsyncSession, payment_id: UUID) -> Sequence[RowMapping]:
    """Those about a payment."""
    query = select(LOST_DISPUTE).where(LOST_DISPUTE.c.payment_id == payment_id)
    return (await session.execute(query)).mappings().all()
