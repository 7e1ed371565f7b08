"""A row of a list of gifts is a gift, or says what is wrong with it and never what stood in it."""

from datetime import date
from uuid import UUID

import pytest

from services.donations.contacts import Contact
from services.donations.domain.money import Money
from services.donations.importing.columns import GIFTS, Given
from services.donations.importing.rows import Gift, read
from shared.spreadsheets.cells import Line
from shared.spreadsheets.columns import headings

TODAY = date(2006, 11, 1)
DONOR = UUID(int=7)
ROW = {
    "reference": "B-1",
    "received_on": "2006-10-05",
    "amount": "1,000",
    "currency": "JPY",
    "purpose": "food",
    "name": "Kestrel",
}
MARK = "zzqx"


def gift(given: Given, **cells: str) -> Gift:
    found = read(Line(2, {**ROW, **cells}), given, TODAY)
    assert isinstance(found, Gift), found
    return found


def test_a_row_is_a_gift() -> None:
    found = gift(Given())
    assert (found.key, found.amount, found.purpose) == (("bank", "B-1"), Money(1_000, "JPY"), "food")
    assert (found.received_on, found.contact) == (date(2006, 10, 5), Contact("Kestrel"))


@pytest.mark.parametrize(
    ("cells", "what"),
    [
        ({"received_on": "平成18年10月5日"}, {"received_on": date(2006, 10, 5)}),
        ({"received_on": "2006/10/5", "way": "現金"}, {"received_on": date(2006, 10, 5), "way": "cash"}),
        ({"currency": "usd", "amount": "10.5"}, {"amount": Money(10_50, "USD")}),
        ({"purpose": "Family Visits"}, {"purpose": "family_visits"}),
        ({"donor": str(DONOR), "name": ""}, {"donor": DONOR, "contact": None}),
        (
            {"donor": "NEW", "mail": "k@example.org"},
            {"new": True, "contact": Contact("Kestrel", "k@example.org")},
        ),
        ({"currency": "", "purpose": ""}, {"amount": Money(1_000, "JPY"), "purpose": "medical"}),
    ],
)
def test_cells_are_read_as_people_write_them(cells: dict[str, str], what: dict[str, object]) -> None:
    found = gift(Given("bank", "JPY", "medical"), **cells)
    assert {name: getattr(found, name) for name in what} == what


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"amount": "1,000.50"}, "amount", "JPY has no decimals"),
        ({"amount": "-5"}, "amount", "above 0"),
        ({"amount": "0"}, "amount", "above 0"),
        ({"amount": f"5{MARK}"}, "amount", "is no amount"),
        ({"amount": "9" * 20}, "amount", "up to"),
        ({"currency": MARK}, "currency", "one of JPY"),
        ({"currency": ""}, "currency", "is empty"),
        ({"received_on": "2006-11-02"}, "received_on", "future"),
        ({"received_on": "1906-10-05"}, "received_on", "before 1990-01-01"),
        ({"received_on": "06/10/5"}, "received_on", "two digits"),
        ({"received_on": "2006-10"}, "received_on", "day"),
        ({"purpose": MARK}, "purpose", "one of food"),
        ({"way": MARK}, "way", "one of bank, cash"),
        ({"reference": ""}, "reference", "is empty"),
        ({"reference": MARK * 30}, "reference", "100 characters"),
        ({"donor": MARK}, "donor", "the id of a donor"),
        ({"name": ""}, "name", "no donor"),
        ({"mail": MARK}, "mail", "no mail"),
        ({"phone": MARK}, "phone", "no telephone number"),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_column(cells: dict[str, str], column: str, words: str) -> None:
    faults = read(Line(5, {**ROW, **cells}), Given(), TODAY)
    assert not isinstance(faults, Gift)
    (fault,) = faults
    assert (fault.row, fault.column) == (5, column)
    assert words in fault.reason
    assert MARK not in fault.reason


def test_a_bank_s_own_headings_are_known_and_its_balance_is_left_out() -> None:
    bank = ["お取扱日", "照会番号", "お預り金額", "残高", "振込人名", "摘要"]
    names = headings(Given("bank", "JPY", "general").columns, bank)
    assert names == ["received_on", "reference", "amount", "\0", "name", "\0"]
    assert {"currency", "purpose"} <= set(Given().columns.required)
    assert not {"currency", "purpose"} & set(GIFTS.required)
