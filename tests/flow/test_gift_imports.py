"""Lists of gifts by bank and in cash are booked once, part by part, and the good rows of a bad file too."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.donations.domain.funds import FundKey
from services.donations.importing import run
from services.donations.importing.columns import Given
from services.donations.importing.report import Report
from services.donations.importing.run import MOST_ROWS, take_in
from services.donations.repository import books, payments
from shared.database import trying
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.spreadsheets.opening import Format, Sheet, open_sheet
from tests.support.sheets import CSV
from tests.support.till import Till, staff
from tests.support.world import World

DAY = date(2006, 11, 1)
HEADINGS = ["reference", "received_on", "amount", "currency", "purpose", "name", "mail"]
FIRST = ["B-1", "2006-10-05", "1,000", "JPY", "food", "Kestrel", "k@example.org"]
SECOND = ["B-2", "2006-10-06", "10.50", "USD", "general", "Redstart", ""]
BAD = ["B-3", "2006-10-07", "1,000.50", "JPY", "food", "Wren", ""]
TABLES = ("gift", "payment", "entry", "posting", "donor", "contact", "gift_import", "journal")
Rows = Sequence[Sequence[Any]]


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        assert await till.breaches() == set()


def csv_of(*rows: Sequence[str], encoding: str = "utf-8", headings: Sequence[str] = HEADINGS) -> bytes:
    quoted = [",".join(f'"{cell}"' for cell in row) for row in (headings, *rows)]
    return ("\r\n".join(quoted) + "\r\n").encode(encoding)


def xlsx_of(*rows: Sequence[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in (HEADINGS, *rows):
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


async def sent(
    till: Till, content: bytes, *, dry: bool = False, form: Format = "csv", given: Given | None = None
) -> Report:
    said = given or Given()
    sheet = open_sheet(io.BytesIO(content), form, said.columns)
    assert isinstance(sheet, Sheet), sheet
    report = await take_in(till.units, staff("treasurer"), sheet, said, dry_run=dry)
    assert isinstance(report, Report), report
    return report


async def counts(till: Till) -> dict[str, int]:
    return {name: (await till.rows(f"SELECT count(*) AS n FROM {name}"))[0]["n"] for name in TABLES}  # noqa: S608


def figures(report: Report) -> tuple[int, int, int, int, int]:
    return report.rows, report.gifts, report.new_donors, report.already_there, report.bad_rows


async def test_the_good_rows_of_a_bad_file_are_booked_and_each_bad_row_is_told(till: Till) -> None:
    report = await sent(till, csv_of(FIRST, BAD, SECOND, ["B-4", "", "5", "JPY", "", "Wren", ""]))
    assert figures(report) == (4, 2, 2, 0, 2)
    assert [(each.row, each.column) for each in report.errors] == [
        (3, "amount"),
        (5, "purpose"),
        (5, "received_on"),
    ]
    assert [each.words for each in report.sums] == ["JPY 1,000", "USD 10.50"]
    assert await till.fund("food") == (1_000, 0, 0)
    assert await till.fund("general", "USD") == (10_50, 0, 0)
    (row,) = await till.rows("SELECT * FROM gift_import")
    assert (row["actor"], row["rows"], row["gifts"], row["bad_rows"]) == ("staff:treasurer", 4, 2, 2)
    days = await till.rows("SELECT DISTINCT happened_on, actor FROM entry ORDER BY 1")
    assert [dict(each) for each in days] == [
        {"happened_on": date(2006, 10, 5), "actor": "staff:treasurer"},
        {"happened_on": date(2006, 10, 6), "actor": "staff:treasurer"},
    ]


async def test_a_dry_run_says_the_same_and_changes_nothing(till: Till) -> None:
    before = await counts(till)
    dry = await sent(till, csv_of(FIRST, BAD, SECOND), dry=True)
    assert await counts(till) == before
    wet = await sent(till, csv_of(FIRST, BAD, SECOND))
    assert dry.model_dump(exclude={"dry_run", "import_id"}) == wet.model_dump(
        exclude={"dry_run", "import_id"}
    )
    assert (dry.import_id, wet.gifts) == (None, 2)


async def test_a_gift_is_booked_once_however_often_its_reference_comes(till: Till) -> None:
    await sent(till, csv_of(FIRST, SECOND))
    before = await counts(till)
    again = await sent(till, csv_of(SECOND, FIRST, FIRST))
    assert figures(again) == (3, 0, 0, 3, 0)
    assert await counts(till) == {**before, "gift_import": 2}
    # One reference with two amounts is a mistake of somebody, and in cash it is another reference.
    other = await sent(till, csv_of([*FIRST[:2], "1,001", *FIRST[3:]]))
    assert [(each.row, each.column) for each in other.errors] == [(2, "reference")]
    cash = await sent(till, csv_of(FIRST), given=Given("cash"))
    assert figures(cash) == (1, 1, 0, 0, 0)


async def test_two_who_send_one_file_at_once_book_it_once(till: Till) -> None:
    rows = [[f"B-{number}", *FIRST[1:]] for number in range(20)]
    there, back = csv_of(*rows), csv_of(*reversed(rows))
    reports = await asyncio.gather(sent(till, there), sent(till, back))
    assert sorted(each.gifts for each in reports) == [0, 20]
    assert sorted(each.already_there for each in reports) == [0, 20]
    assert await till.fund("food") == (20_000, 0, 0)


async def test_a_list_and_whoever_books_one_of_its_gifts_by_hand_wait_for_each_other(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list is not begun anew: with five hundred rows and many who book, it might never end."""
    monkeypatch.setattr(trying, "TRIES", 1)
    content = csv_of(FIRST, ["B-2", *FIRST[1:]])
    await till.meets(
        lambda: sent(till, content),
        lambda unit: payments.lock_or_make(unit.session, "bank", "B-2"),
        lambda unit: books.lock_funds(unit.session, {FundKey("food", "JPY")}),
    )
    assert await till.fund("food") == (2_000, 0, 0)


async def test_nobody_waits_for_more_than_a_part_of_a_file(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROWS_PER_UNIT", 2)
    content = csv_of(*([f"B-{number}", *FIRST[1:]] for number in range(5)))
    booked: list[tuple[int, int, int]] = []

    async def look(unit: Unit) -> None:
        # The import waits for B-3. What it booked before is there, and it holds no fund meanwhile.
        booked.append(await till.fund("food"))
        await books.lock_funds(unit.session, {FundKey("food", "JPY")})

    await till.meets(
        lambda: sent(till, content), lambda unit: payments.lock_or_make(unit.session, "bank", "B-3"), look
    )
    assert booked == [(2_000, 0, 0)]
    assert await till.fund("food") == (5_000, 0, 0)
    (row,) = await till.rows("SELECT rows, gifts FROM gift_import")
    assert (row["rows"], row["gifts"]) == (5, 5)


class Leaving(Units):
    """The database is away from the unit `last` on."""

    last = 2

    @asynccontextmanager
    async def open(self, *args: Any, **kwargs: Any) -> AsyncIterator[Unit]:
        self.last -= 1
        if self.last < 0:
            raise OSError("away")
        async with super().open(*args, **kwargs) as unit:
            yield unit


async def test_a_file_that_broke_off_goes_on_when_it_is_sent_again(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "ROWS_PER_UNIT", 2)
    content = csv_of(*([f"B-{number}", *FIRST[1:]] for number in range(5)))
    units, till.units = till.units, Leaving(till.engine, staff("treasurer"))
    with pytest.raises(OSError, match="away"):
        await sent(till, content)
    till.units = units
    (row,) = await till.rows("SELECT rows, gifts FROM gift_import")
    assert (row["rows"], row["gifts"]) == (5, 4)
    assert figures(await sent(till, content)) == (5, 1, 0, 4, 0)
    assert await till.fund("food") == (5_000, 0, 0)


@pytest.mark.parametrize("dry", [True, False])
async def test_a_row_that_raises_an_error_is_told_and_the_others_are_booked(
    till: Till, monkeypatch: pytest.MonkeyPatch, *, dry: bool
) -> None:
    monkeypatch.setattr(run, "ROWS_PER_UNIT", 4)
    content = csv_of(*([f"B-{number}", *FIRST[1:]] for number in range(6)))
    await till.rows("ALTER TABLE payment ADD CONSTRAINT bad CHECK (transaction_id <> 'B-2')")
    try:
        report = await sent(till, content, dry=dry)
    finally:
        await till.rows("ALTER TABLE payment DROP CONSTRAINT bad")
    assert figures(report) == (6, 5, 1, 0, 1)
    assert [(each.row, each.column) for each in report.errors] == [(4, None)]
    assert "could not be booked" in report.errors[0].reason
    assert await till.fund("food") == (0 if dry else 5_000, 0, 0)


_NAMES = st.sampled_from(["Kestrel", "KESTREL", "Wren"])
_MAILS = st.sampled_from(["", "k@example.org", "w@example.org"])
_ROWS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(["1", "2"]), _NAMES, _MAILS, st.sampled_from(["", "new"])),
    min_size=1,
    max_size=9,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS)
def test_parts_of_any_size_and_a_dry_run_come_to_the_same_as_the_whole(
    till_url: str, rows: Sequence[tuple[int, str, str, str, str]]
) -> None:
    asyncio.run(_compare_parts(till_url, rows))


async def _compare_parts(till_url: str, rows: Sequence[tuple[int, str, str, str, str]]) -> None:
    lines = [
        [f"B-{reference}", "2006-10-05", amount, "JPY", "food", name, mail, new]
        for reference, amount, name, mail, new in rows
    ]
    content, found = csv_of(*lines, headings=[*HEADINGS, "donor"]), list[Any]()
    for size, dry in ((100, False), (2, True), (2, False), (1, True)):
        async with Till.open(till_url, DAY) as till:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(run, "ROWS_PER_UNIT", size)
                report = await sent(till, content, dry=dry)
            told = [(each.row, each.column) for each in (*report.errors, *report.warnings)]
            found.append((figures(report), report.sums, told))
            assert await till.breaches() == set()
    assert found == [found[0]] * 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
async def test_a_bank_s_file_is_read_as_it_is(till: Till, encoding: str) -> None:
    headings = ["お取扱日", "照会番号", "お預り金額", "残高", "振込人名"]
    content = csv_of(
        ["平成18年10月5日", "0001", "3,000", "9", "ﾔﾏﾀﾞ ﾊﾅｺ"], encoding=encoding, headings=headings
    )
    report = await sent(till, content, given=Given("bank", "JPY", "general"))
    assert figures(report) == (1, 1, 1, 0, 0)
    (row,) = await till.rows("SELECT name FROM contact")
    assert row["name"] == "ﾔﾏﾀﾞ ﾊﾅｺ"


async def test_a_workbook_is_read_with_its_numbers_and_dates(till: Till) -> None:
    day = date(2006, 10, 5)
    rows = [
        ["B-1", day, 1_000, "JPY", "food", "Kestrel", None],
        ["B-2", day, 10.5, "USD", "food", "Kestrel", None],
        ["B-3", day, 0.1 + 0.2, "USD", "food", "Kestrel", None],
        ["B-4", day, 0.301, "USD", "food", "Kestrel", None],
        ["B-5", day, "0.30000000000000004", "USD", "food", "Kestrel", None],
    ]
    report = await sent(till, xlsx_of(*rows), form="xlsx")
    assert figures(report) == (5, 3, 1, 0, 2)
    assert [(each.row, each.column) for each in report.errors] == [(5, "amount"), (6, "amount")]
    assert [each.words for each in report.sums] == ["JPY 1,000", "USD 10.80"]


async def test_whose_a_gift_is_is_taken_from_what_is_known_or_asked(till: Till) -> None:
    known = (await till.donor("Kestrel", mail="k@example.org")).id
    twins = [(await till.donor("Wren")).id for _ in range(2)]
    rows = [
        FIRST,
        ["B-2", *FIRST[1:5], "ＫＥＳＴＲＥＬ", ""],
        ["B-3", *FIRST[1:5], "Kestrel", "other@example.org"],
        ["B-4", *FIRST[1:5], "Wren", ""],
    ]
    report = await sent(till, csv_of(*rows))
    assert [(each.row, each.column) for each in report.warnings] == [(3, "name")]
    assert [(each.row, each.column) for each in report.errors] == [(4, "donor"), (5, "donor")]
    assert all(str(each) in report.errors[1].reason for each in twins)
    donors = {row["donor_id"] for row in await till.rows("SELECT donor_id FROM gift")}
    assert (donors, report.new_donors) == ({known}, 0)
    # As the report says: an id, or that it is somebody else.
    said = [[*rows[2], "new"], [*rows[3], str(twins[1])], ["B-5", *rows[3][1:], str(DAY)]]
    again = await sent(till, csv_of(*said, headings=[*HEADINGS, "donor"]))
    assert (again.gifts, again.new_donors, [each.row for each in again.errors]) == (2, 1, [4])
    lost = [*FIRST[:5], "", "", "00000000-0000-0000-0000-000000000009"]
    gone = await sent(till, csv_of(["B-9", *lost[1:]], headings=[*HEADINGS, "donor"]))
    assert [(each.row, each.column) for each in gone.errors] == [(2, "donor")]


async def test_a_row_that_says_new_is_of_nobody_of_that_name_in_the_file(till: Till) -> None:
    rows = [[f"B-{number}", *SECOND[1:], new] for number, new in enumerate(("", "new", "new", ""))]
    report = await sent(till, csv_of(*rows, headings=[*HEADINGS, "donor"]))
    assert (report.gifts, report.new_donors) == (4, 2)
    gifts = await till.rows(
        "SELECT donor_id FROM gift JOIN payment ON gift_id = gift.id ORDER BY transaction_id"
    )
    first, second, third, last = (row["donor_id"] for row in gifts)
    assert (second, last) == (third, first)
    assert first != second


async def test_a_file_that_is_too_long_is_refused_whole(till: Till) -> None:
    before = await counts(till)
    content = csv_of(*([f"B-{number}", *FIRST[1:]] for number in range(MOST_ROWS + 1)))
    sheet = open_sheet(io.BytesIO(content), "csv", Given().columns)
    assert isinstance(sheet, Sheet)
    refused = await take_in(till.units, staff("treasurer"), sheet, Given(), dry_run=False)
    assert isinstance(refused, Refused)
    assert "500 rows" in refused.words
    assert await counts(till) == before


async def test_a_list_is_sent_and_listed_over_http(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    donations = bare_world.donations
    content = csv_of(FIRST, BAD, encoding="cp932")
    files = {"file": ("gifts.csv", content, CSV)}
    dry = await donations.client.post("/gifts/imports?dry_run=true", files=files)
    assert (dry.status_code, dry.json()["gifts"], dry.json()["import_id"]) == (200, 1, None), dry.text
    assert await donations.get("/gifts/imports") == {"items": [], "next": None}
    report = (await donations.client.post("/gifts/imports", files=files)).json()
    (listed,) = (await donations.get("/gifts/imports"))["items"]
    assert (listed["import_id"], listed["gifts"], listed["bad_rows"]) == (report["import_id"], 1, 1)
    lacking = csv_of(["B-8", "2006-10-05", "5"], headings=HEADINGS[:3])
    files = {"file": ("gifts.csv", lacking, CSV)}
    refused = await donations.client.post("/gifts/imports", files=files)
    assert refused.status_code == 422
    assert {each["field"] for each in refused.json()["errors"]} == {"currency", "purpose", "donor"}
