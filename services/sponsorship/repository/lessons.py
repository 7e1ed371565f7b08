"""Settlement requests as last heard of, learners, courses and places. Whoever changes them has the book of lessons."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, delete, insert, literal, or_, select, text
from sqlalchemy import update as update_of
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.attendance import Held
from services.sponsorship.domain.courses import Course, CourseState, LessonState
from services.sponsorship.domain.lessons import Place, Request, Waiting
from services.sponsorship.repository.among import among
from services.sponsorship.tables import (
    ATTENDANCE,
    CLOSED_HOUSEHOLD,
    COURSE,
    LEARNER,
    LESSON,
    LESSON_PLACE,
    SETTLEMENT,
)
from shared.contracts.sponsorship import LessonStatus
from shared.database.writes import Writes

_PLACE = [each.name for each in fields(Place)]
_COURSE = [each.name for each in fields(Course)]
_TAKEN = text("""
    UPDATE course SET taken = counted.taken FROM (
        SELECT course.id, count(lesson_place.id) AS taken FROM course
        LEFT JOIN lesson_place ON lesson_place.course_id = course.id AND lesson_place.state IN ('placed', 'finished')
        WHERE course.id = ANY(:ids) GROUP BY 1) counted
    WHERE counted.id = course.id
""")


def place_in(row: RowMapping) -> Place:
    values = {name: row[name] for name in _PLACE}
    return Place(**{**values, "state": LessonStatus(row["state"])})


def course_in(row: RowMapping) -> Course:
    return Course(**{name: row[name] for name in _COURSE})


def request_in(row: RowMapping) -> Request:
    return Request(
        row["id"],
        row["household_id"],
        row["household_version"],
        frozenset(row["member_ids"]),
        row["asked_on"],
        row["wished"],
    )


async def requests_of(session: AsyncSession, members: Collection[UUID]) -> list[Request]:
    """All requests that name some of these."""
    row = SETTLEMENT.c
    some = row.member_ids.op("&&")(literal(sorted(members), ARRAY(Uuid)))
    query = select(SETTLEMENT).where(some, row.version > 0)
    return [request_in(each) for each in (await session.execute(query)).mappings()]


async def members_of(session: AsyncSession, households: Collection[UUID]) -> set[UUID]:
    """Everybody whom a request of these households names."""
    query = select(SETTLEMENT.c.member_ids).where(among(SETTLEMENT.c.household_id, households))
    return {each for ids in await session.scalars(query) for each in ids}


async def closed_in(session: AsyncSession, households: Iterable[UUID]) -> dict[UUID, int]:
    """In which version each of these was closed last; those that never were are left out."""
    row = CLOSED_HOUSEHOLD.c
    found = await session.execute(select(row.id, row.version).where(among(row.id, households)))
    return {each.id: each.version for each in found}


async def learners(session: AsyncSession, members: Collection[UUID]) -> dict[UUID, RowMapping]:
    """Those of these who are learners."""
    query = select(LEARNER).where(among(LEARNER.c.id, members))
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


async def places_of(session: AsyncSession, members: Collection[UUID]) -> list[Place]:
    """All places that these have or had, the oldest first."""
    row = LESSON_PLACE.c
    query = select(LESSON_PLACE).where(among(row.member_id, members)).order_by(row.id)
    return [place_in(each) for each in (await session.execute(query)).mappings()]


async def place(session: AsyncSession, place_id: UUID) -> Place | None:
    """A place; None if there is none."""
    found = await session.execute(select(LESSON_PLACE).where(LESSON_PLACE.c.id == place_id))
    row = found.mappings().first()
    return place_in(row) if row else None


async def places_in(session: AsyncSession, course_id: UUID) -> list[Place]:
    """Who is placed in a course now."""
    row = LESSON_PLACE.c
    query = select(LESSON_PLACE).where(row.course_id == course_id, row.state == LessonStatus.PLACED.value)
    return [place_in(each) for each in (await session.execute(query.order_by(row.id))).mappings()]


async def waiting(session: AsyncSession) -> list[Waiting]:
    """Everybody who waits, who waits longest first."""
    row = LESSON_PLACE.c
    query = (
        select(LESSON_PLACE, LEARNER.c.level, SETTLEMENT.c.region)
        .join(LEARNER, LEARNER.c.id == row.member_id)
        .join(SETTLEMENT, SETTLEMENT.c.id == row.request_id)
        .where(row.state == LessonStatus.WAITING.value)
        .order_by(row.waiting_since, row.id)
    )
    found = (await session.execute(query)).mappings()
    return [Waiting(place_in(each), each["level"], each["region"]) for each in found]


async def open_courses(session: AsyncSession) -> list[Course]:
    """Those that are planned or go on, in the order in which they begin."""
    row = COURSE.c
    query = select(COURSE).where(row.state == CourseState.OPEN.value).order_by(row.starts_on, row.id)
    return [course_in(each) for each in (await session.execute(query)).mappings()]


async def courses(session: AsyncSession, ids: Collection[UUID]) -> list[Course]:
    """These courses, whatever became of them."""
    query = select(COURSE).where(among(COURSE.c.id, ids))
    return [course_in(each) for each in (await session.execute(query)).mappings()] if ids else []


async def course(session: AsyncSession, course_id: UUID) -> RowMapping | None:
    """A course; None if there is none."""
    return (await session.execute(select(COURSE).where(COURSE.c.id == course_id))).mappings().first()


def save_places(writes: Writes, places: Iterable[Place], known: Collection[UUID]) -> None:
    """Write places; those of which the ids are not known are new."""
    rows = [{name: getattr(each, name) for name in _PLACE} | {"state": each.state.value} for each in places]
    writes.insert(LESSON_PLACE, [row for row in rows if row["id"] not in known])
    writes.change(LESSON_PLACE, [row for row in rows if row["id"] in known])


async def count_taken(session: AsyncSession, courses: Collection[UUID]) -> None:
    """Count the places of these courses that are taken. The database refuses more than there are."""
    if courses:
        await session.execute(_TAKEN, {"ids": sorted(courses)})


async def end_before(session: AsyncSession, day: date) -> list[UUID]:
    """Finish the courses whose last day is before this one; gives which."""
    ended = update_of(COURSE).where(COURSE.c.state == CourseState.OPEN.value, COURSE.c.ends_on < day)
    return sorted(
        await session.scalars(ended.values(state=CourseState.FINISHED.value).returning(COURSE.c.id))
    )


async def set_course(session: AsyncSession, course_id: UUID, **values: Any) -> None:
    """Give a course new values."""
    await session.execute(update_of(COURSE).where(COURSE.c.id == course_id).values(**values))


async def lesson_of(session: AsyncSession, lesson_id: UUID) -> RowMapping | None:
    """A lesson; None if there is none."""
    return (await session.execute(select(LESSON).where(LESSON.c.id == lesson_id))).mappings().first()


async def lessons_of(session: AsyncSession, course_id: UUID) -> list[RowMapping]:
    """The lessons of a course in the order of their days."""
    row = LESSON.c
    query = select(LESSON).where(row.course_id == course_id).order_by(row.on_day, row.id)
    return list((await session.execute(query)).mappings())


async def places_on(session: AsyncSession, lesson: RowMapping) -> dict[UUID, UUID]:
    """The places of those who could have attended a lesson, by member; of two of one member the later one.

    Who left before the day could not; who left on it could.
    """
    row = LESSON_PLACE.c
    query = select(row.member_id, row.id).where(
        row.course_id == lesson["course_id"],
        row.starts_on <= lesson["on_day"],
        or_(row.ended_on.is_(None), row.ended_on >= lesson["on_day"]),
    )
    return {each.member_id: each.id for each in await session.execute(query.order_by(row.id))}


async def save_attendance(
    session: AsyncSession, lesson_id: UUID, minutes: Mapping[UUID, int], actor: str
) -> None:
    """Write what each place attended of a lesson, in the place of what was written before."""
    await session.execute(delete(ATTENDANCE).where(ATTENDANCE.c.lesson_id == lesson_id))
    rows = [
        {"lesson_id": lesson_id, "place_id": key, "minutes": each, "actor": actor}
        for key, each in minutes.items()
    ]
    if rows:
        await session.execute(insert(ATTENDANCE).values(rows))


async def held(session: AsyncSession, course_ids: Collection[UUID]) -> Mapping[UUID, list[Held]]:
    """The lessons of courses that were held, with who attended them, by course."""
    row = LESSON.c
    query = (
        select(row.course_id, row.id, row.on_day, row.minutes, ATTENDANCE.c.place_id, ATTENDANCE.c.minutes)
        .outerjoin(ATTENDANCE, ATTENDANCE.c.lesson_id == row.id)
        .where(among(row.course_id, course_ids), row.state == LessonState.HELD.value)
    )
    lessons: dict[UUID, tuple[UUID, date, int, dict[UUID, int]]] = {}
    for course_id, lesson_id, on_day, minutes, place_id, came in await session.execute(query):
        _, _, _, by_place = lessons.setdefault(lesson_id, (course_id, on_day, minutes, {}))
        if place_id:
            by_place[place_id] = came
    found: dict[UUID, list[Held]] = {each: [] for each in course_ids}
    for course_id, on_day, minutes, by_place in lessons.values():
        found[course_id].append(Held(on_day, minutes, by_place))
    return found
