"""Files that are sent as spreadsheets: read row by row, or refused in plain words."""

import io
import unicodedata
import zipfile
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.outcomes import Kind, Refused
from shared.spreadsheets.cells import MEGABYTE, Line
from shared.spreadsheets.columns import MOST_ROWS, SHIFT_JIS, UTF_8, Columns, lines
from shared.spreadsheets.opening import Format, Sheet, open_sheet
from shared.spreadsheets.xlsx_rows import MOST_UNPACKED

COLUMNS = Columns(
    what="a register",
    names=(
        *("household", "given_name", "family_name", "sex", "birth_date", "age", "size", "languages"),
        *("relation", "region", "arrived_on", "needs", "priority"),
    ),
    required=("household", "given_name", "family_name", "size", "region", "arrived_on"),
    either=(("birth_date", "age"),),
    numbers=frozenset({"age"}),
)
HEADINGS = ["household", "given_name", "family_name", "birth_date", "age", "size", "region", "arrived_on"]
ROW = ["R-1", "Canary", "Kestrel", "1980-05-17", "", "M", "north", "2006-10-01"]
# A spreadsheet knows no time zones.
MIDNIGHT = datetime.fromisoformat("1980-05-17T00:00:00")


def csv_of(*rows: Iterable[str]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode()


def xlsx_of(*rows: Iterable[object]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def opened(content: bytes, form: Format = "csv") -> Sheet:
    sheet = open_sheet(io.BytesIO(content), form, COLUMNS)
    assert isinstance(sheet, Sheet), sheet
    return sheet


def read(content: bytes, form: Format = "csv") -> list[Line]:
    return list(opened(content, form).lines)


def refusal(content: bytes, form: Format = "csv") -> Refused:
    refused = open_sheet(io.BytesIO(content), form, COLUMNS)
    assert isinstance(refused, Refused), refused
    assert refused.kind is Kind.INVALID
    assert "Canary" not in str(refused)
    return refused


def repacked(content: bytes, **changes: bytes) -> bytes:
    """The XLSX file with its first sheet replaced."""
    source, target = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in source.namelist():
            packed.writestr(
                part, changes.get("sheet", b"") if part.endswith("sheet1.xml") else source.read(part)
            )
    return target.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_rows_are_numbered_as_a_spreadsheet_does_and_blank_ones_left_out(kind: Format) -> None:
    rows = [HEADINGS, ROW, [""] * 8, ["R-2", *ROW[1:]]]
    content = csv_of(*rows) if kind == "csv" else xlsx_of(*rows)
    found = read(content, kind)
    assert [(line.row, line.cells["household"]) for line in found] == [(2, "R-1"), (4, "R-2")]
    assert not any(line.faults for line in found)


def test_a_spreadsheets_own_types_become_text() -> None:
    (line,) = read(
        xlsx_of(HEADINGS, [12, "A", "B", MIDNIGHT, 26.0, 98, "north", date(2006, 10, 1)]),
        "xlsx",
    )
    assert [line.cells[name] for name in HEADINGS] == [
        "12",
        "A",
        "B",
        "1980-05-17",
        "26",
        "98",
        "north",
        "2006-10-01",
    ]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("0.30000000000000004", "0.3"),
        ("0.301", "0.301"),
        ("25.999999999999996", "26"),
        ("10.5", "10.5"),
        ("-1000.1", "-1000.1"),
        ("1234567890.12", "1234567890.12"),
    ],
)
def test_a_workbook_s_number_is_read_as_people_saw_it_and_text_as_it_is_written(
    stored: str, shown: str
) -> None:
    whole = xlsx_of(HEADINGS, [*ROW[:4], 7, *ROW[5:]])
    sheet = zipfile.ZipFile(io.BytesIO(whole)).read("xl/worksheets/sheet1.xml")
    sheet = sheet.replace(b"<v>7</v>", f"<v>{stored}</v>".encode())
    (line,) = read(repacked(whole, sheet=sheet), "xlsx")
    assert line.cells["age"] == shown
    texts = csv_of(HEADINGS, [*ROW[:4], stored, *ROW[5:]]), xlsx_of(HEADINGS, [*ROW[:4], stored, *ROW[5:]])
    assert [read(texts[0])[0].cells["age"], read(texts[1], "xlsx")[0].cells["age"]] == [stored, stored]


@pytest.mark.parametrize(
    ("value", "words"),
    [("=1+1", "formula"), (True, "neither"), (MIDNIGHT + timedelta(hours=8), "time of day")],
)
def test_a_cell_that_is_no_plain_value_is_a_fault_of_its_row(value: object, words: str) -> None:
    first, second = read(xlsx_of(HEADINGS, [*ROW[:3], value, *ROW[4:]], ROW), "xlsx")
    assert [(fault.row, fault.column) for fault in first.faults] == [(2, "birth_date")]
    assert words in first.faults[0].reason
    assert not second.faults


def test_one_reference_written_in_two_forms_of_unicode_is_one() -> None:
    other = [unicodedata.normalize("NFD", "Fé-1"), *ROW[1:]]
    found = read(csv_of(HEADINGS, ["Fé-1", *ROW[1:]], other))
    assert [line.cells["household"] for line in found] == ["Fé-1", "Fé-1"]


@pytest.mark.parametrize("sign", "=+-@")
def test_text_that_a_spreadsheet_would_run_is_refused(sign: str) -> None:
    (line,) = read(csv_of(HEADINGS, ["R-1", f"{sign}Canary()", *ROW[2:]]))
    assert [fault.column for fault in line.faults] == ["given_name"]
    assert "Canary" not in line.faults[0].reason


def test_a_value_without_heading_is_told() -> None:
    (line,) = read(csv_of(HEADINGS, [*ROW, "Canary"]))
    assert "column 9" in line.faults[0].reason


def test_headings_may_be_written_as_people_write_them() -> None:
    (line,) = read(csv_of([" Household ", "Given Name", "FAMILY-NAME", *HEADINGS[3:], ""], ROW))
    assert line.cells["given_name"] == "Canary"


@pytest.mark.parametrize(
    ("headings", "field", "words"),
    [
        ([name for name in HEADINGS if name != "size"], "size", "missing"),
        ([name for name in HEADINGS if name not in ("age", "birth_date")], "birth_date", "missing"),
        ([*HEADINGS, "phone"], "column 9", "not known"),
        ([*HEADINGS, "size"], "size", "twice"),
    ],
)
def test_headings_that_are_not_a_registers_are_named(headings: list[str], field: str, words: str) -> None:
    fields = refusal(csv_of(headings, ROW)).fields
    assert [(name, words in reason) for name, reason in fields] == [(field, True)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\r\n", "empty"),
        (csv_of(HEADINGS, ROW).replace(b",", b";"), "commas"),
        (csv_of(HEADINGS, ROW).decode().encode("utf-16"), "UTF-8"),
        (csv_of(HEADINGS, ROW) + "\r\nR-2,Zoé".encode("latin-1"), "UTF-8"),
        (xlsx_of(HEADINGS, ROW), "XLSX file"),
        (b"\xd0\xcf\x11\xe0" + bytes(100), "old Excel"),
    ],
)
def test_a_csv_file_that_is_none_is_refused(content: bytes, words: str) -> None:
    assert words in refusal(content).words


def test_a_byte_order_mark_and_a_quoted_line_break_do_no_harm() -> None:
    content = b"\xef\xbb\xbf" + csv_of(HEADINGS, ['"R-1"', '"A\nB"', *ROW[2:]], ROW)
    assert [(line.row, line.cells["given_name"]) for line in read(content)] == [(2, "A\nB"), (3, "Canary")]


def test_a_row_with_wrong_quotation_marks_is_told_and_the_next_is_read() -> None:
    bad, good = read(csv_of(HEADINGS, ['"R-1"x', *ROW[1:]], ROW))
    assert (bad.row, bad.faults[0].row, bad.faults[0].column) == (2, 2, None)
    assert good.cells["household"] == "R-1"


def test_a_file_that_ends_within_quotation_marks_keeps_the_rows_before() -> None:
    good, broken = read(csv_of(HEADINGS, ROW, ['R-2,"Can']))
    assert not good.faults
    assert "ends within quotation marks" in broken.faults[0].reason


def test_a_megabyte_in_a_cell_is_a_fault_of_its_row() -> None:
    bad, good = read(csv_of(HEADINGS, ["R-1", "x" * 1_000_000, *ROW[2:]], ROW))
    assert "longer than" in bad.faults[0].reason
    assert good.row == 3


def test_an_xlsx_file_that_is_none_or_is_cut_off_is_refused_whole() -> None:
    whole = xlsx_of(HEADINGS, ROW)
    for content in (
        csv_of(HEADINGS, ROW),
        whole[: len(whole) // 2],
        b"PK\x03\x04" + bytes(500),
        b"PK\x03\x04",
    ):
        assert "XLSX" in refusal(content, "xlsx").words


def test_an_xlsx_file_that_breaks_in_the_middle_keeps_the_rows_before() -> None:
    whole = xlsx_of(HEADINGS, ROW, ["R-2", *ROW[1:]], ["R-3", *ROW[1:]])
    sheet = zipfile.ZipFile(io.BytesIO(whole)).read("xl/worksheets/sheet1.xml")
    cut = sheet[: sheet.index(b'<row r="4"') + 20]
    found = read(repacked(whole, sheet=cut), "xlsx")
    assert [line.cells.get("household") for line in found] == ["R-1", "R-2", None]
    assert (found[-1].faults[0].row, found[-1].faults[0].column) == (4, None)
    assert "broken" in found[-1].faults[0].reason


def test_a_file_that_unpacks_to_too_much_is_refused() -> None:
    bomb = repacked(xlsx_of(HEADINGS, ROW), sheet=bytes(MOST_UNPACKED + 1))
    assert len(bomb) < MEGABYTE
    assert "unpacks to more" in refusal(bomb, "xlsx").words


def test_a_row_that_would_fill_the_memory_is_refused() -> None:
    cells = b"<c/>" * MEGABYTE
    bomb = repacked(xlsx_of(HEADINGS, ROW), sheet=b'<worksheet><sheetData><row r="1">' + cells)
    assert "too long" in refusal(bomb, "xlsx").words


def test_rows_beyond_the_most_end_the_reading() -> None:
    endless = ((row, ROW) for row in range(MOST_ROWS - 1, 10**9))
    found = list(lines(COLUMNS, HEADINGS, endless))
    assert [line.row for line in found] == [MOST_ROWS - 1, MOST_ROWS, MOST_ROWS + 1]
    assert "split the file" in found[-1].faults[0].reason


def test_every_column_may_be_there() -> None:
    assert read(csv_of(COLUMNS.names, ["R-1"]))[0].cells["household"] == "R-1"


@pytest.mark.parametrize("end", ["", "\r\n"])
def test_the_number_of_rows_is_known_before_they_are_read(end: str) -> None:
    assert opened(csv_of(HEADINGS, ROW, ROW) + end.encode()).rows == 2
    assert opened(xlsx_of(HEADINGS, ROW, ROW), "xlsx").rows == 2


@given(
    st.binary(max_size=300),
    st.sampled_from(["csv", "xlsx"]),
    st.sampled_from([b"", b"PK\x03\x04", b"\xef\xbb\xbf"]),
)
def test_whatever_is_sent_is_read_or_refused_and_never_an_error(
    content: bytes, form: Format, beginning: bytes
) -> None:
    outcome = open_sheet(io.BytesIO(beginning + content), form, COLUMNS)
    if isinstance(outcome, Sheet):
        assert all(line.row >= 2 for line in outcome.lines)


def test_the_words_name_what_the_file_should_be() -> None:
    guests = Columns(what="a guest list", names=("name",), required=("name",))
    outcomes = [
        open_sheet(io.BytesIO(b"nobody\r\n"), "csv", guests),
        open_sheet(io.BytesIO(repacked(xlsx_of(["name"]), sheet=bytes(MOST_UNPACKED + 1))), "xlsx", guests),
    ]
    assert all(isinstance(each, Refused) and "a guest list" in each.words for each in outcomes)


def test_a_formula_counts_with_the_value_that_was_stored() -> None:
    whole = xlsx_of(HEADINGS, [*ROW[:4], 7, *ROW[5:]], [*ROW[:4], 8, *ROW[5:]])
    sheet = zipfile.ZipFile(io.BytesIO(whole)).read("xl/worksheets/sheet1.xml")
    for number in (b"7", b"8"):
        sheet = sheet.replace(b"<v>%s</v>" % number, b"<f>5+%s</f><v>2%s</v>" % (number, number))
    assert b"<f>5+7</f><v>27</v>" in sheet
    found = read(repacked(whole, sheet=sheet), "xlsx")
    assert [(line.cells["age"], line.faults) for line in found] == [("27", ()), ("28", ())]


@pytest.mark.parametrize(
    ("part", "first"), [("\t", ""), (",", "sep=,\r\n"), (";", '"sep=;"\n'), ("|", "SEP=|\r\n")]
)
def test_what_parts_the_cells_is_found_or_said(part: str, first: str) -> None:
    text = first + "\r\n".join(part.join(each) for each in (HEADINGS, ROW))
    sheet = opened(text.encode())
    assert [(line.row, line.cells["given_name"]) for line in sheet.lines] == [(2, "Canary")]
    assert sheet.rows == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_headings_alone_are_no_register_and_blank_rows_are_none(kind: Format) -> None:
    rows = [HEADINGS, *[[" "] * 8] * 3]
    assert (
        "no rows under the headings"
        in refusal(csv_of(*rows) if kind == "csv" else xlsx_of(*rows), kind).words
    )


def test_a_blank_row_may_stand_anywhere() -> None:
    far = ((row, ROW if row == 5 else [""] * 8) for row in (5, MOST_ROWS + 5, MOST_ROWS + 6))
    assert [(line.row, line.faults) for line in lines(COLUMNS, HEADINGS, far)] == [(5, ())]


def test_an_unknown_heading_is_said_where_row_1_holds_headings_and_nowhere_else() -> None:
    assert refusal(csv_of([*HEADINGS, "phone"], ROW)).fields == (("column 9", '"phone" is not known'),)
    assert "Row 1 was read as headings" in refusal(csv_of([*HEADINGS, "phone"], ROW)).words
    assert "Kestrel" not in str(refusal(csv_of(ROW, ROW)))


def test_a_file_in_shift_jis_is_read_where_that_is_taken() -> None:
    content = "household,given_name\r\nR-1,山田\r\n".encode("cp932")
    columns = Columns("a list", ("household", "given_name"), ("household",), encodings=(UTF_8, SHIFT_JIS))
    sheet = open_sheet(io.BytesIO(content), "csv", columns)
    assert isinstance(sheet, Sheet)
    assert (sheet.rows, [line.cells["given_name"] for line in sheet.lines]) == (1, ["山田"])
    said = open_sheet(io.BytesIO(b"sep=;\r\n" + content.replace(b",", b";")), "csv", columns)
    assert isinstance(said, Sheet)
    assert (said.rows, [line.cells["given_name"] for line in said.lines]) == (1, ["山田"])
    assert "not text in UTF-8." in refusal(content).words
    neither = open_sheet(io.BytesIO(content + b"\x81\xff"), "csv", columns)
    assert isinstance(neither, Refused)
    assert "UTF-8 or Shift-JIS" in neither.words
