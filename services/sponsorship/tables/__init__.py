"""Rows of the sponsorship service, a file per family of tables."""

from services.sponsorship.tables.children import CHILD, HOUSEHOLD, PRESENCE
from services.sponsorship.tables.columns import Row
from services.sponsorship.tables.lessons import (
    ATTENDANCE,
    CLOSED_HOUSEHOLD,
    COURSE,
    HELPER_NEED,
    LEARNER,
    LESSON,
    LESSON_PLACE,
    SETTLEMENT,
)

__all__ = [
    "ATTENDANCE",
    "CHILD",
    "CLOSED_HOUSEHOLD",
    "COURSE",
    "HELPER_NEED",
    "HOUSEHOLD",
    "LEARNER",
    "LESSON",
    "LESSON_PLACE",
    "PRESENCE",
    "SETTLEMENT",
    "Row",
]
