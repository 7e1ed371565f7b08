"""Figures: how many are helped, and each household as the doctor compares it."""

from collections.abc import AsyncIterator
from datetime import date

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from services.intake import counting, identities, repository
from services.intake.domain.households import Status
from shared.contracts.intake import AgeBand, Outcome, Priority
from shared.web.roles import Role, allows
from shared.web.work import OpenUnits, Reading

router = APIRouter(tags=["figures"])
NDJSON = "application/x-ndjson"


class Counts(BaseModel):
    """Households and people. People are members who have not left, unless it says otherwise."""

    today: date
    households: int = Field(description="ever registered")
    people: int = Field(description="ever registered, those who left or whose household is closed among them")
    people_helped_now: int
    households_by_status: dict[Status, int]
    people_by_status: dict[Status, int]
    people_by_age_band: dict[AgeBand, int] = Field(description="helped now, by their age today")
    people_by_region: dict[str, int] = Field(description="helped now")
    households_by_priority: dict[Priority, int] = Field(description="ever registered")
    people_by_outcome: dict[Outcome, int] = Field(description="of closed households")


@router.get("/counts", dependencies=[allows(*Role)])
async def counts(session: Reading) -> Counts:
    """How many are and were helped."""
    today = await repository.today(session)
    by_status = await counting.by_status(session)
    return Counts(
        today=today,
        households=sum(households for households, _ in by_status.values()),
        people=await counting.people_ever(session),
        people_helped_now=sum(
            people for status, (_, people) in by_status.items() if status is not Status.CLOSED
        ),
        households_by_status={status: households for status, (households, _) in by_status.items()},
        people_by_status={status: people for status, (_, people) in by_status.items()},
        people_by_age_band=await identities.people_by_band(session, today),
        people_by_region=await counting.by_region(session),
        households_by_priority=await counting.by_priority(session),
        people_by_outcome=await counting.by_outcome(session),
    )


class StandingOut(BaseModel):
    """One line of the answer."""

    household_id: str
    version: int
    active: bool = Field(description="not closed")
    people: int


@router.get(
    "/checks/households",
    dependencies=[allows(Role.OPERATOR, Role.AUDITOR)],
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": StandingOut.model_json_schema()}}}},
)
async def households(units: OpenUnits) -> StreamingResponse:
    """Every household as one JSON line: id, version, active and the number of people."""

    async def lines() -> AsyncIterator[str]:
        async with units.read() as session:
            async for each in counting.standings(session):
                line = StandingOut(
                    household_id=str(each.household_id),
                    version=each.version,
                    active=each.active,
                    people=each.people,
                )
                yield line.model_dump_json() + "\n"

    return StreamingResponse(lines(), media_type=NDJSON)
