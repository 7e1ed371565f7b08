"""Amounts of money: whole minor units of one currency. No floats, and no amount without its currency."""

import re
from dataclasses import dataclass

from shared.contracts.base import Money as Said

DIGITS = {"JPY": 0, "KRW": 0, "USD": 2, "EUR": 2, "CNY": 2, "THB": 2}
"""Decimal digits of each currency that the group keeps, by ISO 4217. A closed table: a currency that is not in it has
no accounts, so an amount in it is refused instead of being read with a wrong number of digits."""

CURRENCIES = tuple(DIGITS)

MOST = 10**13
"""No amount is above this (ten trillion yen): more is a slip of the hand."""

# A sign, digits with or without commas after each three, and decimals. ASCII only: other scripts have digits too.
_WRITTEN = re.compile(r"(-?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?", re.ASCII)


@dataclass(frozen=True, order=False)
class Money:
    """So many minor units (yen, cents) of a currency; below 0 is owed or taken off."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in DIGITS:
            raise ValueError(f"{self.currency!r} is none of {', '.join(CURRENCIES)}")
        whole = isinstance(self.minor, int) and not isinstance(self.minor, bool)
        if not whole or abs(self.minor) > MOST:
            raise ValueError(f"an amount is a whole number of minor units up to {MOST:,}")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        """As people write it: JPY 1,000 or USD 10.00."""
        return written(self.minor, self.currency)

    @property
    def as_part(self) -> Said:
        """As contracts carry it."""
        return Said(amount=self.minor, currency=self.currency)

    def _same(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} are not added")
        return other.minor


def written(minor: int, currency: str) -> str:
    """An amount as people write it, also a sum that is larger than any amount may be."""
    digits = DIGITS[currency]
    whole, rest = divmod(abs(minor), 10**digits)
    decimals = f".{rest:0{digits}}" if digits else ""
    return f"{currency} {'-' if minor < 0 else ''}{whole:,}{decimals}"


def money_of(text: str, currency: str) -> Money:
    """An amount as a person or a bank writes it. ValueError for what is no amount of the currency.

    "10.00" USD is 1000 cents and "1,000" JPY is 1000 yen; "1,000.50" JPY is refused, because a yen has no parts, and
    so is "10.001" USD. An amount is never read as a float: 0.1 + 0.2 would not be 0.3.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if found is None:
        raise ValueError("is no amount; one is written like 1,000.50")
    if currency not in DIGITS:
        raise ValueError(f"{currency!r} is none of {', '.join(CURRENCIES)}")
    sign, whole, decimals = found[1], found[2].replace(",", ""), found[3] or ""
    digits = DIGITS[currency]
    if len(decimals) > digits:
        raise ValueError(f"{currency} has {digits or 'no'} decimals")
    return Money(int(f"{sign}{whole}{decimals:0<{digits}}"), currency)
