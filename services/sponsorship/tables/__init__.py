"""Rows of the sponsorship service, a file per family of tables."""

from services.sponsorship.tables.children import CHILD, CONSENT, HOUSEHOLD, PRESENCE
from services.sponsorship.tables.columns import Row
from services.sponsorship.tables.gifts import GIFT, GIFT_TOLD, PAYMENT, SPONSOR
from services.sponsorship.tables.holds import HOLD, SPONSORSHIP
from services.sponsorship.tables.lessons import (
    ATTENDANCE,
    CERTIFICATE,
    CLOSED_HOUSEHOLD,
    COURSE,
    HELPER_NEED,
    LEARNER,
    LESSON,
    LESSON_PLACE,
    SETTLEMENT,
)
from services.sponsorship.tables.letters import (
    CORRESPONDENCE_READING,
    FINDING,
    INCIDENT,
    INCIDENT_END,
    INCIDENT_NOTE,
    LETTER,
    LETTER_CHECK,
    LETTER_TEXT,
    PHOTO,
)
from services.sponsorship.tables.school import (
    REPORT_CARD,
    REPORT_NOTE,
    SCHOOL_MONTH,
    SCHOOL_PAYMENT,
    SCHOOL_TERM,
)

__all__ = [
    "ATTENDANCE",
    "CERTIFICATE",
    "CHILD",
    "CLOSED_HOUSEHOLD",
    "CONSENT",
    "CORRESPONDENCE_READING",
    "COURSE",
    "FINDING",
    "GIFT",
    "GIFT_TOLD",
    "HELPER_NEED",
    "HOLD",
    "HOUSEHOLD",
    "INCIDENT",
    "INCIDENT_END",
    "INCIDENT_NOTE",
    "LEARNER",
    "LESSON",
    "LESSON_PLACE",
    "LETTER",
    "LETTER_CHECK",
    "LETTER_TEXT",
    "PAYMENT",
    "PHOTO",
    "PRESENCE",
    "REPORT_CARD",
    "REPORT_NOTE",
    "SCHOOL_MONTH",
    "SCHOOL_PAYMENT",
    "SCHOOL_TERM",
    "SETTLEMENT",
    "SPONSOR",
    "SPONSORSHIP",
    "Row",
]
