"""Children who wait for a school place, and those who have a sponsor."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.models import LOOKING, SPONSORSHIP, SponsorshipSettings
from services.sponsorship.commands import children as commands
from services.sponsorship.domain.children import Left
from services.sponsorship.queries import children as lists
from services.sponsorship.queries import sponsors
from shared.contracts.sponsorship import ChildStatus
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/children", tags=["children"])

Region = Annotated[str | None, Query(max_length=40)]


class ChildOut(BaseModel):
    """A child as staff see it."""

    child_id: UUID
    alias: str
    household_id: UUID
    age_band: str | None = Field(description="none of a child that is in no household now")
    level: str | None = Field(description="of its last term at school")
    region: str
    status: str
    since: date
    waiting_since: date
    reasons: list[str] = Field(description="why it is more urgent than others")
    left_reason: str | None = Field(description="for staff alone; no sponsor is told it")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(child_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "child_id"})


@router.get("", dependencies=[LOOKING])
async def children(
    session: Reading,
    status: ChildStatus | None = None,
    region: Region = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ChildOut]:
    """Children in the order in which they are to be served: the most urgent first, then who waits longest."""
    found = await lists.children(session, lists.Wanted(status, region), limit + 1, place_of(after))
    return page_of(found, limit, ChildOut.of, lambda row: row["id"])


class ShownOut(BaseModel):
    """A child as sponsors may be shown it."""

    child_id: UUID
    alias: str
    age_band: str = "school"
    region: str = Field(description="empty where fewer than five children fit")
    waiting_since: str = Field(
        description="the month: of a child that was listed on its birthday the day would tell it",
        examples=["2006-11"],
    )

    @classmethod
    def of(cls, row: RowMapping, region: str) -> Self:
        month = f"{row['waiting_since']:%Y-%m}"
        return cls(child_id=row["id"], alias=row["alias"], region=region, waiting_since=month)


@router.get("/shown", dependencies=[LOOKING])
async def may_be_shown(session: Reading, limit: Limit = 100) -> list[ShownOut]:
    """Children who wait and whose guardian agrees, today, that sponsors are shown them; in the order of their need."""
    found = await sponsors.shown(session, await today_of(session), limit)
    return [ShownOut.of(*each) for each in found]


class Leaving(Body):
    """Why a child has left: it finished school; or where it went, once its household is not helped any more."""

    reason: Left


class ChildKept(BaseModel):
    """The child's id."""

    child_id: UUID


@router.post("/{child_id}/leave", dependencies=[SPONSORSHIP])
async def leave(child_id: UUID, body: Leaving, work: Work, settings: SponsorshipSettings) -> ChildKept:
    """Say why a child has left. No sponsor is told more than that it finished school, grew up, or left."""

    async def do(unit: Unit) -> ChildKept | Refused:
        done = await commands.leave(unit, settings.rules, child_id, body.reason)
        return shown(done, lambda _: ChildKept(child_id=child_id))

    return await work.once(ChildKept, do)


@router.post("/{child_id}/come-back", dependencies=[SPONSORSHIP])
async def come_back(child_id: UUID, work: Work, settings: SponsorshipSettings) -> ChildKept:
    """Take back what was said of a child's leaving."""

    async def do(unit: Unit) -> ChildKept | Refused:
        done = await commands.come_back(unit, settings.rules, child_id)
        return shown(done, lambda child: ChildKept(child_id=child))

    return await work.once(ChildKept, do)
