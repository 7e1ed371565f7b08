"""Courses and their lessons: planned, held, missed, made up for."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_COURSE
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, OfVersion, SponsorshipSettings
from services.sponsorship.commands import courses as commands
from services.sponsorship.domain.courses import CourseState, LessonState
from services.sponsorship.queries import lessons as lists
from services.sponsorship.repository import lessons
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/courses", tags=["lessons"])
Level = Literal["a1", "a2", "b1", "b2", "c1", "c2"]
Places = Annotated[int, Field(ge=1, le=500)]


class CourseOut(BaseModel):
    """A course of one term. `found` of its `teachers` are found; why not, `reason` says by a code."""

    course_id: UUID
    version: int = Field(description="whoever changes the places names it")
    code: str
    term: int
    level: str
    places: int
    taken: int
    starts_on: date
    ends_on: date
    region: str | None
    online: bool
    state: str
    teachers: int
    found: int
    help: str = Field(description="what became of the search for teachers; empty if nothing was heard yet")
    reason: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            course_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "course_id"}
        )


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, state: CourseState | None = None, limit: Limit = 100, after: After = None
) -> Page[CourseOut]:
    """Courses in the order in which they were planned."""
    found = await lists.courses(session, state.value if state else None, limit + 1, place_of(after))
    return page_of(found, limit, CourseOut.of, lambda row: row["id"])


class NewCourse(Body):
    """A course in terms that follow each other; by default two of 60 days, with a lesson on each weekday."""

    code: Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$", examples=["japanese_a1_2007"])]
    level: Level
    places: Places
    teachers: Annotated[int, Field(ge=1, le=20)] = 1
    first_day: Day
    terms: Annotated[int, Field(ge=1, le=6)] = 2
    term_days: Annotated[int, Field(ge=7, le=200)] = 60
    weekdays: Annotated[
        frozenset[Annotated[int, Field(ge=0, le=6)]],
        Field(min_length=1, description="on which there is a lesson; Monday is 0"),
    ] = frozenset(range(5))
    days_off: Annotated[frozenset[Day], Field(max_length=200, description="holidays of the place")] = (
        frozenset()
    )
    minutes: Annotated[int, Field(ge=10, le=600, description="of each lesson")] = 120
    region: Annotated[str | None, Field(max_length=40, pattern=r"^[a-z0-9-]+$")] = None
    online: bool = False

    def plan(self) -> commands.Plan:
        return commands.Plan(**{name: getattr(self, name) for name in NewCourse.model_fields})


class Planned(BaseModel):
    """The courses that were planned, one a term."""

    course_ids: list[UUID]


@router.post("", status_code=201, dependencies=[SPONSORSHIP])
async def plan(body: NewCourse, work: Work, settings: SponsorshipSettings) -> Planned:
    """Plan a course. Its teachers are asked of events, and those who wait get its places."""

    async def do(unit: Unit) -> Planned | Refused:
        done = await commands.plan(unit, settings.lesson_late_days, body.plan())
        return shown(done, lambda ids: Planned(course_ids=ids))

    return await work.once(Planned, do)


class Changed(BaseModel):
    """Which course was changed."""

    course_id: UUID


class NewPlaces(OfVersion):
    """How many places a course has."""

    places: Places


@router.post("/{course_id}/places", dependencies=[SPONSORSHIP])
async def set_places(course_id: UUID, body: NewPlaces, work: Work, settings: SponsorshipSettings) -> Changed:
    """The course has more or fewer places; new ones go to those who wait."""

    late_days = settings.lesson_late_days

    async def do(unit: Unit) -> Changed | Refused:
        done = await commands.set_places(unit, late_days, course_id, body.version, body.places)
        return shown(done, lambda each: Changed(course_id=each))

    return await work.once(Changed, do)


@router.post("/{course_id}/cancel", dependencies=[SPONSORSHIP])
async def cancel(course_id: UUID, work: Work, settings: SponsorshipSettings) -> Changed:
    """There is no such course after all; its learners wait again with the time they had waited."""

    async def do(unit: Unit) -> Changed | Refused:
        done = await commands.cancel(unit, settings.lesson_late_days, course_id)
        return shown(done, lambda each: Changed(course_id=each))

    return await work.once(Changed, do)


class LessonOut(BaseModel):
    """A lesson; one that `makes_up` takes the place of one that the teacher missed."""

    lesson_id: UUID
    version: int = Field(description="whoever writes down who came names it")
    on_day: date
    minutes: int
    state: LessonState
    makes_up: UUID | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            lesson_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "lesson_id"}
        )


@router.get("/{course_id}/lessons", dependencies=[LOOKING, KNOWN_COURSE])
async def lessons_of(course_id: UUID, session: Reading) -> Sequence[LessonOut]:
    """The lessons of a course in the order of their days."""
    return [LessonOut.of(row) for row in await lessons.lessons_of(session, course_id)]


class Absent(Body):
    """On which day a lesson is made up for; the first one that fits, if none is said."""

    make_up_on: Day | None = None


class MadeUp(BaseModel):
    """The lesson in the place of one that was missed."""

    lesson_id: UUID


@router.post("/lessons/{lesson_id}/teacher-absent", dependencies=[SPONSORSHIP])
async def teacher_absent(lesson_id: UUID, body: Absent, work: Work, settings: SponsorshipSettings) -> MadeUp:
    """The teacher misses a lesson: it counts for nobody, and is made up for."""

    async def do(unit: Unit) -> MadeUp | Refused:
        late_days = settings.lesson_late_days
        done = await commands.teacher_absent(unit, late_days, lesson_id, body.make_up_on)
        return shown(done, lambda each: MadeUp(lesson_id=each))

    return await work.once(MadeUp, do)


class Came(Body):
    """How many minutes of a lesson somebody was there."""

    member_id: UUID
    minutes: Annotated[int, Field(ge=0, le=600)]


class Attendance(OfVersion):
    """Who came. Who has a place and is not named was absent."""

    attended: Annotated[list[Came], Field(max_length=500)]


class Noted(BaseModel):
    """How many came."""

    came: int


@router.post("/lessons/{lesson_id}/attendance", dependencies=[SPONSORSHIP])
async def attend(lesson_id: UUID, body: Attendance, work: Work, settings: SponsorshipSettings) -> Noted:
    """A lesson was held. Said again, it replaces what was said before."""

    async def do(unit: Unit) -> Noted | Refused:
        came = {each.member_id: each.minutes for each in body.attended}
        done = await commands.attend(unit, settings.lesson_late_days, lesson_id, body.version, came)
        return shown(done, lambda each: Noted(came=each))

    return await work.once(Noted, do)
