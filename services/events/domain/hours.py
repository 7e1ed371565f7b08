"""Which moment it is, for what is told by the hour: offers, closing hours, when a place may be told.

In production that is the wall clock's moment. With a clock that is turned by hand the service's day may lie years from
the wall clock's, so there it is noon of the service's day in the group's zone; and what is due at an hour is done when
the day has turned to the first one whose noon is not before it. Example: an offer that ends on 4 March at 10:00 ends
when the day turns to 4 March, one that ends at 15:00 when it turns to 5 March.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Hours:
    """The group's zone, and whether the days are turned by hand."""

    zone: ZoneInfo
    by_hand: bool

    def now(self, today: date, wall: datetime) -> datetime:
        """The moment that it is at the service whose day is `today`, while the wall clock shows `wall`."""
        return self._noon(today) if self.by_hand else wall

    def due(self, at: datetime) -> datetime | date:
        """When a timer for this moment is due: the moment by the wall clock, a day by a clock turned by hand."""
        if not self.by_hand:
            return at
        day = at.astimezone(self.zone).date()
        return day if at <= self._noon(day) else day + timedelta(days=1)

    def _noon(self, day: date) -> datetime:
        return datetime.combine(day, time(12), self.zone)


def end_of(day: date, zone: str) -> datetime:
    """The moment in which a day is over in a zone: a deadline on that day is kept by what comes before it."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))
