"""Goods that come in, and those that are to come."""

from dataclasses import asdict
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory.api.models import (
    LOOKING,
    RENEWED,
    Body,
    Code,
    Goods,
    Quantity,
    Reference,
    StoreSettings,
    shown,
)
from services.inventory.commands import goods
from services.inventory.domain.wording import words_of
from services.inventory.queries import lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["goods"])
STOREKEEPER = allows(Role.STOREKEEPER)


class NewReceipt(Body):
    """Goods that came in together; the reference is new for each."""

    depot: Code
    reference: Reference
    planned_delivery_id: UUID | None = None
    lines: Annotated[list[Goods], Field(min_length=1, max_length=500)]


class Filled(BaseModel):
    """A backorder that has more set aside now."""

    household_id: UUID
    item: str
    quantity: int = Field(description="newly set aside")
    reason: str


class Received(BaseModel):
    """What came in, and what it filled."""

    receipt_id: UUID
    lines: list[Goods]
    filled: list[Filled]


@router.post("/receipts", status_code=201, dependencies=[STOREKEEPER, RENEWED])
async def receive(body: NewReceipt, work: Work, settings: StoreSettings) -> Received:
    """Goods received: they are shelved and given to those who wait, the most urgent first."""
    lines = [goods.GoodsLine(**each.model_dump()) for each in body.lines]

    def show(receipt: goods.Receipt) -> Received:
        filled = [Filled(**{**asdict(each), "reason": words_of(each.reason)}) for each in receipt.filled]
        return Received(receipt_id=receipt.id, lines=body.lines, filled=filled)

    async def do(unit: Unit) -> Received | Refused:
        done = await goods.receive(
            unit, settings.rules, body.depot, body.reference, lines, body.planned_delivery_id
        )
        return shown(done, show)

    return await work.once(Received, do)


class NewPlanned(Body):
    """Goods that are to come."""

    depot: Code
    item: Code
    quantity: Quantity
    due_on: date
    reference: Reference


class NewPlan(Body):
    """Deliveries that are to come; a reference that is known already is left as it is."""

    deliveries: Annotated[list[NewPlanned], Field(min_length=1, max_length=1000)]


class Planned(BaseModel):
    """How many were new."""

    planned: int


@router.post("/planned-deliveries", dependencies=[STOREKEEPER])
async def plan(body: NewPlan, work: Work) -> Planned:
    """Write down deliveries that are to come; the forecast counts on them."""
    deliveries = [goods.PlannedGoods(**each.model_dump()) for each in body.deliveries]

    async def do(unit: Unit) -> Planned | Refused:
        return shown(await goods.plan_deliveries(unit, deliveries), lambda done: Planned(planned=done.new))

    return await work.once(Planned, do)


class PlannedOut(BaseModel):
    """A delivery that is to come, or has come."""

    id: UUID
    depot: str
    item: str
    quantity: int
    due_on: date
    reference: str
    received_on: date | None


@router.get("/planned-deliveries", dependencies=[LOOKING])
async def planned_deliveries(
    session: Reading,
    received: bool | None = None,
    due_until: date | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[PlannedOut]:
    """Planned deliveries, in the order in which they were written down."""
    found = await lists.planned_deliveries(session, limit + 1, place_of(after), received, due_until)
    return page_of(found, limit, lambda row: PlannedOut(**row), lambda row: row["id"])
