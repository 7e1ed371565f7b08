"""The storekeeper's desk: goods in, kits, corrections, transfers, stocktakes."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory import desk
from services.inventory.api.models import Body, Code, Difference, Quantity, Reason, Reference
from services.inventory.domain.kits import Assembled
from shared.messaging.unit import Unit
from shared.principals import Role
from shared.web.problems import invalid
from shared.web.roles import allows
from shared.web.work import AppSettings, Work

router = APIRouter(tags=["desk"], dependencies=[allows(Role.STOREKEEPER)])
NotNegative = Annotated[int, Field(strict=True, ge=0, le=10**12)]


class Goods(Body):
    """So much of an item."""

    item: Code
    quantity: Quantity
    expires_on: date | None = Field(default=None, description="none if it keeps")


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


@router.post("/receipts", status_code=201)
async def receive(body: NewReceipt, work: Work, settings: AppSettings) -> Received:
    """Goods received: they are shelved and given to those who wait, the most urgent first."""

    async def do(unit: Unit) -> Received:
        lines = [desk.GoodsLine(each.item, each.quantity, each.expires_on) for each in body.lines]
        receipt_id, changed = await desk.receive(
            unit, settings.rules, body.depot, body.reference, lines, body.planned_delivery_id
        )
        filled = [
            Filled(
                household_id=new.household_id,
                item=new.item,
                quantity=new.reserved - (old.reserved if old else 0),
                reason=new.reason,
            )
            for old, new in changed
        ]
        return Received(receipt_id=receipt_id, lines=body.lines, filled=filled)

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


@router.post("/planned-deliveries")
async def plan(body: NewPlan, work: Work) -> Planned:
    """Write down deliveries that are to come; the forecast counts on them."""

    async def do(unit: Unit) -> Planned:
        rows = {each.reference: each.model_dump() for each in body.deliveries}
        return Planned(planned=await desk.plan_deliveries(unit, list(rows.values())))

    return await work.once(Planned, do)


class NewKits(Body):
    """Kits to put together from the parts of one depot."""

    depot: Code
    kit: Code
    quantity: Quantity


class KitsMade(BaseModel):
    """How many were put together, from what, and why not more."""

    assembled: int
    parts: list[Goods]
    reason: str


@router.post("/kits/assemble")
async def assemble(body: NewKits, work: Work, settings: AppSettings) -> KitsMade:
    """Put kits together, as many as the parts allow."""

    async def do(unit: Unit) -> KitsMade:
        made = await desk.put_together(unit, settings.rules, body.depot, body.kit, body.quantity)
        if not isinstance(made, Assembled):
            return KitsMade(assembled=0, parts=[], reason=made.reason)
        parts = [Goods(item=part, quantity=used) for part, used in sorted(made.used.items())]
        return KitsMade(assembled=made.kits, parts=parts, reason=made.reason)

    return await work.once(KitsMade, do)


class NewAdjustment(Body):
    """A difference to put on a shelf or take off it."""

    depot: Code
    item: Code
    quantity: Difference
    reason: Reason


class OnHand(BaseModel):
    """A shelf after a change."""

    depot: str
    item: str
    on_hand: int
    difference: int


class ShelvesChanged(BaseModel):
    """The shelves that were changed."""

    shelves: list[OnHand]


@router.post("/adjustments")
async def adjust(body: NewAdjustment, work: Work, settings: AppSettings) -> ShelvesChanged:
    """Correct a shelf, with the reason; what was set aside and is no longer there waits in line again."""

    async def do(unit: Unit) -> ShelvesChanged:
        key = (body.depot, body.item)
        left = await desk.adjust(unit, settings.rules, {key: body.quantity}, "adjusted", body.reason)
        shelf = OnHand(depot=body.depot, item=body.item, on_hand=left[key], difference=body.quantity)
        return ShelvesChanged(shelves=[shelf])

    return await work.once(ShelvesChanged, do)


class Counted(Body):
    """What was counted of an item."""

    item: Code
    counted: NotNegative


class NewStocktake(Body):
    """What was counted in one depot."""

    depot: Code
    counts: Annotated[list[Counted], Field(min_length=1, max_length=1000)]
    reason: Reason


@router.post("/stocktakes")
async def stocktake(body: NewStocktake, work: Work, settings: AppSettings) -> ShelvesChanged:
    """A stocktake: shelves become what was counted; the differences go into the ledger."""

    async def do(unit: Unit) -> ShelvesChanged:
        counts = {each.item: each.counted for each in body.counts}
        if len(counts) < len(body.counts):
            raise invalid("An item is counted more than once.", [("counts", "names an item twice")])
        differences = await desk.count(unit, settings.rules, body.depot, counts, body.reason)
        shelves = [
            OnHand(depot=depot, item=item, on_hand=counts[item], difference=difference)
            for (depot, item), difference in sorted(differences.items())
        ]
        return ShelvesChanged(shelves=shelves)

    return await work.once(ShelvesChanged, do)


class NewTransfer(Body):
    """Free stock to move between depots."""

    from_depot: Code
    to_depot: Code
    item: Code
    quantity: Quantity
    reason: Reason


class Done(BaseModel):
    """It is done; `id` names the paper or movement, if there is one."""

    done: bool = True
    id: UUID | None = None


@router.post("/transfers")
async def transfer(body: NewTransfer, work: Work, settings: AppSettings) -> Done:
    """Move free stock from one depot to another."""

    async def do(unit: Unit) -> Done:
        await desk.transfer(
            unit, settings.rules, body.from_depot, body.to_depot, body.item, body.quantity, body.reason
        )
        return Done()

    return await work.once(Done, do)


class WithReason(Body):
    """Why."""

    reason: Reason


@router.post("/movements/{movement_id}/reverse")
async def reverse(movement_id: UUID, body: WithReason, work: Work, settings: AppSettings) -> Done:
    """Undo a movement of stock by its opposite."""

    async def do(unit: Unit) -> Done:
        return Done(id=await desk.reverse(unit, settings.rules, movement_id, body.reason))

    return await work.once(Done, do)
