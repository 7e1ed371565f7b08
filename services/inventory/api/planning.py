"""Goods that are to come."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.inventory.api.models import LOOKING, Code, Quantity, Reference
from services.inventory.commands import planning
from services.inventory.queries import lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["goods"])
STOREKEEPER = allows(Role.STOREKEEPER)


class NewPlanned(Body):
    """Goods that are to come."""

    depot: Code
    item: Code
    quantity: Quantity
    due_on: Day
    expires_on: Day | None = Field(default=None, description="the date that they are expected to have")
    reference: Reference


class NewPlan(Body):
    """Deliveries that are to come; one that is known already with the same values is left as it is."""

    deliveries: Annotated[list[NewPlanned], Field(min_length=1, max_length=1000)]


class Planned(BaseModel):
    """How many were new."""

    planned: int


@router.post("/planned-deliveries", dependencies=[STOREKEEPER])
async def plan(body: NewPlan, work: Work) -> Planned:
    """Write down deliveries that are to come; the forecast counts on them until their day is past."""
    deliveries = [planning.PlannedGoods(**each.model_dump()) for each in body.deliveries]

    async def do(unit: Unit) -> Planned | Refused:
        return shown(await planning.plan_deliveries(unit, deliveries), lambda done: Planned(planned=done.new))

    return await work.once(Planned, do)


class PlannedOut(BaseModel):
    """A delivery that is to come, or has come: `received` so far, `rest` is to come, `late` if its day is past."""

    id: UUID
    depot: str
    item: str
    quantity: int
    due_on: date
    expires_on: date | None
    reference: str
    received: int
    received_on: date | None
    closed_on: date | None
    closed_reason: str | None
    rest: int
    late: bool

    @classmethod
    def of(cls, row: RowMapping, today: date) -> "PlannedOut":
        names = set(cls.model_fields) - {"rest", "late"}
        open_ = row["received_on"] is None and row["closed_on"] is None
        rest = max(0, row["quantity"] - row["received"]) if open_ else 0
        return cls(**{name: row[name] for name in names}, rest=rest, late=open_ and row["due_on"] < today)


@router.get("/planned-deliveries", dependencies=[LOOKING])
async def planned_deliveries(
    session: Reading,
    received: bool | None = None,
    late: bool | None = None,
    due_until: Day | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[PlannedOut]:
    """Planned deliveries, in the order in which they were written down. `received=false` are those of which something
    is still to come, `late=true` those of them whose day is past.
    """
    today = await today_of(session)
    which = lists.PlannedFilter(received, late, due_until)
    found = await lists.planned_deliveries(session, which, today, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: PlannedOut.of(row, today), lambda row: row["id"])


class Changes(Body):
    """What is to be different; what is left out stays as it is."""

    quantity: Quantity | None = None
    due_on: Day | None = None
    expires_on: Day | None = None


@router.post("/planned-deliveries/{planned_id}/change", dependencies=[STOREKEEPER])
async def change(planned_id: UUID, body: Changes, work: Work) -> PlannedOut:
    """A new quantity or new dates; one that is late counts again from its new day on."""

    async def do(unit: Unit) -> PlannedOut | Refused:
        done = await planning.change(unit, planned_id, planning.NewValues(**body.model_dump()))
        return shown(done, lambda row: PlannedOut.of(row, unit.today))

    return await work.once(PlannedOut, do)


class NoMoreComes(StrEnum):
    """Why."""

    CANCELLED = "cancelled"
    LESS_CAME = "less_came"
    SUPPLIER_FAILED = "supplier_failed"
    LOST = "lost"
    OTHER = "other"


class Closing(Body):
    """Why no more comes."""

    reason: NoMoreComes


@router.post("/planned-deliveries/{planned_id}/close", dependencies=[STOREKEEPER])
async def close(planned_id: UUID, body: Closing, work: Work) -> PlannedOut:
    """No more comes: the delivery is cancelled, or less came than was planned."""

    async def do(unit: Unit) -> PlannedOut | Refused:
        done = await planning.close(unit, planned_id, body.reason.value)
        return shown(done, lambda row: PlannedOut.of(row, unit.today))

    return await work.once(PlannedOut, do)
