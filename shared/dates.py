"""Days of the calendar, reckoned in months, and which of them can be meant."""

import calendar
from datetime import date

EARLIEST = date(1990, 1, 1)
"""Nothing that the group does or plans is older, but births and arrivals: 1906 in the place of 2006 is a slip."""


def in_our_time(day: date) -> date:
    """The same day. ValueError for one of another age, whose year is a slip of the hand."""
    if day < EARLIEST:
        raise ValueError(f"lies before {EARLIEST}: look at the year again")
    return day


YEARS_AHEAD = 10
"""Nothing is planned farther ahead: 2036 in the place of 2026 is a slip too."""


def is_near(day: date, today: date) -> bool:
    """Whether a day that something is planned for is no slip of the year."""
    return day <= month_later(today, 12 * YEARS_AHEAD)


def month_later(on: date, months: int = 1) -> date:
    """The same day some months later; the last one of a month that is too short for it."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
