"""PayPal's transaction list by both roads: rows by column name and code, and nobody else's rows kept."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.paypal import activity, transaction_search
from services.donations.paypal.activity import Activity, NoActivity
from services.donations.paypal.activity_headings import HEADINGS
from services.donations.paypal.amounts import Amount
from services.donations.paypal.environments import SANDBOX
from services.donations.paypal.fetching import Unreached
from services.donations.paypal.transaction_search import Page, Search
from services.donations.paypal.transactions import Fault, Kind, Known, Rest, Row, kept, kind_of
from shared.spreadsheets.columns import heading_key
from tests.support.paypal import lists
from tests.support.paypal.ipns import RECEIVER
from tests.support.paypal.lists import ENGLISH, FRENCH, GERMAN, JAPANESE, download
from tests.support.paypal.notices import REFUND, SALE, SUBSCRIPTION
from tests.support.paypal.server import CREDENTIALS
from tests.unit.donations.paypal.conftest import Door

AT = datetime(2006, 11, 20, 9, 30, tzinfo=UTC)
KINDS = [
    *(("T0002", 3000, Kind.PAYMENT), ("T0013", 3000, Kind.PAYMENT), ("T0000", -3000, Kind.PAYMENT)),
    *(("T0106", -2000, Kind.FEE), ("T1108", 117, Kind.FEE), ("T0200", -3000, Kind.CONVERSION)),
    *(("T1107", -3000, Kind.REFUND), ("T1106", -3000, Kind.REVERSAL), ("T1201", -3000, Kind.REVERSAL)),
    *(("T1202", 3000, Kind.REVERSAL), ("T1110", -3000, Kind.HOLD), ("T1111", 3000, Kind.RELEASE)),
    *(("T1503", -3000, Kind.HOLD), ("T1501", 3000, Kind.RELEASE), ("T1105", 3000, Kind.RELEASE)),
    *(("T0400", -3000, Kind.WITHDRAWAL), ("T9900", 1, Kind.OTHER), ("nonsense", 1, Kind.OTHER)),
]


@pytest.mark.parametrize(("code", "minor", "kind"), KINDS)
def test_what_a_row_is_shows_from_its_codes_group(code: str, minor: int, kind: Kind) -> None:
    assert kind_of(code, Amount(minor, "USD")) is kind


def listed(*transactions: dict[str, Any], pages: int = 1) -> Page | Unreached:
    page = {"transaction_details": transactions, "page": 1, "total_pages": pages}
    return transaction_search.read(json.dumps(page).encode())


PAID = Row(
    SALE,
    Kind.PAYMENT,
    "completed",
    Amount(3000, "USD"),
    AT,
    code="T0002",
    fee=Amount(-117, "USD"),
    refers_to=SUBSCRIPTION,
)


def test_a_page_of_the_api() -> None:
    good = lists.transaction("T0002", SALE, AT, fee="-1.17", refers_to=SUBSCRIPTION)
    waiting = lists.transaction("T0002", "W", AT, status="P")
    bare = lists.transaction("T0002", "X", AT, transaction_amount={"currency_code": "USD", "value": 30})
    won = lists.transaction("T0002", "Y", AT, ("1000", "KRW"))
    found = listed(good, bare, waiting, won, {})
    late = Row("W", Kind.PAYMENT, "pending", Amount(3000, "USD"), AT, code="T0002", moves=False)
    faults = (Fault(2, "transaction_amount"), Fault(4, "currency"), Fault(5, "transaction_amount"))
    assert found == Page((PAID, late), faults, 1)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"transaction_details": [], "total_pages": 9999}'])
def test_what_is_no_page_is_no_answer(body: bytes) -> None:
    assert transaction_search.read(body) == Unreached("answer")


async def test_the_api_is_asked_page_by_page(door: Door) -> None:
    search = Search(SANDBOX, door.client, *CREDENTIALS)
    many = [lists.transaction("T0002", f"S{number}", AT) for number in range(250)]
    door.paypal.transactions = [*many, lists.transaction("T0002", "?", AT)]
    found = await search.between(AT - timedelta(days=31), AT)
    assert isinstance(found, Page)
    assert [each.transaction_id for each in found.rows] == [f"S{number}" for number in range(250)]
    assert found.faults == (Fault(251, "transaction_id"),)
    asked = ["POST /v1/oauth2/token", *["GET /v1/reporting/transactions"] * 3]
    assert door.paypal.asked == asked
    assert {each.url.host for each in door.recorder.requests} == {"api-m.sandbox.paypal.com"}
    assert door.recorder.requests[1].url.params["start_date"] == "2006-10-20T09:30:00Z"
    with pytest.raises(ValueError, match="31 days"):
        await search.between(AT - timedelta(days=32), AT)


async def test_other_credentials_get_no_list(door: Door) -> None:
    assert await Search(SANDBOX, door.client, "somebody", "else").between(AT, AT) == Unreached("status")


WHEN = ("11/20/2006", "01:30:00", "PST")
MARCH = ("3/14/2006", "01:30:00", "PST")
FROM_FILE = replace(PAID, receiver=RECEIVER, custom_id="gift-2")
CELLS = {
    "Fee": "-1.17",
    "Reference_Txn_ID": SUBSCRIPTION,
    "Custom_Number": "gift-2",
    "Transaction_Event_Code": "T0002",
    "Balance_Impact": "Credit",
}


@pytest.mark.parametrize("headings", [ENGLISH, GERMAN, JAPANESE, FRENCH])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [True, False])
def test_columns_are_found_by_name_in_any_language(headings: tuple[str, ...], mark: str, bom: bool) -> None:
    file = download(
        [lists.row(WHEN, "Subscription Payment", SALE, ("30.00", "USD"), **CELLS)], headings, mark, bom=bom
    )
    assert activity.read(file) == Activity((FROM_FILE,), ())


def test_a_receivers_mail_is_compared_in_small_letters() -> None:
    row = lists.row(WHEN, "Payment", SALE, ("1.00", "USD"), To_Email_Address=RECEIVER.upper())
    found = activity.read(download([row]))
    assert isinstance(found, Activity)
    assert kept(found.rows, Known(frozenset({RECEIVER}))).rows == found.rows


def test_columns_may_stand_anywhere_and_others_between() -> None:
    cells = lists.row(WHEN, "Subscription Payment", SALE, ("30.00", "USD"), **CELLS)
    names = [*reversed(cells), "Something New"]
    lines = [",".join(names), ",".join(cells.get(name, "x") for name in names), "", ",,"]
    assert activity.read("\n".join(lines).encode()) == Activity((FROM_FILE,), ())


def test_each_heading_is_as_it_is_compared_and_means_one_column() -> None:
    every = [heading for headings in HEADINGS.values() for heading in headings]
    assert [heading_key(each) for each in every] == every
    assert len(every) == len(set(every))


WRITTEN = [
    *(("1,234.56", "USD", 123456), ("1.234,56", "EUR", 123456), ("1 234,56", "EUR", 123456)),
    *(
        ("1\u202f234,56", "EUR", 123456),
        ("-9,90", "EUR", -990),
        ("−9.90", "EUR", -990),
        ("1,000", "JPY", 1000),
    ),
    *(("1.000", "JPY", 1000), ("1,234,567", "JPY", 1234567), ("0,00", "EUR", 0), ("12", "USD", 1200)),
    *(("1’234.50", "CHF", 123450), ("1.000,00", "JPY", 1000), ("1,000", "USD", 100000)),
]
NO_MONEY = ["", "abc", "1,00,000", "1.234.56", "1,234,56", "1.2,345", "1,234.567", "--1", "1e3", "12,345.6.7"]


@pytest.mark.parametrize(("text", "currency", "minor"), WRITTEN)
def test_amounts_as_each_language_writes_them(text: str, currency: str, minor: int) -> None:
    found = activity.read(download([lists.row(WHEN, "Payment", SALE, (text, currency))]))
    assert isinstance(found, Activity)
    assert [each.gross for each in found.rows] == [Amount(minor, currency)]


@pytest.mark.parametrize("text", NO_MONEY)
def test_amounts_that_are_none_are_faults_of_their_rows(text: str) -> None:
    rows = [lists.row(WHEN, "Payment", "A", (text, "USD")), lists.row(WHEN, "Payment", SALE, ("1.00", "USD"))]
    found = activity.read(download(rows))
    assert isinstance(found, Activity)
    assert found.faults == (Fault(2, "gross"),)
    assert [each.transaction_id for each in found.rows] == [SALE]


DATES = [
    (("11/20/2006", "01:30:00", "PST"), None, AT),
    (("20/11/2006", "18:30:00", "JST"), None, AT),
    (("20.11.2006", "10:30:00", "CET"), None, AT),
    (("05.03.2006", "10:30:00", "CET"), None, datetime(2006, 3, 5, 9, 30, tzinfo=UTC)),
    (("20-11-2006", "10:30:00", "CET"), None, AT),
    (("2006/11/20", "18:30:00", "GMT+09:00"), None, AT),
    (("2006-11-20", "9:30:00", "GMT"), None, AT),
    (("11/20/2006", "01:30:00", "America/Los_Angeles"), None, AT),
    (("3/4/2006", "12:00:00", "UTC"), True, datetime(2006, 4, 3, 12, tzinfo=UTC)),
    (("3/4/2006", "12:00:00", "UTC"), False, datetime(2006, 3, 4, 12, tzinfo=UTC)),
]


@pytest.mark.parametrize(("when", "day_first", "expected"), DATES)
def test_dates_as_each_language_writes_them(
    when: tuple[str, str, str], day_first: bool | None, expected: datetime
) -> None:
    file = download([lists.row(when, "Payment", SALE, ("1.00", "USD"))])
    found = activity.read(file, day_first=day_first)
    assert isinstance(found, Activity)
    assert [each.at for each in found.rows] == [expected]


def test_whether_days_come_first_shows_from_another_row_or_is_asked() -> None:
    unclear = lists.row(("3/4/2006", "12:00:00", "UTC"), "Payment", "A", ("1.00", "USD"))
    assert activity.read(download([unclear])) == NoActivity("day_first")
    for other, month in ((("3/14/2006", "1:00:00", "UTC"), 3), (("14/3/2006", "1:00:00", "UTC"), 4)):
        found = activity.read(download([unclear, lists.row(other, "Payment", "B", ("1.00", "USD"))]))
        assert isinstance(found, Activity)
        assert found.rows[0].at.month == month


BROKEN: dict[str, tuple[dict[str, str], str]] = {
    "another zone": ({"TimeZone": "XYZ"}, "zone"),
    "no zone there is": ({"TimeZone": "Asia/Pyongyong"}, "zone"),
    "no date": ({"Date": "yesterday"}, "date"),
    "no such date": ({"Date": "11/31/2006"}, "date"),
    "a short year": ({"Date": "11.12.06"}, "date"),
    "no time": ({"Time": "noon"}, "time"),
    "no id": ({"Transaction ID": ""}, "transaction"),
    "won": ({"Currency": "KRW"}, "currency"),
}


@pytest.mark.parametrize(("cells", "part"), BROKEN.values(), ids=BROKEN)
def test_a_row_that_can_not_be_read_is_named(cells: dict[str, str], part: str) -> None:
    row = lists.row(MARCH, "Payment", SALE, ("1.00", "USD")) | cells
    assert activity.read(download([row])) == Activity((), (Fault(2, part),))


def test_another_file_is_no_list() -> None:
    assert activity.read(b"\xff\xfe") == NoActivity("text")
    assert activity.read(b"") == NoActivity("date")
    assert activity.read(b"Date,Time,TimeZone,Currency,Transaction ID\n") == NoActivity("gross")
    assert activity.read(download([], (*ENGLISH, "Datum"))) == NoActivity("text")
    assert activity.read(download([])) == Activity((), ())


TYPES = {
    "Subscription Payment": Kind.PAYMENT,
    "Donation Payment": Kind.PAYMENT,
    "Payment Refund": Kind.REFUND,
    "Payment Reversal": Kind.REVERSAL,
    "Chargeback": Kind.REVERSAL,
    "Chargeback Fee": Kind.FEE,
    "General Currency Conversion": Kind.CONVERSION,
    "Allgemeine Währungsumrechnung": Kind.CONVERSION,
    "Hold on Balance for Dispute Investigation": Kind.HOLD,
    "Cancellation of Hold for Dispute Resolution": Kind.RELEASE,
    "Reversal of General Account Hold": Kind.RELEASE,
    "General Withdrawal": Kind.WITHDRAWAL,
    "Something New": Kind.OTHER,
}


@pytest.mark.parametrize(("words", "kind"), TYPES.items())
def test_without_a_column_of_codes_the_words_tell(words: str, kind: Kind) -> None:
    found = activity.read(download([lists.row(WHEN, words, SALE, ("1.00", "USD"))], ENGLISH))
    assert isinstance(found, Activity)
    assert [each.kind for each in found.rows] == [kind]


@pytest.mark.parametrize(
    ("cells", "state", "moves"),
    [
        ({"Status": "Pending"}, "pending", False),
        ({"Status": "Denied"}, "denied", False),
        ({"Status": "完了"}, "completed", True),
        ({"Status": "Partially Refunded"}, "other", False),
        ({"Balance Impact": "Memo"}, "completed", False),
    ],
)
def test_what_moved_no_money_is_marked(cells: dict[str, str], state: str, moves: bool) -> None:
    row = lists.row(WHEN, "Payment", SALE, ("1.00", "USD")) | cells
    found = activity.read(download([row]))
    assert isinstance(found, Activity)
    assert [(each.state, each.moves) for each in found.rows] == [(state, moves)]


def a(transaction_id: str, refers_to: str | None = None, minor: int = 100, **more: Any) -> Row:
    return Row(
        transaction_id, Kind.PAYMENT, "completed", Amount(minor, "USD"), AT, refers_to=refers_to, **more
    )


def test_only_rows_of_known_gifts_are_kept_and_what_refers_to_them() -> None:
    conversion, refund = a("C", REFUND, -90), a(REFUND, "BY-MAIL", -100)
    by_mail, by_series, by_id = a("BY-MAIL", receiver=RECEIVER), a("BY-SERIES", SUBSCRIPTION), a("BY-ID")
    others = [a("X", minor=500), a("Y", "X", -200), a("Z", receiver="shop@group.example", minor=7)]
    known = Known(frozenset({RECEIVER}), frozenset({SUBSCRIPTION}), frozenset({"BY-ID"}))
    found = kept([conversion, others[0], refund, by_mail, others[1], by_series, by_id, others[2]], known)
    assert found.rows == (conversion, refund, by_mail, by_series, by_id)
    assert found.rest == (Rest(Kind.PAYMENT, "USD", 3, 307),)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(-99, 99)), max_size=12))
def test_every_row_is_kept_or_counted(drawn: list[tuple[int, int, int]]) -> None:
    rows = [a(str(number), str(to), minor) for number, to, minor in drawn]
    found = kept(rows, Known(transactions=frozenset({"0"})))
    assert len(found.rows) + sum(each.rows for each in found.rest) == len(rows)
    total = sum(each.gross.minor for each in found.rows) + sum(each.minor for each in found.rest)
    assert total == sum(each.gross.minor for each in rows)
    assert not any(each.refers_to == "0" for each in set(rows) - set(found.rows))


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_make_the_readers_raise(body: bytes) -> None:
    assert isinstance(activity.read(body), NoActivity)
    assert isinstance(activity.read(download([]) + body), Activity | NoActivity)
    assert isinstance(transaction_search.read(body), Unreached)


cells = st.text(max_size=12) | st.sampled_from(
    ["30.00", "USD", *WHEN, "GMT+99:99", "A/B", "1.1.2006", "25:61:61"]
)


@given(st.lists(st.dictionaries(st.sampled_from(ENGLISH), cells, max_size=9), max_size=3))
def test_any_cells_have_an_outcome(rows: list[dict[str, str]]) -> None:
    good = lists.row(WHEN, "Payment", SALE, ("1.00", "USD"))
    file = download([good | {name: text.replace("\ud800", "") for name, text in row.items()} for row in rows])
    assert isinstance(activity.read(file), Activity | NoActivity)


def test_no_payers_name_or_mail_is_in_a_row() -> None:
    found = activity.read(download([lists.row(WHEN, "Payment", SALE, ("1.00", "USD"))]))
    assert not any(word in repr(found) for word in ("Hanako", "Yamada", "donor.example"))
