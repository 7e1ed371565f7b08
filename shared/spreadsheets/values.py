"""The cells of a line, each read by its own rule."""

from collections.abc import Callable
from typing import TypeVar

from shared.spreadsheets.cells import Line, RowFault

T = TypeVar("T")


class Cells:
    """The cells of a line; what cannot be read becomes a fault. A rule raises ValueError, without the text."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.faults: list[RowFault] = []

    def meant(self, column: str, text: str) -> str:
        """What is meant by what stands in a cell."""
        return text

    def needed(self, column: str, rule: Callable[[str], T]) -> T | None:
        """The value of a cell that may not be empty; None if there is a fault."""
        if self.line.cells.get(column, ""):
            return self.optional(column, rule)
        self.fault(column, "is empty")
        return None

    def optional(self, column: str, rule: Callable[[str], T], otherwise: T | None = None) -> T | None:
        """The value of a cell, `otherwise` for an empty one; None if there is a fault."""
        text = self.line.cells.get(column, "")
        if not text:
            return otherwise
        try:
            return rule(self.meant(column, text))
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def fault(self, column: str | None, reason: str) -> None:
        self.faults.append(RowFault(self.line.row, column, reason))
