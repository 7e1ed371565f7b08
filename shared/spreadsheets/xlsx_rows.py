"""Reads the rows of an XLSX file one by one, however long it is."""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

import openpyxl

from shared.spreadsheets.cells import MEGABYTE, Fault, Raw, Unreadable

MOST_UNPACKED = 150 * MEGABYTE
MOST_UNPACKED_BESIDE_SHEETS = 30 * MEGABYTE
MOST_PARTS = 1000
LONGEST_ROW = 2 * MEGABYTE
BROKEN = Fault("the file is broken here; the rows before were read, those from here on were not")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s/>]")
_FAULTY = {
    "f": "is a formula without a stored value; put its value there",
    "e": "is an error of the spreadsheet",
}

# openpyxl's warnings name the values of cells.
warnings.filterwarnings("ignore", module="openpyxl")


def xlsx_size(file: BinaryIO, what: str) -> int | None:
    """How many rows there are, None if there are several sheets. `what` it should be ("a register") is for the words.

    Unreadable if it is no XLSX file or unpacks to too much.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as parts:
            return _measured(parts, what)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, ValueError, NotImplementedError, OSError):
        raise _unopened() from None


def _measured(parts: zipfile.ZipFile, what: str) -> int | None:
    every = parts.infolist()
    sheets = [part for part in every if re.fullmatch(r"xl/worksheets/[^/]+\.xml", part.filename)]
    beside = sum(part.file_size for part in every if part not in sheets)
    total = sum(part.file_size for part in every)
    if len(every) > MOST_PARTS or total > MOST_UNPACKED or beside > MOST_UNPACKED_BESIDE_SHEETS:
        raise Unreadable(f"This file unpacks to more than {what} can hold; nothing was changed. Split it.")
    counts = [_rows_in(parts, sheet, what) for sheet in sheets]
    return counts[0] if len(counts) == 1 else None


def _rows_in(parts: zipfile.ZipFile, sheet: zipfile.ZipInfo, what: str) -> int:
    """Rows of a sheet; a damaged one is counted as far as it goes. Unreadable if one row would fill the memory."""
    count, stretch, tail = 0, 0, b""
    for block in _blocks(parts, sheet):
        found = len(_ROW_TAG.findall(tail + block))
        count, stretch = count + found, 0 if found else stretch + len(block)
        # Shorter than the shortest tag, so that none is counted twice.
        tail = block[-4:]
        if stretch > LONGEST_ROW:
            raise Unreadable(f"This file holds a row that is too long for {what}; nothing was changed.")
    return count


def _blocks(parts: zipfile.ZipFile, sheet: zipfile.ZipInfo) -> Iterator[bytes]:
    try:
        with parts.open(sheet) as source:
            while block := source.read(MEGABYTE):
                yield block
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError):
        # The rows before the damage are read later, and the damage is told then.
        return


def xlsx_tabs(file: BinaryIO) -> list[tuple[str, Iterator[tuple[int, Raw]]]]:
    """The sheets that people see: titles, row numbers, cells. One that breaks in the middle ends with a Fault."""
    try:
        book = _opened(file)
        shown = [each for each in book.worksheets if each.sheet_state == "visible"]
        return [(each.title, _rows(each, file)) for each in shown]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what its parts raise
        raise _unopened() from None


def _opened(file: BinaryIO, *, data_only: bool = False) -> Any:
    file.seek(0)
    book = openpyxl.load_workbook(file, read_only=True, keep_links=False, data_only=data_only)
    for sheet in book.worksheets:
        # The size written in the file may be wrong, and rows would be left out.
        sheet.reset_dimensions()
    return book


def _rows(sheet: Any, file: BinaryIO) -> Iterator[tuple[int, Raw]]:
    row, stored = 0, _Stored(sheet.title, file)
    try:
        # All cells that the file has: a note far to the right is told of as in a CSV file.
        for row, cells in enumerate(sheet.iter_rows(), 1):
            if any(cell.data_type == "f" for cell in cells):
                yield row, [_text(cell, stored.of(row, place)) for place, cell in enumerate(cells)]
            else:
                yield row, [_text(cell) for cell in cells]
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what its parts raise
        yield row + 1, BROKEN


class _Stored:
    """The values that a spreadsheet stored beside its formulas, read as the rows go by; opened only where one is."""

    def __init__(self, title: str, file: BinaryIO) -> None:
        self._title, self._file = title, file
        self._rows: Iterator[Any] | None = None
        self._row, self._cells = 0, ()

    def of(self, row: int, place: int) -> Any:
        """The cell of a row that is not before those asked for already; None if the file has no such cell."""
        if self._rows is None:
            self._rows = _opened(self._file, data_only=True)[self._title].iter_rows()
        while self._row < row:
            self._row, self._cells = self._row + 1, next(self._rows, ())
        return self._cells[place] if place < len(self._cells) else None


def _text(cell: Any, stored: Any = None) -> str | Fault:
    """`stored` is the cell with what its formula came to, if the file says it."""
    if cell.data_type == "f" and stored is not None and stored.value is not None:
        cell = stored
    value = cell.value
    if cell.data_type in _FAULTY:
        return Fault(_FAULTY[cell.data_type])
    match value:
        case None | str():
            return value or ""
        case datetime() if value.time() != time():
            return Fault("is a date with a time of day")
        case date():
            return value.isoformat()[:10]
        case int() | float() if not isinstance(value, bool):
            return str(int(value)) if value == int(value) else _shown(value)
    return Fault("is neither text, number nor date")


def _shown(value: float) -> str:
    """A number as its spreadsheet shows it: with fifteen digits.

    A workbook keeps numbers in binary, so 0.1+0.2 is 0.30000000000000004 in the file and 0.3 on the screen. What people
    saw when they saved the file is what they meant; with all digits a sum of cents would be no amount of cents.
    """
    return f"{value:.15g}"


def _unopened() -> Unreadable:
    return Unreadable("This is not an XLSX file, or it is damaged or has a password; nothing was changed.")
