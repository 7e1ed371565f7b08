"""What the import of guests gives back."""

from uuid import UUID

from pydantic import Field

from shared.spreadsheets.report import RowReport

FIGURES = {
    "rows": "rows read",
    "seated": "guests who have a seat now",
    "waiting": "guests who wait for one",
    "already_there": "guests who had a seat or a place before",
    "bad_rows": "rows not taken",
}
"""The words for the counts."""


def _count(name: str) -> int:
    return Field(default=0, description=FIGURES[name])


class Report(RowReport):
    """What became of a list of guests; with `dry_run` what would become of it, and nothing was changed."""

    dry_run: bool
    import_id: UUID | None = None
    rows: int = _count("rows")
    seated: int = _count("seated")
    waiting: int = _count("waiting")
    already_there: int = _count("already_there")
    words: dict[str, str] = Field(default=FIGURES, description="what each count is, in words")
