"""What an import gives back."""

from collections.abc import Iterable

from pydantic import BaseModel, Field

from shared.spreadsheets.cells import RowFault

MOST_LISTED = 1000


class ErrorOut(BaseModel):
    """Why a row was not taken, without what stood in it."""

    row: int = Field(description="as a spreadsheet numbers them: the heading is row 1")
    column: str | None
    reason: str


class Report(BaseModel):
    """What became of a register; with `dry_run` what would become of it, and nothing was changed."""

    dry_run: bool
    rows: int = Field(default=0, description="rows with something in them")
    people: int = Field(default=0, description="newly registered")
    households: int = Field(default=0, description="newly registered")
    joined: int = Field(
        default=0, description="of the people: those who joined a household registered before"
    )
    already_there: int = Field(default=0, description="people who had been registered before")
    error_count: int = 0
    bad_rows: int = Field(default=0, description="rows that were not taken")
    errors: list[ErrorOut] = Field(default=[], description=f"the first {MOST_LISTED} of them")

    def blame(self, faults: Iterable[RowFault]) -> None:
        """Count and list the faults of rows; all faults of a row are given in one call."""
        found = list(faults)
        self.error_count += len(found)
        self.bad_rows += len({fault.row for fault in found})
        room = max(MOST_LISTED - len(self.errors), 0)
        listed = sorted(found, key=lambda fault: fault.row)[:room]
        self.errors += [ErrorOut(row=each.row, column=each.column, reason=each.reason) for each in listed]
