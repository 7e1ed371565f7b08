"""Learners: who has a place, who waits and why, and who gets a certificate."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.sponsorship.api.courses import Level
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, OfVersion, SponsorshipSettings
from services.sponsorship.commands import learners as commands
from services.sponsorship.domain.lessons import Why
from services.sponsorship.queries import lessons as lists
from shared.contracts.sponsorship import LessonStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/learners", tags=["lessons"])
_NAMES = (
    "member_id",
    "household_id",
    "request_id",
    "level",
    "tested_on",
    "test_version",
    "childcare",
    "region",
    "waiting_since",
)
_MORE = ("course_id", "starts_on", "ended_on", "reason")


class PlaceOut(BaseModel):
    """A place in a course or in the waiting list, open or ended."""

    place_id: UUID
    member_id: UUID
    household_id: UUID
    request_id: UUID
    status: LessonStatus
    level: str
    tested_on: date | None = Field(description="none if nobody has tested the learner yet")
    test_version: int = Field(description="whoever writes down a test names it as the version")
    childcare: bool = Field(description="somebody has to look after children meanwhile")
    region: str
    waiting_since: date
    why_waits: Why | None
    course_id: UUID | None
    starts_on: date | None
    ended_on: date | None
    reason: str
    minutes_attended: int
    minutes_held: int
    certificate: bool

    @classmethod
    def of(cls, found: lists.Learner, percent: int) -> Self:
        came, status = found.attended, LessonStatus(found.row["state"])
        return cls(
            place_id=found.row["id"],
            status=status,
            why_waits=found.why,
            minutes_attended=came.minutes,
            minutes_held=came.held,
            certificate=status is LessonStatus.FINISHED and came.certified(percent),
            **{name: found.row[name] for name in (*_NAMES, *_MORE)},
        )


class Search(BaseModel):
    """Which places are wanted; what is left out does not matter."""

    status: LessonStatus | None = None
    course_id: UUID | None = None
    member_id: UUID | None = None
    limit: Limit = 100
    after: After = None

    def wanted(self) -> lists.Wanted:
        return lists.Wanted(self.status, self.course_id, self.member_id)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, settings: SponsorshipSettings, which: Annotated[Search, Query()]
) -> Page[PlaceOut]:
    """Places in the order in which they were given; a learner who left and came back has several."""
    late_days, percent = settings.lesson_late_days, settings.lesson_certificate_percent
    found = await lists.learners(session, late_days, which.wanted(), which.limit + 1, place_of(which.after))
    return page_of(found, which.limit, lambda each: PlaceOut.of(each, percent), lambda each: each.row["id"])


@router.get("/waiting", dependencies=[LOOKING])
async def waiting(session: Reading, settings: SponsorshipSettings) -> list[PlaceOut]:
    """The waiting list: who waits longest comes first, and is the first to get a place that fits."""
    found = await lists.line(session, settings.lesson_late_days)
    return [PlaceOut.of(each, settings.lesson_certificate_percent) for each in found]


class Done(BaseModel):
    """Whose place was changed."""

    member_id: UUID


class Tested(OfVersion):
    """What the placement test found."""

    level: Level
    childcare: bool = False


@router.post("/{member_id}/test", dependencies=[SPONSORSHIP])
async def test(member_id: UUID, body: Tested, work: Work, settings: SponsorshipSettings) -> Done:
    """The learner's level is known; until then it is the lowest."""

    async def do(unit: Unit) -> Done | Refused:
        found = (body.version, body.level, body.childcare)
        done = await commands.test(unit, settings.lesson_late_days, member_id, *found)
        return shown(done, lambda each: Done(member_id=each))

    return await work.once(Done, do)


class Leaving(Body):
    """Why."""

    reason: Literal["found_work", "moved", "ill", "childcare", "other"]


@router.post("/{member_id}/leave", dependencies=[SPONSORSHIP])
async def leave(member_id: UUID, body: Leaving, work: Work, settings: SponsorshipSettings) -> Done:
    """The learner stops, or waits no longer. Coming back is possible at any time."""

    async def do(unit: Unit) -> Done | Refused:
        done = await commands.leave(unit, settings.lesson_late_days, member_id, body.reason)
        return shown(done, lambda each: Done(member_id=each))

    return await work.once(Done, do)


@router.post("/{member_id}/enrol", dependencies=[SPONSORSHIP])
async def enrol(member_id: UUID, work: Work, settings: SponsorshipSettings) -> Done:
    """Somebody who left or finished wants lessons again."""

    async def do(unit: Unit) -> Done | Refused:
        done = await commands.enrol_again(unit, settings.lesson_late_days, member_id)
        return shown(done, lambda each: Done(member_id=each))

    return await work.once(Done, do)
