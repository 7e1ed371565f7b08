"""Rows of the donations service. What guards the money is here, as constraints, and in the triggers of the migration:
it holds whatever runs at once, and whatever way a row comes in.
"""

from services.donations.tables.advances import ADVANCE, SLIP
from services.donations.tables.appeals import APPEAL, ITEM_PRICE, NEED, PRICE, PURCHASE, SHORTAGE
from services.donations.tables.charges import CHARGE
from services.donations.tables.columns import Row
from services.donations.tables.donors import CONTACT, CONTACT_READING, DONOR, GIFT, PAYER
from services.donations.tables.elsewhere import OFFERED, PLACED
from services.donations.tables.grants import APPROVAL, CASE, GRANT, HOUSEHOLD, PAYOUT
from services.donations.tables.imports import GIFT_IMPORT
from services.donations.tables.in_kind import GIFT_IN_KIND, GOODS_SEEN, GOODS_TOLD
from services.donations.tables.ledger import (
    ACCOUNT,
    ACCOUNT_MONTH,
    CLOSED_MONTH,
    CONVERSION,
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
from services.donations.tables.payments import LOST_DISPUTE, PAYMENT, PENDING_PAYMENT, REFUND
from services.donations.tables.pledges import PLEDGE, PLEDGE_PART, PLEDGE_TOTAL
from services.donations.tables.transfers import OPENING, TRANSFER

__all__ = [
    "ACCOUNT",
    "ACCOUNT_MONTH",
    "ADVANCE",
    "APPEAL",
    "APPROVAL",
    "CASE",
    "CHARGE",
    "CLOSED_MONTH",
    "CONTACT",
    "CONTACT_READING",
    "CONVERSION",
    "DECISION",
    "DONOR",
    "ENTRY",
    "FINDING",
    "FUND_BALANCE",
    "GIFT",
    "GIFT_IMPORT",
    "GIFT_IN_KIND",
    "GOODS_SEEN",
    "GOODS_TOLD",
    "GRANT",
    "HOUSEHOLD",
    "ITEM_PRICE",
    "LETTER",
    "LETTER_READING",
    "LOST_DISPUTE",
    "NEED",
    "NOTICE",
    "NOTICE_BODY",
    "OFFERED",
    "OPENING",
    "PAYER",
    "PAYMENT",
    "PAYOUT",
    "PENDING_PAYMENT",
    "PLACED",
    "PLEDGE",
    "PLEDGE_PART",
    "PLEDGE_TOTAL",
    "POSTING",
    "PRICE",
    "PURCHASE",
    "RATE",
    "RECEIPT",
    "RECEIPT_SERIES",
    "REFUND",
    "REVERSAL",
    "SHORTAGE",
    "SLIP",
    "STATEMENT",
    "STATEMENT_LINE",
    "SUBSCRIPTION",
    "SUBSCRIPTION_CHANGE",
    "SUBSCRIPTION_NEWS",
    "SUBSCRIPTION_TOLD",
    "TRANSFER",
    "Row",
]
