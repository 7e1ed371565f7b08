"""Which days a request may name, in whatever service."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from services.intake.api.requests import Day as IntakeDay
from services.inventory.domain.days import keeps_too_long, never_due, not_taken_in
from shared.dates import too_far
from shared.outcomes import Refused
from shared.web.models import Day

DAYS = TypeAdapter[date](Day)


def test_a_day_is_of_our_time() -> None:
    for written in ("1990-01-01", "2006-11-01", "2099-12-31"):
        assert DAYS.validate_python(written) == date.fromisoformat(written)
    for written in ("1989-12-31", "1906-11-01"):
        with pytest.raises(ValidationError, match="lies before 1990-01-01: look at the year again"):
            DAYS.validate_python(written)
    for written in ("2100-01-01", "2106-11-01"):
        with pytest.raises(ValidationError, match="lies after 2099-12-31: look at the year again"):
            DAYS.validate_python(written)


@pytest.mark.parametrize("other", [1162339200, "1162339200", "2006-13-01", "01.11.2006", "1806-11-01", None])
def test_what_is_no_day_is_refused(other: object) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(other)


def test_intake_s_days_are_written_otherwise_and_of_our_time_too() -> None:
    days = TypeAdapter[date](IntakeDay)
    assert days.validate_python("2006.11.1") == date(2006, 11, 1)
    for written, side in (("1989-12-31", "before"), ("2100-01-01", "after")):
        with pytest.raises(ValidationError, match=f"lies {side} "):
            days.validate_python(written)


TODAY = date(2006, 2, 28)


@pytest.mark.parametrize(
    ("years", "last"), [(1, date(2007, 2, 28)), (5, date(2011, 2, 28)), (30, date(2036, 2, 28))]
)
def test_a_day_too_many_years_ahead_is_a_slip(years: int, last: date) -> None:
    assert too_far(last, TODAY, years) is None
    later = date.fromordinal(last.toordinal() + 1)
    assert too_far(later, TODAY, years) == f"lies more than {years} years ahead: look at the year again"


@pytest.mark.parametrize(
    ("refused", "field", "reason"),
    [
        (never_due(TODAY, TODAY), "", ""),
        (never_due(date(2011, 2, 28), TODAY), "", ""),
        (never_due(date(2006, 2, 27), TODAY), "due_on", "2006-02-27 is past"),
        (
            never_due(date(2060, 12, 1), TODAY),
            "due_on",
            "2060-12-01 lies more than 5 years ahead: look at the year again",
        ),
        (not_taken_in(TODAY, TODAY), "", ""),
        (not_taken_in(date(2006, 2, 27), TODAY), "expires_on", "2006-02-27 is past"),
        (keeps_too_long(date(2036, 2, 28), TODAY), "", ""),
        (
            not_taken_in(date(2060, 1, 1), TODAY),
            "expires_on",
            "2060-01-01 lies more than 30 years ahead: look at the year again",
        ),
    ],
)
def test_goods_come_and_expire_in_a_time_that_can_be_meant(
    refused: Refused | None, field: str, reason: str
) -> None:
    assert (refused.fields if refused else ()) == (((field, reason),) if field else ())
