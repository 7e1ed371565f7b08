"""Papers for gatherings, with their deadlines, and the topics that cases of advocacy offer for hearings."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.events.api.models import EVENTS, LOOKING, EventsSettings, Moment
from services.events.commands import papers as commands
from services.events.domain.gatherings import Gathering, Paper
from services.events.queries import papers as queries
from services.events.repository.gatherings import find as find_one
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, shown
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["papers"])
PAPERS = "/gatherings/{gathering_id}/papers"


class NewPaper(Body):
    """A paper or its translation that was handed in."""

    what: Paper
    reference: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", examples=["paper-03"])]
    received_at: Moment | None = Field(default=None, description="when it came; now, if left out")


class PaperKept(BaseModel):
    """Whether it came in time, by the clock of the gathering's place."""

    paper_id: UUID
    in_time: bool


@router.post(PAPERS, status_code=201, dependencies=[EVENTS])
async def hand_in(gathering_id: UUID, body: NewPaper, work: Work, settings: EventsSettings) -> PaperKept:
    """A paper was handed in."""

    async def do(unit: Unit) -> PaperKept | Refused:
        done = await commands.hand_in(
            unit, settings.hours, gathering_id, body.what, body.reference, body.received_at
        )
        return shown(done, lambda paper: PaperKept(paper_id=paper.id, in_time=paper.in_time))

    return await work.once(PaperKept, do)


class PaperOut(BaseModel):
    """A paper that was handed in."""

    paper_id: UUID
    what: Paper
    reference: str
    received_at: datetime
    in_time: bool

    @classmethod
    def of(cls, gathering: Gathering, row: RowMapping) -> Self:
        stands = gathering.still_in_time(Paper(row["what"]), row["received_at"], was=row["in_time"])
        return cls(paper_id=row["id"], **{**row, "in_time": stands})


class PapersOut(BaseModel):
    """What was handed in for a gathering, and what still can be in time."""

    papers: list[PaperOut]
    open: list[Paper] = Field(description="what would be in time now")


@router.get(PAPERS, dependencies=[LOOKING])
async def papers(gathering_id: UUID, session: Reading, settings: EventsSettings) -> PapersOut:
    """Papers of a gathering, the first one first."""
    gathering = accepted(await find_one(session, gathering_id) or missing("such gathering"))
    now = settings.now(await today_of(session))
    found = await queries.papers(session, gathering_id)
    return PapersOut(papers=[PaperOut.of(gathering, row) for row in found], open=gathering.awaited(now))


class TopicOut(BaseModel):
    """A topic that cases of advocacy which are not closed offer for hearings."""

    topic: str
    cases: int


@router.get("/topics", dependencies=[LOOKING])
async def topics(session: Reading) -> list[TopicOut]:
    """Topics for hearings, those of most cases first."""
    return [TopicOut(**row) for row in await queries.topics(session)]
