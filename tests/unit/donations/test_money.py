"""Amounts are exact, and each currency has its own digits."""

import dataclasses
from datetime import date
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.api.models import AmountOut
from services.donations.domain.appeals import fact_of
from services.donations.domain.money import CURRENCIES, DIGITS, MOST, Money, money_of, written
from services.donations.importing.report import Report
from services.donations.printing.words import Issued, Language, Paid, Party, statement
from tests.unit.donations.test_appeals_rules import APPEAL

CURRENCY = st.sampled_from(CURRENCIES)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1,000", "JPY", 1000),
        ("1000", "JPY", 1000),
        ("1000", "KRW", 1000),
        ("10.00", "USD", 1000),
        ("10", "USD", 1000),
        ("10.5", "USD", 1050),
        ("1,234,567.89", "EUR", 123456789),
        ("-3.20", "USD", -320),
        (" 7.00 ", "THB", 700),
        ("0.1", "CNY", 10),
    ],
)
def test_an_amount_is_read_by_its_currency_s_digits(text: str, currency: str, minor: int) -> None:
    assert money_of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("1,000.50", "JPY"),
        ("1000.00", "JPY"),
        ("10.001", "USD"),
        ("1.000,50", "EUR"),
        ("1,00", "USD"),
        ("1e3", "USD"),
        ("", "USD"),
        (".50", "USD"),
        ("10.", "USD"),
        ("٣", "USD"),
        ("1_000", "JPY"),
        ("nan", "USD"),
        ("10.00", "HUF"),
        ("10.00", "usd"),
        ("99999999999999", "JPY"),
    ],
)
def test_what_is_no_amount_of_the_currency_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        money_of(text, currency)


@given(st.integers(-MOST, MOST), CURRENCY)
def test_an_amount_is_written_and_read_back(minor: int, currency: str) -> None:
    written = str(Money(minor, currency)).removeprefix(f"{currency} ")
    assert money_of(written, currency) == Money(minor, currency)
    assert ("." in written) == bool(DIGITS[currency])


def test_sums_are_exact_and_of_one_currency() -> None:
    assert money_of("0.1", "USD") + money_of("0.2", "USD") == money_of("0.3", "USD")
    assert Money(1, "JPY") - Money(2, "JPY") == -Money(1, "JPY")
    with pytest.raises(ValueError, match="not added"):
        _ = Money(1, "JPY") + Money(1, "USD")


@pytest.mark.parametrize("minor", [1.0, True, MOST + 1, "1"])
def test_an_amount_is_a_whole_number(minor: int) -> None:
    with pytest.raises(ValueError, match="whole number"):
        Money(minor, "JPY")


def test_a_contract_carries_an_amount_with_its_currency() -> None:
    assert Money(5, "JPY").as_part.model_dump() == {"amount": 5, "currency": "JPY"}


@given(st.integers(MOST + 1, 10**40), CURRENCY)
def test_a_sum_that_is_larger_than_any_amount_is_shown(minor: int, currency: str) -> None:
    digits = DIGITS[currency]
    with localcontext(prec=60):
        words = f"{currency} -{Decimal(minor).scaleb(-digits):,.{digits}f}"
    assert AmountOut.of(-minor, currency).words == words


@pytest.mark.parametrize("currency", CURRENCIES)
def test_so_it_is_in_a_report_in_a_letter_and_as_far_as_the_wire_goes_in_a_fact(currency: str) -> None:
    report = Report(dry_run=False)
    for _ in range(2):
        report.add(Money(MOST, currency))
    assert [each.words for each in report.sums] == [written(2 * MOST, currency)]
    paid = Paid(date(2006, 11, 1), "food", Money(MOST, currency))
    office = Party("Office", "Street 1")
    words = statement(Issued(office, office, Language.EN, date(2006, 11, 2)), 2006, [paid, paid])
    assert words["sums"] == [written(2 * MOST, currency)]
    largest = dataclasses.replace(APPEAL, currency=currency, raised=3 * MOST)
    assert fact_of(largest, paid.received_on).raised.amount == MOST
