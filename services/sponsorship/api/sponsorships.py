"""Sponsorships of a child: those that were and are, another sponsor follows, one is over."""

from datetime import date
from enum import StrEnum
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.sponsorship.api.known import KNOWN_CHILD
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, SponsorshipSettings
from services.sponsorship.commands import sponsorships as commands
from services.sponsorship.domain.holds import NotAgain, Over
from services.sponsorship.domain.together import Apart
from services.sponsorship.queries import holds as lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.work import Reading, Work

router = APIRouter(prefix="/children", tags=["children"])


class SponsorshipOut(BaseModel):
    """A gift supports a child, from a day up to and with another."""

    sponsorship_id: UUID
    gift_id: UUID
    role: str
    share: int = Field(description="of a co-sponsor, in ten-thousandths; the main sponsor bears the rest")
    starts_on: date
    ends_on: date | None
    reason: str | None
    farewell: str | None
    ended_by: str | None = Field(description="who of the staff ended it, if somebody did")
    not_again: NotAgain | Apart | None = Field(
        description="of a child who left and is back: why it does not have this sponsor again"
    )


@router.get("/{child_id}/sponsorships", dependencies=[LOOKING, KNOWN_CHILD])
async def sponsorships(
    child_id: UUID, session: Reading, settings: SponsorshipSettings
) -> list[SponsorshipOut]:
    """All sponsorships of a child, the oldest first."""
    names = [name for name in SponsorshipOut.model_fields if name != "sponsorship_id"]
    today = await today_of(session)
    since = settings.rules.kept_since(today)
    found = await lists.sponsorships(session, today, since, child_id)
    return [SponsorshipOut(sponsorship_id=row["id"], **{name: row[name] for name in names}) for row in found]


Farewell = Literal["thanks", "thanks_and_news", "in_person"]


class NewHandover(Body):
    """Another gift follows the sponsorship that was seen; 409 if the child has another sponsor by now."""

    sponsorship_id: UUID = Field(description="the one that ends")
    gift_id: UUID
    farewell: Farewell = Field(description="the agreed text by which the sponsor who leaves is told")


class HandedOver(BaseModel):
    """The new sponsorship, and its first day."""

    sponsorship_id: UUID
    starts_on: date


@router.post("/{child_id}/hand-over", dependencies=[SPONSORSHIP])
async def hand_over(
    child_id: UUID, body: NewHandover, work: Work, settings: SponsorshipSettings
) -> HandedOver:
    """Another sponsor follows without a gap: the one before ends today, and the new one begins tomorrow.

    If the gift that follows ends before its first day, the child is offered again, with the waiting time that it had.
    The sponsor who was told farewell has the child again only if staff keep the child for that gift.
    """
    wanted = commands.Handover(child_id, body.sponsorship_id, body.gift_id, body.farewell)

    async def do(unit: Unit) -> HandedOver | Refused:
        done = await commands.hand_over(unit, settings.rules, wanted)
        return shown(done, lambda new: HandedOver(sponsorship_id=new.id, starts_on=new.starts_on))

    return await work.once(HandedOver, do)


class Why(StrEnum):
    """Why staff ends a sponsorship."""

    SPONSOR_WISHED = Over.SPONSOR_WISHED.value
    FAMILY_WISHED = Over.FAMILY_WISHED.value
    MISTAKEN = Over.MISTAKEN.value


class Ended(Body):
    """Why a sponsorship is over, and the agreed text by which the sponsor is told, if there is to be one."""

    reason: Why
    farewell: Farewell | None = None


class EndedOn(BaseModel):
    """The sponsorship, and its last day."""

    sponsorship_id: UUID
    ends_on: date | None


@router.post("/{child_id}/sponsorships/{sponsorship_id}/end", dependencies=[SPONSORSHIP])
async def end(
    child_id: UUID, sponsorship_id: UUID, body: Ended, work: Work, settings: SponsorshipSettings
) -> EndedOn:
    """A sponsorship ends today. The child of a main sponsor is offered again; a share is free for another one."""
    wanted = commands.Ending(child_id, sponsorship_id, Over(body.reason), body.farewell)

    async def do(unit: Unit) -> EndedOn | Refused:
        done = await commands.end(unit, settings.rules, wanted)
        return shown(done, lambda over: EndedOn(sponsorship_id=over.id, ends_on=over.ends_on))

    return await work.once(EndedOn, do)
