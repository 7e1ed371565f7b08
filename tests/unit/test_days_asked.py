"""Which days a request may name, in whatever service."""

from datetime import date

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.web.models import Day

DAYS = TypeAdapter[date](Day)


def test_a_day_is_of_our_time() -> None:
    for written in ("1990-01-01", "2006-11-01", "2106-11-01"):
        assert DAYS.validate_python(written) == date.fromisoformat(written)
    for written in ("1989-12-31", "1906-11-01"):
        with pytest.raises(ValidationError, match="lies before 1990-01-01: look at the year again"):
            DAYS.validate_python(written)


@pytest.mark.parametrize("other", [1162339200, "1162339200", "2006-13-01", "01.11.2006", "1806-11-01", None])
def test_what_is_no_day_is_refused(other: object) -> None:
    with pytest.raises(ValidationError):
        DAYS.validate_python(other)
