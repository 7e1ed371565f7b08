"""Learners: who wants lessons, who waits, and who gets a place.

Who wants lessons follows from settlement requests and closed households alone, in whatever order they are heard. Who
has a place also follows from what people decided, and from who was there first.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.sponsorship.domain.courses import Course
from shared.contracts.sponsorship import LessonStatus


class Left(StrEnum):
    """Why a learner has left. The first two follow from facts: if those change, the learner is back by itself."""

    WITHDRAWN = "withdrawn"
    """The request was withdrawn, or no longer has this learner or this wish."""
    HOUSEHOLD_CLOSED = "household_closed"
    FOUND_WORK = "found_work"
    MOVED = "moved"
    ILL = "ill"
    CHILDCARE = "childcare"
    OTHER = "other"


BY_FACTS = frozenset({Left.WITHDRAWN.value, Left.HOUSEHOLD_CLOSED.value})


@dataclass(frozen=True)
class Request:
    """A settlement request as it was heard last, as far as lessons go. It was `asked_on` the earliest day of any of its
    facts. `household_version` is the household's when it was asked.
    """

    id: UUID
    household_id: UUID
    household_version: int
    member_ids: frozenset[UUID]
    asked_on: date
    wished: bool

    def lives(self, closed_in: int) -> bool:
        """Lessons are wanted, and the household was not closed in a later version."""
        return self.wished and closed_in <= self.household_version


@dataclass(frozen=True)
class Place:
    """A learner's place, or place in the waiting list; `again` is one that was given anew to who had left.

    `waiting_since` stays as it is when somebody loses a place through no doing of their own.
    """

    id: UUID
    member_id: UUID
    household_id: UUID
    request_id: UUID
    state: LessonStatus
    waiting_since: date
    again: bool = False
    course_id: UUID | None = None
    starts_on: date | None = None
    ended_on: date | None = None
    reason: str = ""

    @property
    def open(self) -> bool:
        return self.state in (LessonStatus.WAITING, LessonStatus.PLACED)

    @property
    def line(self) -> tuple[date, UUID]:
        """Its place in line: who waits longest comes first."""
        return self.waiting_since, self.id

    def left(self, reason: str, today: date) -> "Place":
        return replace(self, state=LessonStatus.LEFT, reason=reason, ended_on=today)

    def waits_again(self) -> "Place":
        """The course is gone, or is no longer the right one; the waiting time is as before."""
        return replace(self, state=LessonStatus.WAITING, course_id=None, starts_on=None)


def follow(
    member_id: UUID,
    places: Sequence[Place],
    requests: Iterable[Request],
    closed: Mapping[UUID, int],
    today: date,
    new_id: UUID,
) -> Place | None:
    """What a learner's place becomes by the requests as they are now; None if nothing changes.

    `closed` has the version in which each household was closed last.
    """
    asked = [each for each in requests if member_id in each.member_ids]
    live = sorted(
        (each for each in asked if each.lives(closed.get(each.household_id, 0))),
        key=lambda each: (each.asked_on, each.id),
    )
    now = next((each for each in places if each.open), None)
    if now is None:
        wanted = next((each for each in live if not _served(each, places)), None)
        return _waiting(new_id, member_id, wanted) if wanted else None
    mine = next((each for each in live if each.id == now.request_id), live[0] if live else None)
    if mine is None:
        shut = {each.id for each in asked if each.wished}
        reason = Left.HOUSEHOLD_CLOSED if now.request_id in shut else Left.WITHDRAWN
        return now.left(reason.value, today)
    since = now.waiting_since if now.again else mine.asked_on
    after = replace(now, request_id=mine.id, household_id=mine.household_id, waiting_since=since)
    return after if after != now else None


def _waiting(new_id: UUID, member_id: UUID, wanted: Request) -> Place:
    return Place(new_id, member_id, wanted.household_id, wanted.id, LessonStatus.WAITING, wanted.asked_on)


def _served(request: Request, places: Iterable[Place]) -> bool:
    """The learner has finished or left, by somebody's decision, since it was asked."""
    ended = (each for each in places if not each.open and each.reason not in BY_FACTS)
    return any(
        each.request_id == request.id or (each.ended_on or date.min) >= request.asked_on for each in ended
    )


@dataclass(frozen=True)
class Waiting:
    """Somebody in the waiting list, with what decides which course fits."""

    place: Place
    level: str
    region: str


def fill(waiting: Iterable[Waiting], courses: Collection[Course], today: date, late_days: int) -> list[Place]:
    """The places that those who wait get, who waits longest first. Each in the course that begins first of those that
    fit, have a place left, and can still be joined.
    """
    free = {each.id: each.free for each in courses if each.can_be_joined(today, late_days)}
    in_order = sorted(
        (each for each in courses if each.id in free), key=lambda each: (each.starts_on, each.id)
    )
    placed = []
    for one in sorted(waiting, key=lambda each: each.place.line):
        fitting = (each for each in in_order if each.suits(one.level, one.region) and free[each.id] > 0)
        if course := next(fitting, None):
            free[course.id] -= 1
            placed.append(
                replace(
                    one.place,
                    state=LessonStatus.PLACED,
                    course_id=course.id,
                    starts_on=max(course.starts_on, today),
                )
            )
    return placed


class Why(StrEnum):
    """Why somebody still waits."""

    NO_COURSE = "no_course"
    """There is no course of this level there that can still be joined."""
    FULL = "full"


def why_waits(one: Waiting, courses: Iterable[Course], today: date, late_days: int) -> Why:
    """Why somebody has no place yet."""
    fitting = (each for each in courses if each.suits(one.level, one.region))
    return Why.FULL if any(each.can_be_joined(today, late_days) for each in fitting) else Why.NO_COURSE
