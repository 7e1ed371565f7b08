"""Rows of the donations service. What guards the money is here, as constraints, and in the triggers of the migration:
it holds whatever runs at once, and whatever way a row comes in.
"""

from services.donations.tables.appeals import APPEAL, PRICE
from services.donations.tables.columns import Row
from services.donations.tables.donors import CONTACT, CONTACT_READING, DONOR, GIFT
from services.donations.tables.grants import APPROVAL, GRANT, HOUSEHOLD, PAYOUT
from services.donations.tables.ledger import (
    ACCOUNT,
    ACCOUNT_MONTH,
    CLOSED_MONTH,
    DECISION,
    ENTRY,
    FUND_BALANCE,
    POSTING,
    RATE,
    REVERSAL,
)
from services.donations.tables.letters import (
    LETTER,
    LETTER_READING,
    RECEIPT,
    RECEIPT_SERIES,
    STATEMENT,
    STATEMENT_LINE,
)
from services.donations.tables.monthly import (
    SUBSCRIPTION,
    SUBSCRIPTION_CHANGE,
    SUBSCRIPTION_NEWS,
    SUBSCRIPTION_TOLD,
)
from services.donations.tables.notices import FINDING, NOTICE, NOTICE_BODY
from services.donations.tables.payments import PAYMENT, REFUND

__all__ = [
    "ACCOUNT",
    "ACCOUNT_MONTH",
    "APPEAL",
    "APPROVAL",
    "CLOSED_MONTH",
    "CONTACT",
    "CONTACT_READING",
    "DECISION",
    "DONOR",
    "ENTRY",
    "FINDING",
    "FUND_BALANCE",
    "GIFT",
    "GRANT",
    "HOUSEHOLD",
    "LETTER",
    "LETTER_READING",
    "NOTICE",
    "NOTICE_BODY",
    "PAYMENT",
    "PAYOUT",
    "POSTING",
    "PRICE",
    "RATE",
    "RECEIPT",
    "RECEIPT_SERIES",
    "REFUND",
    "REVERSAL",
    "STATEMENT",
    "STATEMENT_LINE",
    "SUBSCRIPTION",
    "SUBSCRIPTION_CHANGE",
    "SUBSCRIPTION_NEWS",
    "SUBSCRIPTION_TOLD",
    "Row",
]
