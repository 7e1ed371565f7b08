"""Receipts of payees for what was paid of grants."""

from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.domain.payouts import FIELD
from services.donations.ledger import MoneyLedger
from services.donations.repository import grants, payouts
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def keep_receipt(unit: Unit, grant_id: UUID, payout_id: UUID, receipt: str) -> RowMapping | Refused:
    """The receipt of a payment has come, and is filed under this number; one written down before was wrong.

    Refused for money that came back, for what is undone, and for what a fieldworker paid: the slip is its receipt.
    """
    grant = await grants.find(unit.session, grant_id)
    # Who settles the grant, or undoes the payment, holds its fund.
    async with MoneyLedger.open(unit, {grant.key} if grant else ()):
        return await _keep(unit, grant_id, payout_id, receipt)


async def _keep(unit: Unit, grant_id: UUID, payout_id: UUID, receipt: str) -> RowMapping | Refused:
    row = await payouts.find(unit.session, grant_id, payout_id)
    if row is None:
        return missing(f"payment {payout_id} of this grant")
    if row["undone"] or row["amount"] < 0:
        return conflict("This payment is undone, or is money that came back: it has no receipt.")
    if row["place"] == FIELD:
        return conflict("A fieldworker paid this: the slip of the advance is its receipt.")
    payouts.keep_receipt(unit, payout_id, receipt)
    return row
