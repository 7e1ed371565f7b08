"""Grams by the date up to which they may be eaten: first to expire, first eaten; past its date, by nobody.

A larder of 3,000 g until the 3rd and 1,000 g that keep, from which 500 g are taken each day: after the 3rd day 1,500 g
are thrown out, and the 1,000 g that keep feed the 4th and the 5th.
"""

from collections.abc import Iterable
from datetime import date

Dated = tuple[date, int]
"""The last day on which grams may be eaten, and how many. `date.max` keeps."""

KEEPS = date.max


class Larder:
    """What is left of some lots of food while days go by. It changes: each use makes its own."""

    def __init__(self, dated: Iterable[Dated]) -> None:
        dated = list(dated)
        if any(grams < 0 for _, grams in dated):
            raise ValueError("nobody has less than nothing")
        # The first to expire stands last, where a list gives it up at once.
        self._lots = sorted(((day.toordinal(), grams) for day, grams in dated if grams), reverse=True)
        self.left = sum(grams for _, grams in self._lots)

    def spoil(self, day: int) -> int:
        """Throw out what is past its date on `day` (an ordinal); returns how much that was."""
        before = self.left
        while self._lots and self._lots[-1][0] < day:
            self.left -= self._lots.pop()[1]
        return before - self.left

    def take(self, grams: int) -> int:
        """Take so much, the first to expire first; returns what was there of it."""
        taken = min(grams, self.left)
        self.left -= taken
        rest = taken
        while rest:
            day, here = self._lots.pop()
            if here > rest:
                self._lots.append((day, here - rest))
            rest -= min(here, rest)
        return taken

    def put(self, day: date, grams: int) -> None:
        """More comes in."""
        self.left += grams
        self._lots = sorted([*self._lots, (day.toordinal(), grams)], reverse=True)


def larder_of(total: int, dated: Iterable[Dated] = ()) -> Larder:
    """So many grams, of which those that are `dated` expire; what they are more than the total is gone already."""
    dated = list(dated)
    expiring = sum(grams for _, grams in dated)
    larder = Larder([*dated, (KEEPS, max(0, total - expiring))])
    larder.take(max(0, expiring - total))
    return larder
