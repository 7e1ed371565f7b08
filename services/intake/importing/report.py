"""What an import gives back."""

from collections.abc import Iterable
from uuid import UUID

from pydantic import BaseModel, Field

from shared.spreadsheets.cells import RowFault

MOST_LISTED = 1000


class ErrorOut(BaseModel):
    """Why a row was not taken, or what somebody should look at, without what stood in it."""

    row: int = Field(description="as a spreadsheet numbers them: the heading is row 1")
    column: str | None
    reason: str


FIGURES = {
    "rows": "rows read",
    "households": "households registered",
    "people": "people registered",
    "joined": "of them joined a household registered before",
    "namesakes": "of them with the name of another person of their household",
    "already_there": "people registered before, and still there",
    "bad_rows": "rows not taken",
    "left": "of them: left the household before",
    "closed": "of them: the household is closed",
    "twice": "of them: twice in this file",
    "held": "of them: held back, as the head of their household cannot be taken",
    "unsure": "of them: the name of somebody registered, another birth date or sex",
}
"""The words for the counts, which is how the API describes them and the command line shows them."""


def _count(name: str) -> int:
    return Field(default=0, description=FIGURES[name])


class Report(BaseModel):
    """What became of a register; with `dry_run` what would become of it, and nothing was changed.

    Each row is one of three: a person registered, somebody already there, or not taken.
    """

    dry_run: bool
    import_id: UUID | None = Field(default=None, description="by which it can be undone; none if nobody came")
    rows: int = _count("rows")
    people: int = _count("people")
    households: int = _count("households")
    joined: int = _count("joined")
    namesakes: int = _count("namesakes")
    already_there: int = _count("already_there")
    bad_rows: int = _count("bad_rows")
    left: int = _count("left")
    closed: int = _count("closed")
    twice: int = _count("twice")
    held: int = _count("held")
    unsure: int = _count("unsure")
    error_count: int = 0
    errors: list[ErrorOut] = Field(default=[], description=f"the first {MOST_LISTED} of them, by row")
    warning_count: int = 0
    warnings: list[ErrorOut] = Field(
        default=[], description=f"what to look at, the first {MOST_LISTED}, by row"
    )
    words: dict[str, str] = Field(default=FIGURES, description="what each count is, in words")

    def blame(self, faults: Iterable[RowFault]) -> None:
        """Count and list the faults of rows; all faults of a row are given in one call."""
        found = list(faults)
        self.error_count += len(found)
        self.bad_rows += len({fault.row for fault in found})
        self.errors = _listed(self.errors, found)

    def warn(self, warnings: Iterable[RowFault]) -> None:
        """Count and list what somebody should look at; the rows were taken, or were there."""
        found = list(warnings)
        self.warning_count += len(found)
        self.warnings = _listed(self.warnings, found)


def _listed(before: list[ErrorOut], found: list[RowFault]) -> list[ErrorOut]:
    new = [
        ErrorOut(row=each.row, column=each.column, reason=each.reason) for each in found[: MOST_LISTED * 2]
    ]
    return sorted([*before, *new], key=lambda each: each.row)[:MOST_LISTED]
