"""A hostile file ends the process that reads it, and is told in plain words; an ordinary one is read as ever."""

import io
import tempfile
from typing import BinaryIO

import psutil
import pytest

from shared.outcomes import Refused
from shared.spreadsheets.apart import open_apart
from shared.spreadsheets.cells import MEGABYTE
from shared.spreadsheets.opening import Format, Sheet, open_sheet
from tests.unit.spreadsheets.test_files import COLUMNS, HEADINGS, ROW, csv_of, repacked, xlsx_of

PLAIN = xlsx_of(HEADINGS, ROW)
OPEN, CLOSE = b"<worksheet><sheetData>", b"</sheetData></worksheet>"


def on_disk(content: bytes) -> BinaryIO:
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.write(content)
    return file


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_is_read_apart_as_it_is_here(form: Format) -> None:
    rows = [HEADINGS, ROW, ["R-2", "=1", *ROW[2:]], ["R-3", "x" * 500, *ROW[2:]], [*ROW, "more"]]
    content = csv_of(*rows) if form == "csv" else xlsx_of(*rows)
    here, there = open_sheet(io.BytesIO(content), form, COLUMNS), open_apart(on_disk(content), form, COLUMNS)
    assert isinstance(here, Sheet)
    assert isinstance(there, Sheet)
    assert (list(there.lines), there.rows) == (list(here.lines), here.rows)
    there.close()


@pytest.mark.parametrize("content", [b"", b"nobody\n1", csv_of(HEADINGS).replace(b",", b";"), PLAIN])
def test_a_file_is_refused_apart_as_it_is_here(content: bytes) -> None:
    here = open_sheet(io.BytesIO(content), "csv", COLUMNS)
    assert isinstance(here, Refused)
    assert open_apart(on_disk(content), "csv", COLUMNS) == here


def sheet_of(*parts: bytes) -> bytes:
    return repacked(PLAIN, sheet=b"".join((b"<worksheet><sheetData>", *parts)))


# What looks like a row, in a comment, hides how long nothing is one.
EMPTY = b"<a/><!-- -->" * 80_000 + b"<!--<row >-->"
BOMBS: dict[str, tuple[Format, bytes, str]] = {
    "12 MB of empty elements and comments": ("xlsx", sheet_of(EMPTY * 12), "more memory or time"),
    "140 MB of them": ("xlsx", sheet_of(EMPTY * 140), "more memory or time"),
    "as many rows as a spreadsheet has": ("xlsx", sheet_of(b"<row/>" * 1_000_000), "more memory or time"),
    "one element in another": ("xlsx", sheet_of(b"<a>" * MEGABYTE), "too long"),
    "a row of a million columns": ("csv", csv_of(["a"] * MEGABYTE), "more than 64 columns"),
    "a row of 12 million columns": ("csv", b"a," * 12 * MEGABYTE, "more memory or time"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_hostile_file_ends_its_own_process_alone(name: str) -> None:
    form, content, words = BOMBS[name]
    assert len(content) < 26 * MEGABYTE
    before = psutil.Process().memory_info().rss
    opened = open_apart(on_disk(content), form, COLUMNS)
    told = opened.words if isinstance(opened, Refused) else str(list(opened.lines))
    assert words in told
    assert len(told) < 1000
    assert psutil.Process().memory_info().rss - before < 10 * MEGABYTE
