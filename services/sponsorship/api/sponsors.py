"""Sponsors: what they declared and signed, and what of their children they may see. Who they are, donations alone
knows."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_CHILD, KNOWN_SPONSOR
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, OfVersion, SponsorshipSettings
from services.sponsorship.commands import sponsors as commands
from services.sponsorship.domain.children import Left, told_of
from services.sponsorship.domain.vetting import WhyNot
from services.sponsorship.queries import sponsors as lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/sponsors", tags=["sponsors"])


class VettingBody(OfVersion):
    """What a sponsor declared and signed; whoever is restricted gives and does not write. What is left out stays."""

    declared_on: Day | None = None
    code_on: Day | None = Field(default=None, description="the day on which the code of conduct was signed")
    restricted: bool = False
    declined: bool = Field(default=False, description="no child is placed with this sponsor")


class VettingOut(BaseModel):
    """What is known of a sponsor now, and the version that the next change names."""

    version: int
    declared_on: date | None
    code_on: date | None
    restricted: bool
    declined: bool


class SponsorOut(BaseModel):
    """A sponsor, by the id that donations gave the donor."""

    donor_id: UUID
    kept_id: UUID | None = Field(description="the entry that stands for this one, if two are one person")
    vetting_version: int = Field(description="whoever changes the vetting names it as the version")
    declared_on: date | None
    code_on: date | None
    restricted: bool
    declined: bool

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(donor_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "donor_id"})


@router.get("", dependencies=[LOOKING])
async def sponsors(session: Reading, limit: Limit = 100, after: After = None) -> Page[SponsorOut]:
    """Donors who have a monthly gift for children, by id."""
    found = await lists.sponsors(session, limit + 1, place_of(after))
    return page_of(found, limit, SponsorOut.of, lambda row: row["id"])


@router.post("/{donor_id}/vetting", dependencies=[SPONSORSHIP])
async def vet(donor_id: UUID, body: VettingBody, work: Work, settings: SponsorshipSettings) -> VettingOut:
    """Write down what a sponsor declared and signed. The children of one who is declined are offered again."""
    said = body.model_dump(exclude_unset=True, exclude={"version"})

    async def do(unit: Unit) -> VettingOut | Refused:
        done = await commands.vet(unit, settings.rules, donor_id, body.version, said)
        return shown(done, lambda now: VettingOut(version=now[0], **vars(now[1])))

    return await work.once(VettingOut, do)


class MyChildOut(BaseModel):
    """A child as its sponsor may see it."""

    alias: str | None = Field(
        description="none while the guardian does not agree that sponsors are shown it, and of who grew up or is not "
        "helped any more"
    )
    starts_on: date
    ends_on: date | None
    told: str | None = Field(description="why it is over, as the sponsor may know: never where a child went")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        left = row["reason"] == "child_left" and row["left_reason"]
        told = told_of(Left(left)) if left else "over" if row["reason"] else None
        alias = row["alias"] if row["shown"] else None
        return cls(alias=alias, starts_on=row["starts_on"], ends_on=row["ends_on"], told=told)


@router.get("/{donor_id}/children", dependencies=[LOOKING, KNOWN_SPONSOR])
async def children(donor_id: UUID, session: Reading) -> list[MyChildOut]:
    """All children whom a person supports or supported, as that person may see them."""
    found = await lists.children_of(session, donor_id, await today_of(session))
    return [MyChildOut.of(row) for row in found]


class WritingOut(BaseModel):
    """Whether a sponsor and a child may write to each other."""

    why_not: WhyNot | None


@router.get("/{donor_id}/children/{child_id}/writing", dependencies=[LOOKING, KNOWN_SPONSOR, KNOWN_CHILD])
async def writing(donor_id: UUID, child_id: UUID, session: Reading) -> WritingOut:
    """Whether they may write to each other today, and if not, why."""
    found = await lists.why_not_write(session, child_id, donor_id, await today_of(session))
    return WritingOut(why_not=found)
