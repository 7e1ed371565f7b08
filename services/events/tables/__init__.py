"""Rows of the events service. What guards the seats is here, as constraints: it holds whatever runs at once."""

from services.events.tables.columns import Row
from services.events.tables.contacts import CONTACT, READING, VENUE
from services.events.tables.gatherings import CALENDAR, CASE, GATHERING, GATHERING_STEP, PAPER
from services.events.tables.helping import ASSIGNMENT, CHECKED, HELPER_APPEAL, NEED, SKILL, TIE, VOLUNTEER
from services.events.tables.seats import DONOR_LINK, GUEST, GUEST_IMPORT, MEMBER, SEAT
from services.events.tables.speakers import CONSENT, HOUSEHOLD, PUBLICATION, RECORDING, SLOT, SPEAKER

__all__ = [
    "ASSIGNMENT",
    "CALENDAR",
    "CASE",
    "CHECKED",
    "CONSENT",
    "CONTACT",
    "DONOR_LINK",
    "GATHERING",
    "GATHERING_STEP",
    "GUEST",
    "GUEST_IMPORT",
    "HELPER_APPEAL",
    "HOUSEHOLD",
    "MEMBER",
    "NEED",
    "PAPER",
    "PUBLICATION",
    "READING",
    "RECORDING",
    "SEAT",
    "SKILL",
    "SLOT",
    "SPEAKER",
    "TIE",
    "VENUE",
    "VOLUNTEER",
    "Row",
]
