"""The columns that a sort of spreadsheet has: its headings, and the lines under them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shared.spreadsheets.cells import Fault, Line, Raw, RowFault, Unreadable

LONGEST_CELL = 400
MOST_ROWS = 200_000
LONGEST_HEADING = 40
MOST_COLUMNS = 64
UTF_8, SHIFT_JIS = "utf-8-sig", "cp932"
"""UTF-8 with or without a byte order mark; what programs for Windows write in Japan."""


@dataclass(frozen=True)
class Columns:
    """What a sort of spreadsheet looks like.

    `what` is the sort with its article, as in "a register". `names` are all columns that there may be, `required`
    those that must be there. In each pair of `either` one column is enough; the first is the one that is asked for.
    `numbers` are the columns in which a leading sign is no formula. `also` has other headings by which people call a
    column, each as `heading_key` gives it, and `ignored` those of columns that are left out. A CSV file is text in the
    first of `encodings` in which all of it can be read.
    """

    what: str
    names: tuple[str, ...]
    required: tuple[str, ...]
    either: tuple[tuple[str, str], ...] = ()
    numbers: frozenset[str] = frozenset()
    also: Mapping[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    encodings: tuple[str, ...] = (UTF_8,)


IGNORED = "\0"
"""The name of a column that is there and is not read."""


def heading_key(text: str) -> str:
    """A heading as it is compared: full width, capitals, blanks and hyphens make no other heading."""
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFKC", text).strip().casefold())


def headings(columns: Columns, cells: Raw | None) -> list[str]:
    """The column names in their order, "" for a column without a heading. Unreadable if they are other columns."""
    if cells is None or (not isinstance(cells, Fault) and not any(cells)):
        needed = [(name, "is missing") for name in columns.required]
        raise Unreadable("This file is empty: its first row must name the columns.", needed)
    if isinstance(cells, Fault):
        raise Unreadable(f"The first row cannot be read: {cells.reason}.")
    told = ["" if isinstance(cell, Fault) else cell.strip() for cell in cells]
    while told and not told[-1]:
        told.pop()
    if len(told) > MOST_COLUMNS:
        raise Unreadable(f"This file has more than {MOST_COLUMNS} columns; nothing was changed.")
    names = [_name(columns, heading_key(each)) for each in told]
    if len(names) == 1 and re.search("[;\t|]", told[0]):
        raise Unreadable("Separate the columns by commas.")
    if faults := list(_wrong(columns, names, told)):
        raise Unreadable(
            f"Row 1 was read as headings, and they are not those of {columns.what}; nothing was changed. "
            f"The columns are {', '.join(columns.names)}.",
            faults,
        )
    return names


def _name(columns: Columns, key: str) -> str:
    if key in columns.ignored:
        return IGNORED
    return columns.also.get(key, key)


def _wrong(columns: Columns, names: Sequence[str], told: Sequence[str]) -> Iterator[tuple[str, str]]:
    missing = [name for name in columns.required if name not in names]
    lacking = [pair for pair in columns.either if not set(pair) & set(names)]
    for place, name in enumerate(names, 1):
        if name and name != IGNORED and name not in columns.names:
            # Where columns are missing too, row 1 may hold people, and no answer repeats a name.
            heading = "" if missing or lacking else f'"{told[place - 1][:LONGEST_HEADING]}" '
            yield f"column {place}", f"{heading}is not known"
    for name in columns.names:
        if names.count(name) > 1:
            yield name, "is there twice"
    for name in missing:
        yield name, "is missing"
    for name, other in lacking:
        yield name, f"is missing; a column {other} will do"


def lines(columns: Columns, names: Sequence[str], rows: Iterable[tuple[int, Raw]]) -> Iterator[Line]:
    """The rows under the headings `names`, without blank ones."""
    for row, cells in rows:
        if not isinstance(cells, Fault) and not any(
            isinstance(cell, Fault) or cell.strip() for cell in cells
        ):
            # A blank row may be styled, and stand anywhere.
            continue
        if row > MOST_ROWS:
            yield Line(row, {}, (RowFault(row, None, f"comes after row {MOST_ROWS:,}: split the file here"),))
            return
        if isinstance(cells, Fault):
            yield Line(row, {}, (RowFault(row, None, cells.reason),))
        elif len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
            yield Line(row, {}, (RowFault(row, None, f"has more than {MOST_COLUMNS} columns"),))
        else:
            yield _line(columns, row, names, cells)


def _line(columns: Columns, row: int, names: Sequence[str], cells: Sequence[str | Fault]) -> Line:
    texts: dict[str, str] = {}
    faults: list[RowFault] = []
    for place, cell in enumerate(cells):
        name = names[place] if place < len(names) else ""
        if name == IGNORED:
            continue
        if isinstance(cell, Fault):
            faults.append(RowFault(row, name or None, cell.reason))
        elif not name and cell.strip():
            words = f"there is something in column {place + 1}, which has no heading"
            faults.append(RowFault(row, None, words))
        elif name:
            faults += [RowFault(row, name, reason) for reason in _suspicious(columns, name, cell.strip())]
            # What is too long is not taken, so no more of it is held than tells who it belongs to.
            texts[name] = unicodedata.normalize("NFC", cell.strip()[:LONGEST_CELL])
    return Line(row, texts, tuple(faults))


def _suspicious(columns: Columns, name: str, text: str) -> Iterator[str]:
    if len(text) > LONGEST_CELL:
        yield f"is longer than {LONGEST_CELL} characters"
    elif text[:1] in ("=", "+", "-", "@") and name not in columns.numbers:
        yield f"begins with {text[0]}, which a spreadsheet takes for a formula"
