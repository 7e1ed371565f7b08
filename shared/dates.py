"""Days of the calendar, reckoned in months, and which of them can be meant."""

import calendar
from datetime import date

EARLIEST, LATEST = date(1990, 1, 1), date(2099, 12, 31)
"""Nothing that the group does or plans lies outside these days: who writes 1906 or 2106 means 2006. Births and arrivals
alone may be older.
"""


def in_our_time(day: date) -> date:
    """The same day. ValueError for one of another age, whose year is a slip of the hand."""
    if day < EARLIEST:
        raise ValueError(f"lies before {EARLIEST}: look at the year again")
    if day > LATEST:
        raise ValueError(f"lies after {LATEST}: look at the year again")
    return day


def too_far(day: date, today: date, years: int) -> str | None:
    """Why a day to come is a slip of the hand: nothing of its sort lies so many years ahead. None if it is none."""
    if day <= month_later(today, 12 * years):
        return None
    return f"lies more than {years} years ahead: look at the year again"


def month_later(on: date, months: int = 1) -> date:
    """The same day some months later; the last one of a month that is too short for it."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
