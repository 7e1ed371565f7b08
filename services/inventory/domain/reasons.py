"""Why a reservation or a line of the ledger is as it is: a code with its numbers. `wording.py` has the words."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

from shared.contracts.inventory import Reason


class InStore(StrEnum):
    """Reasons of the ledger's lines that nobody outside the store is told."""

    EXPIRED = "expired"
    """On the day `on`."""
    USED = "used"
    """For `number` kits."""
    ASSEMBLED = "assembled"
    """`number` of the `of` kits that were wanted."""


class Because(NamedTuple):
    """A reason: a code of `Why` or `InStore`, none if there is nothing to say, and the numbers that the code names."""

    code: str = ""
    number: int | None = None
    of: int | None = None
    short: int | None = None
    unmet: int | None = None
    on: date | None = None

    @property
    def numbers(self) -> dict[str, int | str]:
        """The numbers that there are, by name, as a row keeps them."""
        pairs = zip(self._fields[1:], self[1:], strict=True)
        return {name: _kept(value) for name, value in pairs if value is not None}

    @property
    def said(self) -> Reason:
        """As the other services are told."""
        return Reason(**self._asdict()) if self.code else Reason()


NO_REASON = Because()


def because_of(code: str, numbers: Mapping[str, Any]) -> Because:
    """What a row keeps of a reason."""
    if "on" in numbers:
        numbers = {**numbers, "on": date.fromisoformat(numbers["on"])}
    return Because(code, **numbers)


def _kept(value: int | date) -> int | str:
    return value.isoformat() if isinstance(value, date) else value
