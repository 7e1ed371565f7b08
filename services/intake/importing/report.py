"""What an import gives back."""

from uuid import UUID

from pydantic import Field

from shared.spreadsheets.report import RowReport

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


class Report(RowReport):
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
    left: int = _count("left")
    closed: int = _count("closed")
    twice: int = _count("twice")
    held: int = _count("held")
    unsure: int = _count("unsure")
    words: dict[str, str] = Field(default=FIGURES, description="what each count is, in words")
