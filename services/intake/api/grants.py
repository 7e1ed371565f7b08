"""Routes for money that is asked for a household, and for changing what was asked for a case too."""

from dataclasses import replace
from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import RowMapping

from services.intake.api.households import CASEWORKER, LOOKING, HouseholdId
from services.intake.commands import grants as commands
from services.intake.domain.grants import Request
from services.intake.queries import grant_requests, household
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Currency
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["grants"])
Minor = Annotated[
    int, Field(strict=True, ge=1, le=10**13, description="minor units: yen, cents", examples=[30_000])
]
Urgency = Annotated[int, Field(strict=True, ge=0, le=3, description="0 the most urgent")]


class Kind(StrEnum):
    """What the money is for."""

    PROTECTION = "protection"
    RESETTLEMENT = "resettlement"
    RETURN = "return"
    HOSPITAL = "hospital"
    FAMILY_VISIT = "family_visit"
    PRISON_SUPPORT = "prison_support"


class NewMoney(BaseModel):
    """So much money, and how urgently it is wanted."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    amount: Minor
    currency: Currency
    urgency: Urgency = 2

    def wanted(self) -> commands.Wanted:
        return commands.Wanted(str(self.kind), self.amount, self.currency, self.urgency)


class NewRequest(NewMoney):
    """Money that is wanted for a household, or for one of its members."""

    kind: Kind
    member_id: UUID | None = None

    def wanted(self) -> commands.Wanted:
        return replace(super().wanted(), member_id=self.member_id)


class RequestChange(BaseModel):
    """What is to be different; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    amount: Minor | None = None
    urgency: Urgency | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give an amount or an urgency")
        return self


class RequestOut(BaseModel):
    """Money that was asked for."""

    request_id: UUID
    household_id: UUID | None
    case_id: UUID | None
    member_id: UUID | None
    kind: str
    amount: int
    currency: str
    urgency: int
    asked_on: date
    withdrawn_on: date | None

    @classmethod
    def of(cls, request: Request) -> Self:
        values = {name: getattr(request, name) for name in cls.model_fields if name != "request_id"}
        return cls(request_id=request.id, **values)


def _shown(outcome: Request | Refused) -> RequestOut | Refused:
    return outcome if isinstance(outcome, Refused) else RequestOut.of(outcome)


@router.post("/households/{household_id}/grants", status_code=201, dependencies=[CASEWORKER])
async def ask(household_id: HouseholdId, body: NewRequest, work: Work) -> RequestOut:
    """Ask for money; donations sets it aside or says what is missing: see the timeline."""

    async def do(unit: Unit) -> RequestOut | Refused:
        return _shown(await commands.ask(unit, household_id, body.wanted()))

    return await work.once(RequestOut, do)


@router.post("/grants/{request_id}/change", dependencies=[CASEWORKER])
async def change(request_id: UUID, body: RequestChange, work: Work) -> RequestOut:
    """Another estimate or urgency."""

    async def do(unit: Unit) -> RequestOut | Refused:
        return _shown(await commands.change(unit, request_id, body.amount, body.urgency))

    return await work.once(RequestOut, do)


@router.post("/grants/{request_id}/withdraw", dependencies=[CASEWORKER])
async def withdraw(request_id: UUID, work: Work) -> RequestOut:
    """The money is no longer asked for."""

    async def do(unit: Unit) -> RequestOut | Refused:
        return _shown(await commands.withdraw(unit, request_id))

    return await work.once(RequestOut, do)


class RequestInList(RequestOut):
    """With what donations told of it last; both are empty until it has told something."""

    status: str
    summary: str

    @classmethod
    def in_list(cls, row: RowMapping) -> Self:
        values = {name: row[name] for name in cls.model_fields if name != "request_id"}
        return cls(request_id=row["id"], **values)


@router.get("/households/{household_id}/grants", dependencies=[LOOKING])
async def of_household(household_id: HouseholdId, session: Reading) -> list[RequestInList]:
    """All money that was asked for a household, the oldest request first, and what became of it."""
    accepted(await household(session, household_id))
    return [RequestInList.in_list(row) for row in await grant_requests(session, household_id)]
