"""Goods that come in."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory.api.models import RENEWED, Code, Goods, Reference, StoreSettings
from services.inventory.commands import goods
from services.inventory.domain.wording import words_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.roles import allows
from shared.web.work import Work

router = APIRouter(tags=["goods"])
STOREKEEPER = allows(Role.STOREKEEPER)


class NewReceipt(Body):
    """Goods that came in together; the reference is new for each in its depot. A line is an item and a date."""

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
