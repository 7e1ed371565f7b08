"""How receipts are numbered, when there can be one, and what makes a letter untrue."""

from dataclasses import replace
from datetime import date

import pytest
from uuid_utils.compat import uuid7

from services.donations.domain.letters import Numbering, not_receivable, series_of, told_of
from services.donations.domain.payments import Dispute, Payment
from services.donations.printing.words import Language, language_of

PAYMENT = Payment(uuid7(), 1, "bank", "S", "food", currency="JPY", gross=1_000, happened_on=date(2006, 11, 1))


@pytest.mark.parametrize(
    ("day", "calendar", "fiscal"),
    [
        (date(2006, 1, 1), "2006", "2005/06"),
        (date(2006, 8, 31), "2006", "2005/06"),
        (date(2006, 9, 1), "2006", "2006/07"),
        (date(2006, 12, 31), "2006", "2006/07"),
        (date(2007, 8, 31), "2007", "2006/07"),
        (date(1999, 9, 1), "1999", "1999/00"),
    ],
)
def test_a_series_is_a_calendar_year_or_one_from_september(day: date, calendar: str, fiscal: str) -> None:
    assert series_of(day, Numbering.CALENDAR) == calendar
    assert series_of(day, Numbering.FISCAL) == fiscal


@pytest.mark.parametrize(
    ("changed", "untrue"),
    [
        ({"refunded": 1}, True),
        ({"gross": 2_000}, True),
        ({"purpose": "medical"}, True),
        ({"gift_id": uuid7()}, True),
        ({"happened_on": date(2006, 11, 2)}, True),
        ({"fee": 36}, False),
        ({"held": 1_000}, False),
        ({"dispute": Dispute.OPEN}, False),
        ({"version": 2, "reason": "disputed"}, False),
    ],
)
def test_a_letter_is_untrue_once_what_it_tells_is_different(
    changed: dict[str, object], *, untrue: bool
) -> None:
    assert (told_of(replace(PAYMENT, **changed)) != told_of(PAYMENT)) is untrue  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "possible"),
    [
        ({}, True),
        ({"refunded": 999}, True),
        ({"refunded": 1_000}, False),
        ({"dispute": Dispute.OPEN}, False),
        ({"dispute": Dispute.WON}, True),
        ({"held": 1_000}, True),
    ],
)
def test_there_is_a_receipt_for_what_is_left_and_not_disputed(
    changed: dict[str, object], *, possible: bool
) -> None:
    assert (not_receivable(replace(PAYMENT, **changed)) is None) is possible  # type: ignore[arg-type]


@pytest.mark.parametrize(("code", "language"), [("ja", "ja"), ("ja-JP", "ja"), ("ko", "en"), ("jam", "en")])
def test_who_reads_japanese_is_written_to_in_it_and_all_others_in_english(code: str, language: str) -> None:
    assert language_of(code) is Language(language)
