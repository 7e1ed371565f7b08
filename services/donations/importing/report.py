"""What the import of gifts gives back."""

from uuid import UUID

from pydantic import BaseModel, Field

from services.donations.domain.money import Money, written
from shared.spreadsheets.report import RowReport

FIGURES = {
    "rows": "rows read",
    "gifts": "gifts booked",
    "new_donors": "donors written down",
    "already_there": "gifts that were booked before",
    "bad_rows": "rows not taken",
}
"""The words for the counts, which is how the API describes them and the command line shows them."""


def _count(name: str) -> int:
    return Field(default=0, description=FIGURES[name])


class Sum(BaseModel):
    """What the booked gifts of one currency come to: to be compared with the bank's own sum."""

    currency: str
    minor: int
    words: str = Field(examples=["JPY 1,000"])


class Report(RowReport):
    """What became of a list of gifts; with `dry_run` what would become of it, and nothing was changed.

    Each row is one of three: a gift booked, a gift that was booked before, or not taken.
    """

    dry_run: bool
    import_id: UUID | None = None
    rows: int = _count("rows")
    gifts: int = _count("gifts")
    new_donors: int = _count("new_donors")
    already_there: int = _count("already_there")
    sums: list[Sum] = Field(default=[], description="what was booked, by currency")
    words: dict[str, str] = Field(default=FIGURES, description="what each count is, in words")

    def add(self, amount: Money) -> None:
        """Count a gift that was booked."""
        self.gifts += 1
        before = next((each.minor for each in self.sums if each.currency == amount.currency), 0)
        more = before + amount.minor
        others = [each for each in self.sums if each.currency != amount.currency]
        now = Sum(currency=amount.currency, minor=more, words=written(more, amount.currency))
        self.sums = sorted([*others, now], key=lambda each: each.currency)
