"""A row of the transaction list as what a notice would have said, so that both are booked by the same function."""

import re
from collections.abc import Collection

from services.donations.paypal.said import BackSaid, Head, SaleSaid
from services.donations.paypal.transactions import Kind, Row

_SUBSCRIPTION = re.compile(r"[IS]-[A-Z0-9]+", re.ASCII)
"""What PayPal's ids of subscriptions and of old series look like; one of a transaction has no hyphen."""


def subscription_of(row: Row, known: Collection[str]) -> str | None:
    """The subscription that a payment is for; None if the row names none."""
    named = row.refers_to or ""
    return named if named in known or _SUBSCRIPTION.fullmatch(named) else None


def said_by(row: Row, subscriptions: Collection[str]) -> SaleSaid | BackSaid | None:
    """What a row says of money that came or went back; None if it says something else, or of money that went otherwise.

    The list names no hold: what it shows as completed may be held all the same.
    """
    head = Head("list", row.transaction_id, row.code or row.kind.value, row.at)
    if row.kind is Kind.PAYMENT and row.gross.minor > 0:
        return SaleSaid(
            head,
            row.transaction_id,
            "completed",
            row.gross,
            row.at,
            row.at,
            fee=abs(row.fee) if row.fee else None,
            subscription_id=subscription_of(row, subscriptions),
            custom_id=row.custom_id,
        )
    own = (row.transaction_id, row.refers_to, abs(row.gross), row.at)
    if row.kind in (Kind.REFUND, Kind.REVERSAL) and row.gross.minor < 0:
        # Above nought is what PayPal gives back of its fee; below, what it takes for the work.
        fee_back = row.fee if row.fee and row.fee.minor > 0 else None
        return BackSaid(head, "refunded" if row.kind is Kind.REFUND else "reversed", *own, fee_back=fee_back)
    if row.kind is Kind.REVERSAL and row.gross.minor > 0:
        # Below nought is what PayPal takes for giving the money back.
        fee = abs(row.fee) if row.fee and row.fee.minor < 0 else None
        return BackSaid(head, "reversal_cancelled", *own, fee_taken=fee)
    return None
