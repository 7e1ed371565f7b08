"""Rows as they are read, and what can be wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass

MEGABYTE = 1024 * 1024


class Unreadable(Exception):
    """The file as a whole cannot be read: `words` say why, `fields` which columns are to blame."""

    def __init__(self, words: str, fields: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(words)
        self.words = words
        self.fields = tuple(fields)


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
