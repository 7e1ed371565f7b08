"""Routes for households that want to settle in another country."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from services.intake import queries
from services.intake.api.grants import NewMoney
from services.intake.api.households import CASEWORKER, LOOKING, HouseholdId
from services.intake.api.requests import Languages, Region
from services.intake.commands import settling as commands
from services.intake.domain.people import language_codes
from services.intake.domain.settling import Settlement
from services.intake.queries.settling import Shown
from shared.contracts.intake import SettlementWish
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["settlement"])
Members = Annotated[tuple[UUID, ...], Field(min_length=1, max_length=50)]
Wishes = Annotated[frozenset[SettlementWish], Field(min_length=1, examples=[["grant", "lessons", "helper"]])]


class SettlementMoney(NewMoney):
    """The grant among the wishes."""

    kind: Annotated[str, Field(pattern="^resettlement$")] = "resettlement"


class SettlementChange(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    region: Region | None = Field(default=None, description="of the new home")
    wishes: Wishes | None = None
    member_ids: Members | None = None
    languages: Languages | None = Field(default=None, description="in which they can be helped")
    money: SettlementMoney | None = Field(default=None, description="of a grant that is newly wished for")

    @field_validator("languages")
    @classmethod
    def _codes(cls, codes: list[str] | None) -> list[str] | None:
        return None if codes is None else list(language_codes(codes))

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give what is to be different")
        return self

    def wanted(self) -> commands.Wanted:
        return commands.Wanted(
            region=self.region,
            wishes=None if self.wishes is None else frozenset(each.value for each in self.wishes),
            member_ids=None if self.member_ids is None else tuple(dict.fromkeys(self.member_ids)),
            languages=None if self.languages is None else tuple(self.languages),
            money=self.money.wanted() if self.money else None,
        )


class NewSettlement(SettlementChange):
    """What a household needs to settle: all its members if none are named, in the languages that they speak."""

    region: Region = Field(description="of the new home", examples=["tokyo"])
    wishes: Wishes


class SettlementOut(BaseModel):
    """A request to settle. It is over when it was withdrawn, or ended when its household was closed."""

    request_id: UUID
    household_id: UUID
    member_ids: list[UUID]
    wishes: list[str]
    languages: list[str]
    region: str
    asked_on: date
    withdrawn_on: date | None
    ended_on: date | None

    @classmethod
    def of(cls, settlement: Settlement) -> Self:
        return cls(**cls.values_of(settlement))

    @classmethod
    def values_of(cls, settlement: Settlement) -> dict[str, object]:
        names = ("household_id", "region", "asked_on", "withdrawn_on", "ended_on")
        same = {name: getattr(settlement, name) for name in names}
        lists = {"member_ids": list(settlement.member_ids), "languages": list(settlement.languages)}
        return {**same, **lists, "request_id": settlement.id, "wishes": sorted(settlement.wishes)}


class AnswerOut(BaseModel):
    """What became of a wish, in the newest words of whoever answers it; none while nothing was told."""

    wish: str
    answered: bool
    words: list[str]


class SettlementInList(SettlementOut):
    """With what became of each wish."""

    answered: int
    answers: list[AnswerOut]

    @classmethod
    def in_list(cls, shown: Shown) -> Self:
        answers = [
            AnswerOut(wish=wish, answered=wish in shown.answered, words=shown.words.get(wish, []))
            for wish in sorted(shown.settlement.wishes)
        ]
        return cls(**cls.values_of(shown.settlement), answered=len(shown.answered), answers=answers)


def _shown(outcome: Settlement | Refused) -> SettlementOut | Refused:
    return outcome if isinstance(outcome, Refused) else SettlementOut.of(outcome)


@router.post("/households/{household_id}/settlements", status_code=201, dependencies=[CASEWORKER])
async def ask(household_id: HouseholdId, body: NewSettlement, work: Work) -> SettlementOut:
    """Ask for a grant, lessons or a helper; donations, sponsorship and events answer: see the timeline."""

    async def do(unit: Unit) -> SettlementOut | Refused:
        return _shown(await commands.ask(unit, household_id, body.region, body.wanted()))

    return await work.once(SettlementOut, do)


@router.post("/settlements/{request_id}/change", dependencies=[CASEWORKER])
async def change(request_id: UUID, body: SettlementChange, work: Work) -> SettlementOut:
    """Other wishes, members, languages, or another new home. A grant that is taken out is withdrawn for good."""

    async def do(unit: Unit) -> SettlementOut | Refused:
        return _shown(await commands.change(unit, request_id, body.wanted()))

    return await work.once(SettlementOut, do)


@router.post("/settlements/{request_id}/withdraw", dependencies=[CASEWORKER])
async def withdraw(request_id: UUID, work: Work) -> SettlementOut:
    """Nothing of it is asked for any more."""

    async def do(unit: Unit) -> SettlementOut | Refused:
        return _shown(await commands.withdraw(unit, request_id))

    return await work.once(SettlementOut, do)


@router.get("/households/{household_id}/settlements", dependencies=[LOOKING])
async def of_household(household_id: HouseholdId, session: Reading) -> list[SettlementInList]:
    """All that was asked for a household to settle, the oldest request first, and which wishes are answered."""
    accepted(await queries.household(session, household_id))
    return [SettlementInList.in_list(each) for each in await queries.settlements(session, household_id)]
