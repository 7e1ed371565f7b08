"""What becomes of a notice that a provider sent, and how long it is kept."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class Became(StrEnum):
    """BOOKED: money moved, or had moved already. UNASSIGNED: booked, and nobody knows for what. WAITING: for the
    payment that it speaks of. KEPT: it moves no money. LOOK: it cannot be booked as it is, and somebody has to look.
    SEEN: somebody has. ASKED: PayPal has not said yet whether it is its own.
    """

    BOOKED = "booked"
    UNASSIGNED = "unassigned"
    WAITING = "waiting"
    KEPT = "kept"
    LOOK = "look"
    SEEN = "seen"
    ASKED = "asked"


def kept_from(today: date, zone: ZoneInfo, days: int) -> datetime:
    """What came before this moment is kept no longer.

    The service's day says what is old: it follows no clock that has run away, which would make everything old at once.
    """
    return datetime.combine(today - timedelta(days=days), time(), zone)
