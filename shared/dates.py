"""Days of the calendar, reckoned in months."""

import calendar
from datetime import date


def month_later(on: date, months: int = 1) -> date:
    """The same day some months later; the last one of a month that is too short for it."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, calendar.monthrange(year, month + 1)[1]))
