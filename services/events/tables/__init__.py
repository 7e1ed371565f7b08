"""Rows of the events service. What guards the seats is here, as constraints: it holds whatever runs at once."""

from services.events.tables.columns import Row
from services.events.tables.contacts import CONTACT, READING, VENUE
from services.events.tables.gatherings import CALENDAR, CASE, GATHERING, GATHERING_STEP, PAPER
from services.events.tables.seats import GUEST, GUEST_IMPORT, MEMBER, SEAT

__all__ = [
    "CALENDAR",
    "CASE",
    "CONTACT",
    "GATHERING",
    "GATHERING_STEP",
    "GUEST",
    "GUEST_IMPORT",
    "MEMBER",
    "PAPER",
    "READING",
    "SEAT",
    "VENUE",
    "Row",
]
