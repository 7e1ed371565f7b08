"""What the NGO can set of how children are placed."""

from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Rules:
    """`hold_days` is how long a hold keeps a child if nobody chose its end, `most_hold_days` how far ahead somebody may
    choose it; with `by_itself` gifts are given children without anybody asking; a child is at risk once
    `most_uncovered` months of its gift are covered no longer; and a gift whose child is not helped any more gets no
    other one by itself for `back_days`.
    """

    zone: ZoneInfo
    hold_days: int = 14
    most_uncovered: int = 2
    by_itself: bool = True
    most_hold_days: int = 90
    back_days: int = 14

    def kept_since(self, today: date) -> date:
        """The day after which a child left for whom a place is still kept today."""
        return today - timedelta(days=self.back_days)
