"""Needs for helpers: who is wanted, who was asked, and who comes next. What they answer is in `assignments.py`."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.events.api.assignments import AssignmentOut
from services.events.api.models import EVENTS, LOOKING, Code, EventsSettings, Language, Moment
from services.events.api.volunteers import Level, Region
from services.events.commands import volunteers as commands
from services.events.domain.helping import Need
from services.events.domain.lacks import Lack
from services.events.domain.languages import Wanted
from services.events.domain.matching import NextBest
from services.events.domain.teams import Span
from services.events.queries import helping as queries
from services.events.queries.helping import Candidates
from shared.contracts.events import HelpStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["helpers"])


class WantedBody(Body):
    """A language at this level at least; with `into`, out of the one into the other."""

    language: Language
    level: Level
    into: Language | None = None
    variety: Code | None = None
    topic: Code | None = None
    mode: Code | None = None


class WantedOut(BaseModel):
    """A language that is wanted, as it was asked for: levels that others know may be among them."""

    language: str
    level: str
    into: str | None = None
    variety: str | None = None
    topic: str | None = None
    mode: str | None = None


class NewNeed(Body):
    """Helpers whom staff want for something that no other service asks for."""

    task: Code
    languages: Annotated[list[WantedBody], Field(min_length=1, max_length=10)]
    any_of: bool = Field(default=False, description="one of the languages is enough")
    people: Annotated[int, Field(strict=True, ge=1, le=100)] = 1
    starts_on: Day
    ends_on: Day | None = Field(default=None, description="the last day; without one it has no end")
    starts_at: Moment | None = Field(default=None, description="for what takes some hours, with `ends_at`")
    ends_at: Moment | None = None
    mode: Code | None = None
    region: Region | None = None
    online: bool = False
    gender: Code | None = None

    def need(self) -> Need:
        """As the rules see it. What takes some hours of a day is over with that day."""
        time = Span(self.starts_at, self.ends_at) if self.starts_at and self.ends_at else None
        languages = tuple(Wanted(**each.model_dump()) for each in self.languages)
        names = ("any_of", "mode", "region", "online", "gender")
        same: dict[str, Any] = {name: getattr(self, name) for name in names}
        ends_on = self.ends_on or (self.starts_on if time else None)
        days = (self.people, self.starts_on, ends_on)
        return Need(uuid7(), self.task, languages, *days, time=time, **same)

    @model_validator(mode="after")
    def _a_whole_time(self) -> Self:
        if (self.starts_at is None) != (self.ends_at is None):
            raise ValueError("a time has a beginning and an end: ends_at goes with starts_at")
        return self


class AssignBody(Body):
    """Whom a person chose, and all that this volunteer lacks, so that nothing is overlooked unseen."""

    volunteer_id: UUID
    despite: list[Lack] = Field(default=[], max_length=30)


class NeedId(BaseModel):
    """Which need."""

    need_id: UUID


class NextOut(BaseModel):
    """Somebody who does not fit, and what they lack."""

    volunteer_id: UUID
    lacking: list[Lack]
    words: list[str]
    may_be_overlooked: bool

    @classmethod
    def of(cls, one: NextBest, words: list[str]) -> Self:
        lacking = list(one.lacking)
        return cls(
            volunteer_id=one.volunteer_id,
            lacking=lacking,
            words=words,
            may_be_overlooked=one.may_be_overlooked,
        )


class CandidatesOut(BaseModel):
    """Who would be asked now, how many would still be missing, of how many volunteers each lack is true, and who is the
    nearest of those who do not fit.
    """

    asked: list[UUID]
    missing: int
    reason: str
    counted: dict[Lack, int]
    next_best: list[NextOut]

    @classmethod
    def of(cls, found: Candidates) -> Self:
        proposal = found.proposal
        return cls(
            asked=list(proposal.asked),
            missing=proposal.missing,
            reason=proposal.reason,
            counted=dict(proposal.counted),
            next_best=[NextOut.of(each, found.words[each.volunteer_id]) for each in proposal.next_best],
        )


class NeedOut(BaseModel):
    """A need as it was said last, with who was asked for it."""

    need_id: UUID
    source: str
    request_id: UUID | None
    household_id: UUID | None
    gathering_id: UUID | None
    task: str
    languages: list[WantedOut]
    any_of: bool
    mode: str | None
    starts_on: date
    ends_on: date | None
    starts_at: datetime | None
    ends_at: datetime | None
    region: str | None
    online: bool
    status: HelpStatus
    wanted: int
    found: int
    reason: str
    assignments: list[AssignmentOut]

    @classmethod
    def of(cls, row: RowMapping, held: list[RowMapping]) -> Self:
        same = {name: row[name] for name in cls.model_fields.keys() & row.keys()}
        return cls(need_id=row["id"], assignments=[AssignmentOut.of(each) for each in held], **same)


class AppealOut(BaseModel):
    """An appeal for helpers: for what, how many are missing, and why nobody fits."""

    appeal_id: UUID
    need_id: UUID
    task: str
    languages: list[WantedOut]
    region: str | None
    starts_on: date
    missing: int
    reason: str
    opened_on: date
    closed_on: date | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(appeal_id=row["id"], **{name: row[name] for name in cls.model_fields.keys() & row.keys()})


def _need(outcome: UUID | Refused) -> NeedId | Refused:
    return shown(outcome, lambda key: NeedId(need_id=key))


@router.post("/needs", status_code=201, dependencies=[EVENTS])
async def want(body: NewNeed, work: Work, settings: EventsSettings) -> NeedId:
    """Staff want helpers; who fits is asked soon."""

    async def do(unit: Unit) -> NeedId | Refused:
        return _need(await commands.want(unit, settings.helping, body.need()))

    return await work.once(NeedId, do)


@router.get("/needs", dependencies=[LOOKING])
async def find(
    session: Reading,
    status: HelpStatus | None = None,
    gathering_id: UUID | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[NeedOut]:
    """Needs for helpers in the order of their ids."""
    wanted = status.value if status else None
    found = await queries.needs(session, limit + 1, place_of(after), wanted, gathering_id)
    held = await queries.assignments(session, [row["id"] for row in found])
    return page_of(found, limit, lambda row: NeedOut.of(row, held[row["id"]]), lambda row: row["id"])


@router.get("/needs/{need_id}", dependencies=[LOOKING])
async def show(need_id: UUID, session: Reading) -> NeedOut:
    """One need, and who was asked for it."""
    found = await queries.needs(session, 1, need_id=need_id)
    row = accepted(found[0] if found else missing("such need"))
    return NeedOut.of(row, (await queries.assignments(session, [need_id]))[need_id])


@router.get("/needs/{need_id}/candidates", dependencies=[LOOKING])
async def candidates(need_id: UUID, session: Reading, settings: EventsSettings) -> CandidatesOut:
    """Who fits and who is next best, with what is lacking. No rule is relaxed by this: a person chooses."""
    found = await queries.candidates(session, settings.helping, need_id)
    return CandidatesOut.of(accepted(found or missing("such need that is still open")))


@router.post("/needs/{need_id}/withdraw", dependencies=[EVENTS])
async def withdraw(need_id: UUID, work: Work, settings: EventsSettings) -> NeedId:
    """Helpers whom staff wanted are wanted no longer."""

    async def do(unit: Unit) -> NeedId | Refused:
        return _need(await commands.want_no_longer(unit, settings.helping, need_id))

    return await work.once(NeedId, do)


@router.post("/needs/{need_id}/assign", dependencies=[EVENTS])
async def assign(need_id: UUID, body: AssignBody, work: Work, settings: EventsSettings) -> NeedId:
    """Ask a volunteer whom a person chose, with all that they lack named. What protects people nobody overlooks."""
    despite = frozenset(body.despite)

    async def do(unit: Unit) -> NeedId | Refused:
        return _need(await commands.assign(unit, settings.helping, need_id, body.volunteer_id, despite))

    return await work.once(NeedId, do)


@router.get("/helper-appeals", dependencies=[LOOKING])
async def appeals(
    session: Reading, after: After = None, limit: Limit = 100, all_of_them: bool = False
) -> Page[AppealOut]:
    """Appeals for helpers where nobody fits; the open ones, or all."""
    found = await queries.appeals(session, limit + 1, place_of(after), open_ones=not all_of_them)
    return page_of(found, limit, AppealOut.of, lambda row: row["id"])
