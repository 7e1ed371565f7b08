"""Courses, lessons and learners as they are shown, and what of them counts for the plan."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.attendance import Attended, attended
from services.sponsorship.domain.lessons import Waiting, Why, why_waits
from services.sponsorship.repository import lessons
from services.sponsorship.repository.lessons import place_in
from services.sponsorship.tables import COURSE, HELPER_NEED, LEARNER, LESSON_PLACE, SETTLEMENT
from shared.contracts.sponsorship import LessonStatus
from shared.messaging.day import today_of

_FIGURES = text("""
    SELECT count(*) FILTER (WHERE state = 'waiting') AS lessons_waiting,
           count(*) FILTER (WHERE state = 'finished') AS lessons_finished
    FROM lesson_place
""")


async def figures(session: AsyncSession) -> Mapping[str, int]:
    """What was reached of the plan, by measure."""
    return {name: int(count) for name, count in (await session.execute(_FIGURES)).mappings().one().items()}


async def courses(
    session: AsyncSession, state: str | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Courses in the order in which they were planned, each with how many of its teachers were found."""
    row, need = COURSE.c, HELPER_NEED.c
    teachers = (need.wanted.label("teachers"), need.found, need.status.label("help"), need.reason)
    query = (
        select(COURSE, *teachers).join(HELPER_NEED, need.course_id == row.id).order_by(row.id).limit(limit)
    )
    if state:
        query = query.where(row.state == state)
    if after:
        query = query.where(row.id > after)
    return (await session.execute(query)).mappings().all()


@dataclass(frozen=True)
class Wanted:
    """Which learners; None takes all."""

    status: LessonStatus | None = None
    course_id: UUID | None = None
    member_id: UUID | None = None


@dataclass(frozen=True)
class Learner:
    """A place as it is shown: with what was attended, and why somebody still waits."""

    row: RowMapping
    attended: Attended
    why: Why | None


def _places(wanted: Wanted) -> Select[tuple[object, ...]]:
    row, learner = LESSON_PLACE.c, LEARNER.c
    of_them = (learner.level, learner.tested_on, learner.test_version, learner.childcare)
    query = (
        select(LESSON_PLACE, *of_them, SETTLEMENT.c.region)
        .join(LEARNER, learner.id == row.member_id)
        .join(SETTLEMENT, SETTLEMENT.c.id == row.request_id)
    )
    if wanted.status:
        query = query.where(row.state == wanted.status.value)
    if wanted.course_id:
        query = query.where(row.course_id == wanted.course_id)
    if wanted.member_id:
        query = query.where(row.member_id == wanted.member_id)
    return query


async def learners(
    session: AsyncSession, late_days: int, wanted: Wanted, limit: int, after: UUID | None = None
) -> list[Learner]:
    """Places, open and ended, in the order of their ids."""
    row = LESSON_PLACE.c
    query = _places(wanted).order_by(row.id).limit(limit)
    found = (await session.execute(query.where(row.id > after) if after else query)).mappings().all()
    return await _shown(session, late_days, found)


async def line(session: AsyncSession, late_days: int) -> list[Learner]:
    """The waiting list, who waits longest first: at most the first 500."""
    row = LESSON_PLACE.c
    query = _places(Wanted(LessonStatus.WAITING)).order_by(row.waiting_since, row.id).limit(500)
    return await _shown(session, late_days, (await session.execute(query)).mappings().all())


async def _shown(session: AsyncSession, late_days: int, rows: Sequence[RowMapping]) -> list[Learner]:
    held = await lessons.held(session, {row["course_id"] for row in rows if row["course_id"]})
    is_waiting = any(row["state"] == LessonStatus.WAITING for row in rows)
    courses_open = await lessons.open_courses(session) if is_waiting else []
    today = await today_of(session)

    def shown(row: RowMapping) -> Learner:
        place = place_in(row)
        came = attended(place.id, place.starts_on or date.max, held.get(row["course_id"], ()))
        waits = place.state is LessonStatus.WAITING
        one = Waiting(place, row["level"], row["region"])
        return Learner(row, came, why_waits(one, courses_open, today, late_days) if waits else None)

    return [shown(row) for row in rows]
