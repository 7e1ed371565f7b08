"""The columns of a register and the lines under them. Faults never repeat what stood in the cell."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.web.problems import invalid

HOUSEHOLD_COLUMNS = ("region", "arrived_on", "needs", "priority")
PERSON_COLUMNS = ("given_name", "family_name", "sex", "birth_date", "age", "size", "languages", "relation")
COLUMNS = ("household", *PERSON_COLUMNS, *HOUSEHOLD_COLUMNS)
REQUIRED = ("household", "given_name", "family_name", "size", "region", "arrived_on")
NUMBERS = frozenset({"age"})
LONGEST_CELL = 400
MOST_ROWS = 200_000
MOST_COLUMNS = 64


@dataclass(frozen=True)
class Fault:
    """What is wrong in a cell, or with a whole row."""

    reason: str


@dataclass(frozen=True)
class RowFault:
    """A fault and its place; the row is numbered as a spreadsheet does, the heading is row 1."""

    row: int
    column: str | None
    reason: str


@dataclass(frozen=True)
class Line:
    """One row: its cells by column, in composed form (NFC) without outer blanks, and what is wrong with it already."""

    row: int
    cells: dict[str, str]
    faults: tuple[RowFault, ...] = ()


Raw = Sequence[str | Fault] | Fault
"""The cells of a row as they were read; a Fault instead if the row cannot be read."""


def headings(cells: Raw | None) -> list[str]:
    """The column names in their order, "" for a column without a heading. Problem if they don't make a register."""
    if cells is None or (not isinstance(cells, Fault) and not any(cells)):
        raise invalid("This file is empty: its first row must name the columns.", _needed())
    if isinstance(cells, Fault):
        raise invalid(f"The first row cannot be read: {cells.reason}.")
    names = [
        "" if isinstance(cell, Fault) else re.sub(r"[\s_-]+", "_", cell.strip().lower()) for cell in cells
    ]
    while names and not names[-1]:
        names.pop()
    if len(names) == 1 and re.search("[;\t|]", names[0]):
        raise invalid("Separate the columns by commas.")
    unknown = [place for place, name in enumerate(names, 1) if name and name not in COLUMNS]
    errors = [(f"column {place}", f"is not known; the columns are {', '.join(COLUMNS)}") for place in unknown]
    errors += [(name, "is there twice") for name in COLUMNS if names.count(name) > 1]
    errors += [(name, "is missing") for name in REQUIRED if name not in names]
    if "birth_date" not in names and "age" not in names:
        errors.append(("birth_date", "is missing; a column age will do"))
    if errors:
        raise invalid("The columns of this file are not those of a register; nothing was changed.", errors)
    return names


def lines(names: Sequence[str], rows: Iterable[tuple[int, Raw]]) -> Iterator[Line]:
    """The rows under the headings, without blank ones."""
    for row, cells in rows:
        if row > MOST_ROWS:
            yield Line(row, {}, (RowFault(row, None, f"comes after row {MOST_ROWS:,}: split the file here"),))
            return
        if isinstance(cells, Fault):
            yield Line(row, {}, (RowFault(row, None, cells.reason),))
        elif any(isinstance(cell, Fault) or cell.strip() for cell in cells):
            yield _line(row, names, cells)


def _line(row: int, names: Sequence[str], cells: Sequence[str | Fault]) -> Line:
    texts: dict[str, str] = {}
    faults: list[RowFault] = []
    for place, cell in enumerate(cells):
        name = names[place] if place < len(names) else ""
        if isinstance(cell, Fault):
            faults.append(RowFault(row, name or None, cell.reason))
        elif not name and cell.strip():
            faults.append(
                RowFault(row, None, f"there is something in column {place + 1}, which has no heading")
            )
        elif name:
            texts[name] = unicodedata.normalize("NFC", cell.strip())
            faults += [RowFault(row, name, reason) for reason in _suspicious(name, texts[name])]
    return Line(row, texts, tuple(faults))


def _suspicious(name: str, text: str) -> Iterator[str]:
    if len(text) > LONGEST_CELL:
        yield f"is longer than {LONGEST_CELL} characters"
    elif text[:1] in ("=", "+", "-", "@") and name not in NUMBERS:
        yield f"begins with {text[0]}, which a spreadsheet takes for a formula"


def _needed() -> list[tuple[str, str]]:
    return [(name, "is missing") for name in REQUIRED]
