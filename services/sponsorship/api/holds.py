"""Holds: a child is kept for a gift that has not begun yet, until an end that staff chose."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from services.sponsorship.api.models import LOOKING, SPONSORSHIP, SponsorshipSettings
from services.sponsorship.commands import holds as commands
from services.sponsorship.domain.holds import Hold, State
from services.sponsorship.domain.together import Apart
from services.sponsorship.queries import holds as lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/holds", tags=["holds"])

Share = Annotated[
    int, Field(ge=1, le=9_999, description="in ten-thousandths; the main sponsor bears the rest")
]


class Until(Body):
    """The end of a hold: a day, or an instant."""

    until_on: Day | None = Field(default=None, description="the first day on which the child is free again")
    until_at: AwareDatetime | None = Field(default=None, description="or the instant")

    @property
    def until(self) -> date | datetime | None:
        return self.until_at or self.until_on


class NewHold(Until):
    """A child is to be kept for a gift."""

    gift_id: UUID
    child_id: UUID | None = Field(default=None, description="without one, the child who comes next")
    share: Share | None = Field(
        default=None, description="with one, the gift supports beside the main sponsor"
    )


class HoldOut(BaseModel):
    """A hold; once it keeps the child no longer, why."""

    hold_id: UUID
    child_id: UUID
    gift_id: UUID
    role: str
    made_on: date
    until_on: date | None
    until_at: datetime | None
    state: str
    closed_on: date | None
    reason: str | None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls(hold_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "hold_id"})

    @classmethod
    def of_hold(cls, hold: Hold) -> Self:
        instant = hold.until if isinstance(hold.until, datetime) else None
        names = ("child_id", "gift_id", "role", "made_on", "state", "closed_on", "reason")
        until = {"until_on": None if instant else hold.until, "until_at": instant}
        return cls(hold_id=hold.id, **{name: getattr(hold, name) for name in names}, **until)


class HoldInList(HoldOut):
    """With what keeps it from becoming a sponsorship, if something does."""

    at_risk_since: date | None = Field(
        description="the gift is at risk since then: the child is sponsored only once it is paid again"
    )
    apart: Apart | None = Field(
        description="why the two may not come together now: the child is sponsored only once that is over"
    )


@router.post("", status_code=201, dependencies=[SPONSORSHIP])
async def hold(body: NewHold, work: Work, settings: SponsorshipSettings) -> HoldOut:
    """Keep a child for a gift. If the gift has begun, the child is sponsored by it at once."""
    wanted = commands.Wanted(body.gift_id, body.child_id, body.until, body.share or 0)

    async def do(unit: Unit) -> HoldOut | Refused:
        return shown(await commands.hold(unit, settings.rules, wanted), HoldOut.of_hold)

    return await work.once(HoldOut, do)


@router.post("/{hold_id}/extend", dependencies=[SPONSORSHIP])
async def extend(hold_id: UUID, body: Until, work: Work, settings: SponsorshipSettings) -> HoldOut:
    """Give a hold a later end. To let the child go sooner, release the hold."""

    async def do(unit: Unit) -> HoldOut | Refused:
        return shown(await commands.extend(unit, settings.rules, hold_id, body.until), HoldOut.of_hold)

    return await work.once(HoldOut, do)


@router.post("/{hold_id}/release", dependencies=[SPONSORSHIP])
async def release(hold_id: UUID, work: Work, settings: SponsorshipSettings) -> HoldOut:
    """The child is free again: the sponsor has changed their mind, say."""

    async def do(unit: Unit) -> HoldOut | Refused:
        return shown(await commands.release(unit, settings.rules, hold_id), HoldOut.of_hold)

    return await work.once(HoldOut, do)


@router.get("", dependencies=[LOOKING])
async def holds(
    session: Reading,
    state: State | None = None,
    gift_id: UUID | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[HoldInList]:
    """Holds, in the order in which they were made."""
    today, wanted = await today_of(session), lists.Wanted(state, gift_id)
    found = await lists.holds(session, today, wanted, limit + 1, place_of(after))
    return page_of(found, limit, HoldInList.of, lambda row: row["id"])
