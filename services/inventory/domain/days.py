"""Which days of what is to come, and of what expires, can be meant."""

from datetime import date

from shared.dates import too_far
from shared.outcomes import Refused, invalid

DUE_WITHIN_YEARS = 5
"""No supplier promises goods for a later day."""
KEEPS_YEARS = 30
"""Nothing with a date on it keeps longer: food in tins has 25 years at most. What keeps for good has no date."""


def never_due(due_on: date, today: date) -> Refused | None:
    """Why goods cannot be planned for this day; None if they can."""
    if due_on < today:
        return invalid("What is to come has no day in the past.", ("due_on", f"{due_on} is past"))
    why = too_far(due_on, today, DUE_WITHIN_YEARS)
    return invalid("Nothing is planned so far ahead.", ("due_on", f"{due_on} {why}")) if why else None


def not_taken_in(expires_on: date, today: date) -> Refused | None:
    """Why goods of this date cannot come in; None if they can."""
    if expires_on < today:
        return invalid("What has expired is not taken in.", ("expires_on", f"{expires_on} is past"))
    return keeps_too_long(expires_on, today)


def keeps_too_long(expires_on: date, today: date) -> Refused | None:
    """Why goods cannot have this date, be it past or not; None if they can."""
    why = too_far(expires_on, today, KEEPS_YEARS)
    return invalid("Nothing keeps so long.", ("expires_on", f"{expires_on} {why}")) if why else None
