"""Courses in a language: terms, the days of their lessons, and the day on which a missed lesson is made up for."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.sponsorship import LEVELS

BEGINNER = LEVELS[0]
"""The level of a learner whom nobody has tested yet."""
ONE_DAY = timedelta(days=1)
MAKE_UP_DAYS = 14
"""A missed lesson is made up for at most so many days after the course would have ended."""


class CourseState(StrEnum):
    """What becomes of a course."""

    OPEN = "open"
    """It is planned, or goes on."""
    FINISHED = "finished"
    CANCELLED = "cancelled"


class LessonState(StrEnum):
    """What becomes of a lesson."""

    PLANNED = "planned"
    HELD = "held"
    MISSED = "missed"
    """The teacher was absent: it counts for nobody."""


@dataclass(frozen=True)
class Term:
    """A part of the year in which a course goes on, first and last day included. Terms count from 1."""

    number: int
    starts_on: date
    ends_on: date

    @property
    def days(self) -> list[date]:
        return [self.starts_on + ONE_DAY * each for each in range((self.ends_on - self.starts_on).days + 1)]


@dataclass(frozen=True)
class Course:
    """A course of one term for one level, with so many `places`, of which `taken` are."""

    id: UUID
    code: str
    term: int
    level: str
    places: int
    taken: int
    starts_on: date
    ends_on: date
    region: str | None
    online: bool

    @property
    def free(self) -> int:
        return self.places - self.taken

    def can_be_joined(self, today: date, late_days: int) -> bool:
        """Somebody new can still follow it: it has not begun, or did at most so many days ago."""
        return today <= min(self.starts_on + ONE_DAY * late_days, self.ends_on)

    def suits(self, level: str, region: str) -> bool:
        """It is for learners of this level, where they live or over the net."""
        return self.level == level and (self.online or self.region == region)


def terms(first_day: date, count: int, days: int) -> list[Term]:
    """So many terms of so many days each, one right after the other. With 2 of 60 days from 2007-01-01 on, the second
    begins on 2007-03-02.
    """
    starts = (first_day + ONE_DAY * days * each for each in range(count))
    return [Term(number, start, start + ONE_DAY * (days - 1)) for number, start in enumerate(starts, 1)]


def lesson_days(term: Term, weekdays: Collection[int], days_off: Collection[date]) -> list[date]:
    """The days of a term with a lesson; Monday is weekday 0."""
    return [each for each in term.days if each.weekday() in weekdays and each not in days_off]


def make_up_day(missed: date, lessons: Iterable[date], ends_on: date) -> date | None:
    """The first day after a missed lesson that has none and is a weekday on which the course has lessons.

    It may lie a little after the end of the course; None if there is no such day.
    """
    taken = set(lessons) | {missed}
    weekdays = {each.weekday() for each in taken}
    day = missed + ONE_DAY
    while day <= ends_on + ONE_DAY * MAKE_UP_DAYS:
        if day.weekday() in weekdays and day not in taken:
            return day
        day += ONE_DAY
    return None
