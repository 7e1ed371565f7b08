"""Looks at a file that is said to be a spreadsheet, before anything is read from it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Literal

from shared.outcomes import Refused, invalid
from shared.spreadsheets.cells import Line, Raw, Unreadable
from shared.spreadsheets.columns import Columns, headings, lines
from shared.spreadsheets.csv_rows import csv_rows, csv_size

Format = Literal["csv", "xlsx"]
Rows = Iterator[tuple[int, Raw]]
Tab = tuple[str, Rows]
"""A sheet that people see: its title and its rows."""
MOST_TITLES, LONGEST_TITLE = 5, 31
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
        size, tabs = _tabs_of(file, form, columns)
        names, rows = _the_one(tabs, columns)
    except Unreadable as error:
        return invalid(error.words, *error.fields)
    found = lines(columns, names, rows)
    first = next(found, None)
    if first is None:
        return invalid("There are no rows under the headings; nothing was changed.")
    return Sheet(chain([first], found), None if size is None else max(size - 1, 0))


def _tabs_of(file: BinaryIO, form: Format, columns: Columns) -> tuple[int | None, list[Tab]]:
    """How many rows there are if that is known, and what can be read; the size is looked at first, as it has limits."""
    if form == "csv":
        size, encoding = csv_size(file, columns.encodings)
        return size, [("", csv_rows(file, encoding))]
    # Slow to load, and no CSV file needs it.
    from shared.spreadsheets.xlsx_rows import xlsx_size, xlsx_tabs

    return xlsx_size(file, columns.what), xlsx_tabs(file)


def _the_one(tabs: list[Tab], columns: Columns) -> tuple[list[str], Rows]:
    """The headings of the one sheet that has them, and the rows below. Unreadable if there is none, or several."""
    found: list[tuple[str, list[str], Rows]] = []
    faults: list[Unreadable] = []
    for title, rows in tabs:
        _, first = next(rows, (1, None))
        try:
            found.append((title, headings(columns, first), rows))
        except Unreadable as error:
            faults.append(error)
    if len(found) > 1:
        titles = ", ".join(f'"{title[:LONGEST_TITLE]}"' for title, _, _ in found[:MOST_TITLES])
        raise Unreadable(
            f"Several sheets have the headings of {columns.what}: {titles}. Which one is meant? "
            "Hide or remove the others, or send them one by one. Nothing was changed."
        )
    if found:
        return found[0][1:]
    if len(tabs) > 1:
        raise Unreadable(
            f"No visible sheet has the headings of {columns.what} in its row 1; nothing was changed.",
            min(faults, key=lambda each: len(each.fields)).fields,
        )
    raise faults[0] if faults else Unreadable("This file has no visible sheet; nothing was changed.")


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
