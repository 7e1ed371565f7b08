"""Attendance in minutes, and who gets a certificate."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True)
class Attended:
    """How many minutes somebody attended of those that were held for them."""

    minutes: int
    held: int

    def certified(self, percent: int) -> bool:
        """A certificate is for whoever attended at least so many percent. Of nothing nobody gets one.

        Whole numbers: 799 of 1,000 minutes are not 80 %, 800 are.
        """
        return self.held > 0 and self.minutes * 100 >= self.held * percent


@dataclass(frozen=True)
class Held:
    """A lesson that was held: what a learner of the course attended of it, by place; who is not there was absent."""

    on_day: date
    minutes: int
    by_place: Mapping[UUID, int]


def attended(place_id: UUID, starts_on: date, lessons: Iterable[Held]) -> Attended:
    """What a place attended. What was held before its first day does not count, nor what was missed by the teacher."""
    mine = [each for each in lessons if each.on_day >= starts_on]
    return Attended(sum(each.by_place.get(place_id, 0) for each in mine), sum(each.minutes for each in mine))
