"""Rows of the sponsorship service, a file per family of tables."""

from services.sponsorship.tables.children import CHILD, CONSENT, HOUSEHOLD, PRESENCE
from services.sponsorship.tables.columns import Row
from services.sponsorship.tables.gifts import GIFT, PAYMENT, SPONSOR
from services.sponsorship.tables.holds import HOLD, SPONSORSHIP

__all__ = [
    "CHILD",
    "CONSENT",
    "GIFT",
    "HOLD",
    "HOUSEHOLD",
    "PAYMENT",
    "PRESENCE",
    "SPONSOR",
    "SPONSORSHIP",
    "Row",
]
