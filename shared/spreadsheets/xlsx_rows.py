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
from shared.spreadsheets.columns import MOST_COLUMNS

MOST_UNPACKED = 150 * MEGABYTE
MOST_UNPACKED_BESIDE_SHEETS = 30 * MEGABYTE
MOST_PARTS = 1000
LONGEST_ROW = 2 * MEGABYTE
# So many are looked at beyond the last heading, to tell of what stands there.
COLUMNS_WITHOUT_HEADING = 3
BROKEN = Fault("the file is broken here; the rows before were read, those from here on were not")
_ROW_TAG = re.compile(rb"<(?:\w+:)?row[\s/>]")
_FAULTY = {"f": "is a formula; put its value there", "e": "is an error of the spreadsheet"}

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


def sheet_names(file: BinaryIO) -> list[str]:
    """The sheets of a workbook, in their order. Unreadable if it is none."""
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what its parts raise
        raise _unopened() from None
    return [str(sheet.title) for sheet in book.worksheets]


def xlsx_rows(file: BinaryIO, name: str | None = None) -> Iterator[tuple[int, Raw]]:
    """Row number and cells of a sheet, the first if none is named; a file that breaks off ends with a Fault."""
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
        sheet = book.worksheets[0] if name is None else book[name]
        # The size written in the file may be wrong, and rows would be left out.
        sheet.reset_dimensions()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what its parts raise
        raise _unopened() from None
    row = 0
    try:
        for row, cells in _sheet_rows(sheet):
            yield row, cells
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - openpyxl raises what its parts raise
        yield row + 1, BROKEN
    finally:
        book.close()


def _sheet_rows(sheet: Any) -> Iterator[tuple[int, Raw]]:
    width = MOST_COLUMNS
    for cells in sheet.iter_rows(max_row=1, max_col=width):
        first = [_text(cell) for cell in cells]
        width = (
            max((place for place, text in enumerate(first, 1) if text), default=0) + COLUMNS_WITHOUT_HEADING
        )
        yield 1, first
    for row, cells in enumerate(sheet.iter_rows(min_row=2, max_col=width), 2):
        yield row, [_text(cell) for cell in cells]


def _text(cell: Any) -> str | Fault:
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
            return str(int(value)) if value == int(value) else str(value)
    return Fault("is neither text, number nor date")


def _unopened() -> Unreadable:
    return Unreadable("This is not an XLSX file, or it is damaged or has a password; nothing was changed.")
