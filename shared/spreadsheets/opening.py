"""Looks at a file that is said to be a spreadsheet, before anything is read from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from shared.outcomes import Refused, invalid
from shared.spreadsheets.cells import Line, Raw, Unreadable
from shared.spreadsheets.columns import Columns, headings, lines
from shared.spreadsheets.csv_rows import csv_rows, csv_size

Format = Literal["csv", "xlsx"]
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class Sheet:
    """An opened spreadsheet: its lines, to be read once, and about how many rows there are if that is known."""

    lines: Iterator[Line]
    rows: int | None
    close: Callable[[], None] = lambda: None


def open_sheet(file: BinaryIO, form: Format, columns: Columns) -> Sheet | Refused:
    """Look at the file and read its headings, or say why it cannot be such a spreadsheet.

    It takes as long as the file is large and holds what the file unpacks to: what strangers send is opened by
    `open_apart`. Faults further down are found when the lines are read, and belong to their rows.
    """
    try:
        _check_beginning(file, form)
        size, rows = _rows_of(file, form, columns)
        _, first = next(rows, (1, None))
        names = headings(columns, first)
    except Unreadable as error:
        return invalid(error.words, *error.fields)
    return Sheet(lines(columns, names, rows), None if size is None else max(size - 1, 0))


def _rows_of(file: BinaryIO, form: Format, columns: Columns) -> tuple[int | None, Iterator[tuple[int, Raw]]]:
    """How many rows there are if that is known, and the rows; the size is looked at first, as it has limits."""
    if form == "csv":
        return csv_size(file), csv_rows(file)
    # Slow to load, and no CSV file needs it.
    from shared.spreadsheets.xlsx_rows import xlsx_rows, xlsx_size

    return xlsx_size(file, columns.what), xlsx_rows(file)


def _check_beginning(file: BinaryIO, form: Format) -> None:
    file.seek(0)
    beginning = file.read(4)
    if not beginning:
        raise Unreadable("This file is empty: its first row must name the columns.")
    if beginning == OLD_EXCEL:
        raise Unreadable(
            "This is an old Excel file, or one with a password. Save it as XLSX without a password."
        )
    if (form == "xlsx") != (beginning == ZIP):
        hint = (
            "This is an XLSX file: let its name end with .xlsx."
            if form == "csv"
            else "This is not an XLSX file."
        )
        raise Unreadable(f"{hint} Nothing was changed.")
