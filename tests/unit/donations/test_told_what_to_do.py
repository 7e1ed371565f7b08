"""What is refused says what is missing and what to do."""

import io
from datetime import date

import pytest

from services.donations.api.models import in_order
from services.donations.domain.funds import Fund, FundKey, not_free
from shared.spreadsheets.cells import Unreadable
from shared.spreadsheets.csv_rows import csv_size
from shared.web.problems import Problem

FIRST, LAST = date(2006, 11, 1), date(2006, 11, 30)


def test_a_fund_that_has_not_enough_says_how_much_is_missing() -> None:
    words = not_free(Fund(FundKey("medical", "USD"), 10_00, 0, 12_50))
    assert "has not enough USD free: USD 2.50 are missing" in words
    assert "POST /decisions" in words


def test_days_are_asked_for_in_their_order() -> None:
    for first, last in ((FIRST, LAST), (FIRST, FIRST), (None, FIRST), (LAST, None)):
        in_order(first, last)
    with pytest.raises(Problem, match="turn `from` and `to` round"):
        in_order(LAST, FIRST)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_file_in_utf_16_is_called_so(encoding: str) -> None:
    text = "\ufeffname,amount\nA,5\n" if encoding == "utf-16-be" else "name,amount\nA,5\n"
    with pytest.raises(Unreadable, match="UTF-16, which programs call Unicode"):
        csv_size(io.BytesIO(text.encode(encoding)))
    with pytest.raises(Unreadable) as other:
        csv_size(io.BytesIO("名,数\n".encode("euc-jp")))
    assert "UTF-16" not in str(other.value)
