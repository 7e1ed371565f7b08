"""What an import says of the rows of a file, without what stood in them."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from shared.spreadsheets.cells import RowFault

MOST_LISTED = 1000


class ErrorOut(BaseModel):
    """Why a row was not taken, or what somebody should look at, without what stood in it."""

    row: int = Field(description="as a spreadsheet numbers them: the heading is row 1")
    column: str | None
    reason: str


class RowReport(BaseModel):
    """The rows of a file that were not taken, and those that somebody should look at."""

    bad_rows: int = Field(default=0, description="rows not taken")
    error_count: int = 0
    errors: list[ErrorOut] = Field(default=[], description=f"the first {MOST_LISTED} of them, by row")
    warning_count: int = 0
    warnings: list[ErrorOut] = Field(
        default=[], description=f"what to look at, the first {MOST_LISTED}, by row"
    )

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
