"""The currencies in which money is asked for are those that donations keeps."""

from typing import get_args

from services.donations.domain.money import DIGITS
from shared.web.models import Currency


def test_money_is_asked_for_in_currencies_that_funds_have() -> None:
    assert set(get_args(Currency)) == set(DIGITS)
