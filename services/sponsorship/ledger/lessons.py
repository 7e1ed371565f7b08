"""The book of lessons: the block in which a unit changes who waits, who has a place, and how many places there are.

    async with LessonBook.open(unit, late_days) as book:
        book.touch(member_ids)
    # each of them stands as the requests say; free places went to those who wait; what changed is said

One unit at a time has the book. If a course and a learner each had a lock of its own, a course that is opened while a
learner is heard of would see no learner, and the learner no course: the place would stay free, and the learner wait.
"""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Self
from uuid import UUID

from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.sponsorship.domain.lessons import Place, fill, follow
from services.sponsorship.repository import lessons
from services.sponsorship.tables import LEARNER
from shared.contracts.sponsorship import LessonPlaceChanged
from shared.messaging.unit import Unit

_ALONE = text("SELECT pg_advisory_xact_lock(20060921)")


@dataclass
class LessonBook:
    """What a unit that has the book changes. A course that has begun is joined up to `late_days` after its first."""

    unit: Unit
    late_days: int
    touched: set[UUID] = field(default_factory=set)
    decided: dict[UUID, Place] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def open(cls, unit: Unit, late_days: int) -> AsyncIterator[Self]:
        """Wait for the book; at the end of the block everything is settled, written and said."""
        await unit.session.execute(_ALONE)
        book = cls(unit, late_days)
        yield book
        await book._settle()

    def touch(self, members: Iterable[UUID]) -> None:
        """What is known of the requests of these has changed."""
        self.touched.update(members)

    def decide(self, *places: Place) -> None:
        """Somebody decided this of these places."""
        self.decided |= {each.id: each for each in places}

    async def _settle(self) -> None:
        members = self.touched | {each.member_id for each in self.decided.values()}
        before = {each.id: each for each in await lessons.places_of(self.unit.session, members)}
        changed = dict(self.decided)
        for place in await self._followed(list((before | changed).values())):
            changed[place.id] = place
        await self._write(before, changed)
        waiting = await lessons.waiting(self.unit.session)
        courses = await lessons.open_courses(self.unit.session) if waiting else []
        filled = {each.id: each for each in fill(waiting, courses, self.unit.today, self.late_days)}
        await self._write({each.place.id: each.place for each in waiting}, filled)
        await self._say(before, changed | filled)

    async def _followed(self, places: Iterable[Place]) -> list[Place]:
        """What the requests make of the places of those who were touched."""
        session, by_member = self.unit.session, {each: list[Place]() for each in self.touched}
        if not self.touched:
            return []
        for place in places:
            by_member.setdefault(place.member_id, []).append(place)
        requests = await lessons.requests_of(session, self.touched)
        closed = await lessons.closed_in(session, (each.household_id for each in requests))
        today = self.unit.today
        followed = (
            follow(each, by_member[each], requests, closed, today, uuid7()) for each in sorted(self.touched)
        )
        return [each for each in followed if each]

    async def _write(self, before: dict[UUID, Place], after: dict[UUID, Place]) -> None:
        members = {each.member_id for each in after.values()}
        known = await lessons.learners(self.unit.session, members)
        self.unit.writes.insert(LEARNER, [{"id": each} for each in sorted(members - known.keys())])
        # Those that end make room for those that begin: a learner has one open place in each statement.
        ending = [each for each in after.values() if not each.open]
        lessons.save_places(self.unit.writes, ending, before.keys())
        lessons.save_places(self.unit.writes, [each for each in after.values() if each.open], before.keys())
        places = [*after.values(), *(before[each] for each in after.keys() & before.keys())]
        courses = {each.course_id for each in places if each.course_id}
        await lessons.count_taken(self.unit.session, courses)

    async def _say(self, before: dict[UUID, Place], after: dict[UUID, Place]) -> None:
        """Each learner of whose place something changed that others are told; of two places the later one counts."""
        news = {
            each.member_id: each
            for each in sorted(after.values(), key=lambda each: (each.open, each.id))
            if each.id not in before or _told(before[each.id]) != _told(each)
        }
        known = await lessons.learners(self.unit.session, news)
        wanted = {each.course_id for each in news.values() if each.course_id}
        codes = {each.id: each.code for each in await lessons.courses(self.unit.session, wanted)}
        for member_id in sorted(news):
            place, version = news[member_id], known[member_id]["version"] + 1
            self.unit.writes.change(LEARNER, [{"id": member_id, "version": version}])
            code = codes.get(place.course_id) if place.course_id else None
            self.unit.say(_fact(place, version, code, self.unit.today))


def _told(place: Place) -> tuple[object, ...]:
    """What others are told of a place."""
    return place.request_id, place.household_id, place.state, place.course_id, place.starts_on


def _fact(place: Place, version: int, course: str | None, today: date) -> LessonPlaceChanged:
    return LessonPlaceChanged(
        request_id=place.request_id,
        member_id=place.member_id,
        household_id=place.household_id,
        version=version,
        status=place.state.value,
        course=course,
        starts_on=place.starts_on,
        on=today,
    )
