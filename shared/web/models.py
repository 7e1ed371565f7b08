"""What the bodies and answers of all services share: days as they are written, known fields alone, what is shown."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from shared.dates import in_our_time
from shared.outcomes import Refused

T = TypeVar("T")
M = TypeVar("M")


def _only_written(value: object) -> object:
    """A number is no date, though it could be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise ValueError("a date is written like 2006-11-01")


_WRITTEN = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}", re.ASCII)
Day = Annotated[date, BeforeValidator(_only_written), AfterValidator(in_our_time)]
"""A day of what the group does: none of another age. No birth is one."""


Currency = Literal["JPY", "KRW", "USD", "EUR", "CNY", "THB"]
"""The currencies that the group keeps, by ISO 4217: whatever is asked for in another one, no fund could pay."""


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise. What was typed stands in no error."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def shown(outcome: T | Refused, show: Callable[[T], M]) -> M | Refused:
    """What a command did as the answer shows it; what it refused as it is."""
    return outcome if isinstance(outcome, Refused) else show(outcome)
