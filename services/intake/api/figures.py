"""Figures: how many are helped."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.intake import queries
from services.intake.domain.households import Outcome, Priority, Status
from shared.contracts.intake import AgeBand
from shared.messaging.day import today_of
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import Reading

router = APIRouter(tags=["figures"])


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
    by_status = await queries.by_status(session)
    return Counts(
        today=await today_of(session),
        households=sum(households for households, _ in by_status.values()),
        people=await queries.people_ever(session),
        people_helped_now=sum(
            people for status, (_, people) in by_status.items() if status is not Status.CLOSED
        ),
        households_by_status={status: households for status, (households, _) in by_status.items()},
        people_by_status={status: people for status, (_, people) in by_status.items()},
        people_by_age_band=await queries.by_age_band(session),
        people_by_region=await queries.by_region(session),
        households_by_priority=await queries.by_priority(session),
        people_by_outcome=await queries.by_outcome(session),
    )
