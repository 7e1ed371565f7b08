"""Appeals: what is missing, what it costs, and what has come for it."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.donations.api.models import TREASURER, Amount, AmountOut
from services.donations.commands import appeals as commands
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.funds import Purpose
from services.donations.queries import lists
from services.donations.repository.appeals import appeal_in
from shared.contracts.donations import AppealStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["appeals"])
Item = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40, examples=["rice"])]
Quantity = Annotated[int, Field(strict=True, ge=1, le=10**12, description="base units: grams, sets, kits")]


class NewPrice(Amount):
    """What `per` base units of an item cost."""

    item: Item
    per: Quantity


class PriceKept(BaseModel):
    """What an item costs."""

    item: str
    price: AmountOut
    per: int


@router.post("/prices", dependencies=[TREASURER])
async def set_price(body: NewPrice, work: Work) -> PriceKept:
    """What an item costs from today on: appeals have their cost by it. A price that inventory says wins."""
    price = Price(body.money.minor, body.currency, body.per)

    async def do(unit: Unit) -> PriceKept | Refused:
        done = await commands.set_price(unit, body.item, price)
        amount = AmountOut.of(price.minor, price.currency)
        return shown(done, lambda kept: PriceKept(item=body.item, price=amount, per=kept.per))

    return await work.once(PriceKept, do)


class NewAppeal(Body):
    """Something that money is asked for."""

    item: Item
    quantity: Quantity
    purpose: Purpose


class AppealOut(BaseModel):
    """An appeal as it stands."""

    appeal_id: UUID
    code: str = Field(description="a payment that bears it is for this appeal", examples=["A-7K2MQ9XD"])
    item: str
    quantity: int
    purpose: str
    target: AmountOut
    raised: AmountOut
    set_aside: AmountOut = Field(description="of what was raised: nobody else is promised it")
    status: AppealStatus

    @classmethod
    def of(cls, appeal: Appeal) -> Self:
        return cls(
            appeal_id=appeal.id,
            code=appeal.code,
            item=appeal.item,
            quantity=appeal.quantity,
            purpose=appeal.fund,
            target=AmountOut.of(appeal.target, appeal.currency),
            raised=AmountOut.of(appeal.raised, appeal.currency),
            set_aside=AmountOut.of(appeal.set_aside, appeal.currency),
            status=appeal.status,
        )


@router.post("/appeals", status_code=201, dependencies=[TREASURER])
async def open_appeal(body: NewAppeal, work: Work) -> AppealOut:
    """Appeal for an item that has a price."""

    async def do(unit: Unit) -> AppealOut | Refused:
        done = await commands.open_appeal(unit, body.item, body.quantity, body.purpose.value)
        return shown(done, AppealOut.of)

    return await work.once(AppealOut, do)


@router.get("/appeals", dependencies=[allows(*Role)])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[AppealOut]:
    """All appeals, the oldest first."""
    found = await lists.appeals(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: AppealOut.of(appeal_in(row)), lambda row: row["id"])


class Closing(Body):
    """Whether what was needed is there, by whatever road."""

    met: bool


@router.post("/appeals/{appeal_id}/close", dependencies=[TREASURER])
async def close(appeal_id: UUID, body: Closing, work: Work) -> AppealOut:
    """Close an appeal; what came for it stays in its fund."""

    async def do(unit: Unit) -> AppealOut | Refused:
        return shown(await commands.close(unit, appeal_id, met=body.met), AppealOut.of)

    return await work.once(AppealOut, do)
