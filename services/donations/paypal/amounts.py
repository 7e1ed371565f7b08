"""Money as PayPal writes it: decimal text and a currency. No float is ever made of it."""

import re
from typing import NamedTuple

DECIMALS = {
    **dict.fromkeys(
        (
            "AUD",
            "BRL",
            "CAD",
            "CHF",
            "CZK",
            "DKK",
            "EUR",
            "GBP",
            "HKD",
            "ILS",
            "MXN",
            "MYR",
            "NOK",
            "NZD",
            "PHP",
        ),
        2,
    ),
    **dict.fromkeys(("PLN", "SEK", "SGD", "THB", "USD"), 2),
    **dict.fromkeys(("HUF", "JPY", "TWD"), 0),
}
"""The digits after the point at PayPal, by currency. PayPal keeps no balance in KRW or CNY for people elsewhere."""
_DECIMAL = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,4}))?", re.ASCII)


class Amount(NamedTuple):
    """Money in minor units (yen, cents); below zero where it goes the other way."""

    minor: int
    currency: str

    def __neg__(self) -> "Amount":
        return Amount(-self.minor, self.currency)

    def __abs__(self) -> "Amount":
        return Amount(abs(self.minor), self.currency)


def amount_of(text: str, currency: str) -> Amount:
    """1,000 yen are 1000 minor units, 10.00 dollars too. ValueError with a code: `currency` or `amount`.

    Noughts beyond the currency's digits say nothing and are let by ("1000.00" JPY); any other digit there is refused.
    So are signs that part thousands: whether "1,000" is a thousand or one is not guessed.
    """
    digits = DECIMALS.get(currency)
    if digits is None:
        raise ValueError("currency")
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ValueError("amount")
    sign, whole, part = found[1], found[2], found[3] or ""
    if part[digits:].strip("0"):
        raise ValueError("amount")
    minor = int(whole + part[:digits].ljust(digits, "0"))
    return Amount(-minor if sign else minor, currency)
