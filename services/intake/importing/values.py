"""The cells of a line, each read by its own rule; what a cell may hold."""

import re
import unicodedata
from enum import StrEnum
from typing import TypeVar

from services.intake.domain.people import OLDEST, Relation, folded
from services.intake.importing.mapping import Mapped
from shared.spreadsheets import values
from shared.spreadsheets.cells import Line

E = TypeVar("E", bound=StrEnum)


class Cells(values.Cells):
    """The cells of a line, in a group's own words; what cannot be read becomes a fault."""

    def __init__(self, line: Line, mapped: Mapped) -> None:
        super().__init__(line)
        self.mapped = mapped
        self.relation: Relation | None = None
        """What somebody is to the head, where that is said and can be read."""

    def meant(self, column: str, text: str) -> str:
        return self.mapped.value(column, text)

    def one(self, column: str, words: type[E], otherwise: E | None = None) -> E | None:
        return self.optional(column, lambda text: one_of(words, text), otherwise)


_AGE = re.compile(r"[만満满]? ?(\d{1,3}) ?[세살歳才歲岁]?", re.ASCII)


def whole(text: str) -> int:
    """An age; one of months is none."""
    found = _AGE.fullmatch(unicodedata.normalize("NFKC", text))
    if found is None:
        raise ValueError(f"must be a whole number from 0 to {OLDEST}, in years (0 for a baby)")
    return int(found[1])


def one_of(words: type[E], text: str) -> E:
    found = next((word for word in words if word.value.lower() == folded(text).replace(" ", "_")), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(words)}")
    return found


def parts(text: str) -> list[str]:
    """What stands in one cell, parted by commas or semicolons, of whatever width."""
    return [part.strip() for part in re.split("[;,；，、]", text) if part.strip()]


def some_of(words: type[E], text: str, mapped: Mapped, column: str) -> frozenset[E]:
    if text.lower() == "none":
        return frozenset()
    return frozenset(one_of(words, mapped.value(column, part)) for part in parts(text))
