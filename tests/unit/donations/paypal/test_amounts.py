"""Money from PayPal's text: each currency by its own digits, and nothing guessed."""

import re
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.donations.paypal.amounts import DECIMALS, Amount, amount_of

READ = [
    ("1000", "JPY", 1000),
    ("1000.00", "JPY", 1000),
    ("10.00", "USD", 1000),
    ("10", "USD", 1000),
    ("10.5", "USD", 1050),
    ("0.10", "USD", 10),
    ("-0.49", "EUR", -49),
    ("822.0100", "CZK", 82201),
    ("500", "TWD", 500),
    ("500", "HUF", 500),
    ("0.00", "THB", 0),
]
REFUSED = [
    *(("1,000.50", "JPY"), ("1000.5", "JPY"), ("1,000", "JPY"), ("1.234", "USD"), ("822.0160", "CZK")),
    *(("", "USD"), ("-", "USD"), (".5", "USD"), ("5.", "USD"), ("1e3", "USD"), ("+1", "USD"), (" 1", "USD")),
    *(("1\n", "USD"), ("１", "USD"), ("NaN", "USD"), ("1" * 13, "USD")),
]


@pytest.mark.parametrize(("text", "currency", "minor"), READ)
def test_decimal_text_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert amount_of(text, currency) == Amount(minor, currency)


@pytest.mark.parametrize(("text", "currency"), REFUSED)
def test_anything_else_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        amount_of(text, currency)


@pytest.mark.parametrize("currency", ["KRW", "CNY", "usd", "", "XXX"])
def test_paypal_has_no_such_money(currency: str) -> None:
    with pytest.raises(ValueError, match="currency"):
        amount_of("1000", currency)


@given(st.sampled_from(sorted(DECIMALS)), st.integers(-(10**11), 10**11))
def test_what_is_written_with_the_currencys_digits_is_read_back(currency: str, minor: int) -> None:
    text = f"{Decimal(minor).scaleb(-DECIMALS[currency]):f}"
    assert amount_of(text, currency) == Amount(minor, currency)


@given(st.text(), st.sampled_from(sorted(DECIMALS)))
def test_any_other_text_is_refused_with_a_code(text: str, currency: str) -> None:
    assume(not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text))
    with pytest.raises(ValueError, match=r"^amount$"):
        amount_of(text, currency)


def test_a_dime_and_two_are_thirty_cents() -> None:
    assert amount_of("0.1", "USD").minor + amount_of("0.2", "USD").minor == amount_of("0.3", "USD").minor
