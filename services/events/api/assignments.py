"""Who was asked for a need for helpers, and what they answer."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.events.api.models import EVENTS, LOOKING, EventsSettings
from services.events.commands import volunteers as commands
from services.events.queries import helping as queries
from services.events.repository.volunteers import find_row as find_volunteer
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["helpers"])


class DoneBody(Body):
    """How long it took."""

    minutes: Annotated[int, Field(strict=True, ge=1, le=100_000)]


class DeclineBody(Body):
    """Whether they do not want to be asked for it again when it changes."""

    for_good: bool = Field(default=False, description="on whatever days, and wherever it is")


class AssignmentId(BaseModel):
    """Which assignment."""

    assignment_id: UUID


class AssignmentOut(BaseModel):
    """Who was asked for what, and what became of it."""

    assignment_id: UUID
    need_id: UUID
    volunteer_id: UUID
    state: str
    reason: str = Field(
        description="why they are free of it, or are asked anew: task_changed, languages_changed, days_changed, "
        "place_changed; for_good if they declined whatever it becomes"
    )
    despite: list[str]
    since: date
    ends_on: date | None
    minutes: int | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            assignment_id=row["id"], **{name: row[name] for name in cls.model_fields.keys() & row.keys()}
        )


def _assignment(outcome: UUID | Refused) -> AssignmentId | Refused:
    return shown(outcome, lambda key: AssignmentId(assignment_id=key))


@router.post("/assignments/{assignment_id}/accept", dependencies=[EVENTS])
async def accept(assignment_id: UUID, work: Work, settings: EventsSettings) -> AssignmentId:
    """Somebody who was asked agrees."""

    async def do(unit: Unit) -> AssignmentId | Refused:
        return _assignment(await commands.accept(unit, settings.helping, assignment_id))

    return await work.once(AssignmentId, do)


@router.post("/assignments/{assignment_id}/decline", dependencies=[EVENTS])
async def decline(
    assignment_id: UUID, work: Work, settings: EventsSettings, body: DeclineBody | None = None
) -> AssignmentId:
    """Somebody does not do it; the next one is asked. Once it is on other days, say, they may be asked again."""
    for_good = body is not None and body.for_good

    async def do(unit: Unit) -> AssignmentId | Refused:
        done = await commands.decline(unit, settings.helping, assignment_id, for_good=for_good)
        return _assignment(done)

    return await work.once(AssignmentId, do)


@router.post("/assignments/{assignment_id}/done", dependencies=[EVENTS])
async def done(assignment_id: UUID, body: DoneBody, work: Work, settings: EventsSettings) -> AssignmentId:
    """It was done, in so many minutes."""

    async def do(unit: Unit) -> AssignmentId | Refused:
        return _assignment(await commands.done(unit, settings.helping, assignment_id, body.minutes))

    return await work.once(AssignmentId, do)


@router.get("/volunteers/{volunteer_id}/assignments", dependencies=[LOOKING])
async def of_volunteer(
    volunteer_id: UUID, session: Reading, after: After = None, limit: Limit = 100
) -> Page[AssignmentOut]:
    """What a volunteer was asked for, and what became of it."""
    accepted(await find_volunteer(session, volunteer_id) or missing("such volunteer"))
    found = await queries.of_volunteer(session, volunteer_id, place_of(after), limit + 1)
    return page_of(found, limit, AssignmentOut.of, lambda row: row["id"])
