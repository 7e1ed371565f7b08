"""Receipts of payees for what was paid of grants."""

from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.commands.grants import FIELD
from services.donations.repository import payouts
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def keep_receipt(unit: Unit, grant_id: UUID, payout_id: UUID, receipt: str) -> RowMapping | Refused:
    """The receipt of a payment has come, and is filed under this number; one written down before was wrong.

    Refused for money that came back, for what is undone, and for what a fieldworker paid: the slip is its receipt.
    """
    row = await payouts.find(unit.session, grant_id, payout_id)
    if row is None:
        return missing(f"payment {payout_id} of this grant")
    if row["undone"] or row["amount"] < 0:
        return conflict("This payment is undone, or is money that came back: it has no receipt.")
    if row["place"] == FIELD:
        return conflict("A fieldworker paid this: the slip of the advance is its receipt.")
    payouts.keep_receipt(unit, payout_id, receipt)
    return row
