"""What things cost, and what is bought for appeals."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.inventory.api.models import Code, Filter, Quantity
from services.inventory.commands import purchases as commands
from services.inventory.domain.purchases import Price, Purchase
from services.inventory.queries import buying
from services.inventory.repository.purchases import purchase_in
from shared.contracts.inventory import PurchaseStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, Currency, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["buying"])
BUYING = allows(Role.STOREKEEPER, Role.TREASURER)
LOOKING = allows(Role.STOREKEEPER, Role.TREASURER, Role.AUDITOR)
Minor = Annotated[
    int, Field(strict=True, ge=1, le=10**13, description="minor units: yen, cents", examples=[2_000])
]


Supplier = Annotated[
    Code, Field(description="a code; this and the cost are told to donations", examples=["mill-1"])
]


class NewPrice(Body):
    """What `per` base units of an item cost."""

    item: Code
    amount: Minor
    currency: Currency
    per: Quantity = 1


class PriceOut(BaseModel):
    """What `per` base units of an item cost, in minor units, and since when."""

    item: str
    amount: int
    currency: str
    per: int
    on_day: date

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(amount=row["minor"], **{name: row[name] for name in ("item", "currency", "per", "on_day")})


class PriceSet(BaseModel):
    """What an item costs now."""

    item: str
    amount: int
    currency: str
    per: int


@router.post("/prices", dependencies=[BUYING])
async def set_price(body: NewPrice, work: Work) -> PriceSet:
    """What an item costs until it is ordered again: then it costs what is paid for it. Appeals and proposals in its
    currency have their cost by it.
    """
    price = Price(body.amount, body.currency, body.per)

    async def do(unit: Unit) -> PriceSet | Refused:
        done = await commands.set_price(unit, body.item, price)
        return shown(done, lambda _: PriceSet(**body.model_dump()))

    return await work.once(PriceSet, do)


@router.get("/prices", dependencies=[LOOKING])
async def prices(session: Reading) -> list[PriceOut]:
    """What things cost, by item: what was paid last, or set after that."""
    return [PriceOut.of(row) for row in await buying.prices(session)]


class PurchaseOut(BaseModel):
    """Goods that are bought for an appeal; `cost` is in minor units, for the quantity `cost_for`, and the planned
    delivery is there once it is ordered.
    """

    purchase_id: UUID
    appeal_id: UUID
    status: PurchaseStatus
    item: str
    quantity: int
    arrived: int
    cost: int
    cost_for: int
    currency: str
    supplier: str | None
    due_on: date | None
    planned_id: UUID | None

    @classmethod
    def of(cls, found: Purchase) -> Self:
        names = set(cls.model_fields) - {"purchase_id"}
        return cls(purchase_id=found.id, **{name: getattr(found, name) for name in names})


@router.get("/purchases", dependencies=[LOOKING])
async def purchases(
    session: Reading, status: Filter = None, limit: Limit = 100, after: After = None
) -> Page[PurchaseOut]:
    """Purchases, the oldest first; `status=proposed` are those that wait to be ordered."""
    found = await buying.purchases(session, limit + 1, place_of(after), status)
    return page_of(found, limit, lambda row: PurchaseOut.of(purchase_in(row)), lambda row: row["id"])


class Ordering(Body):
    """From whom it was ordered, to where, and by when it comes."""

    supplier: Supplier
    depot: Annotated[Code, Field(examples=["depot-north"])]
    due_on: Day
    cost: Minor | None = Field(default=None, description="minor units; what is left out is the proposed cost")
    expires_on: Day | None = Field(default=None, description="the date that the goods are expected to have")


@router.post("/purchases/{purchase_id}/order", dependencies=[BUYING])
async def order(purchase_id: UUID, body: Ordering, work: Work) -> PurchaseOut:
    """What was proposed is ordered: the forecast counts on it, and donations books what it costs."""

    async def do(unit: Unit) -> PurchaseOut | Refused:
        done = await commands.order(unit, purchase_id, commands.Order(**body.model_dump()))
        return shown(done, PurchaseOut.of)

    return await work.once(PurchaseOut, do)


class PurchaseChanges(Body):
    """What is to be different; what is left out stays as it is."""

    cost: Minor | None = Field(
        default=None, description="minor units, for all that is to come, or that came if no more is to come"
    )
    due_on: Day | None = None
    supplier: Supplier | None = None


@router.post("/purchases/{purchase_id}/change", dependencies=[BUYING])
async def change(purchase_id: UUID, body: PurchaseChanges, work: Work) -> PurchaseOut:
    """The supplier charges something else, or the goods come on another day."""

    async def do(unit: Unit) -> PurchaseOut | Refused:
        done = await commands.change(unit, purchase_id, commands.Changes(**body.model_dump()))
        return shown(done, PurchaseOut.of)

    return await work.once(PurchaseOut, do)


@router.post("/purchases/{purchase_id}/cancel", dependencies=[BUYING])
async def cancel(purchase_id: UUID, work: Work) -> PurchaseOut:
    """Nothing came of it and nothing will: the appeal has its money again, and a purchase is proposed anew."""

    async def do(unit: Unit) -> PurchaseOut | Refused:
        return shown(await commands.cancel(unit, purchase_id), PurchaseOut.of)

    return await work.once(PurchaseOut, do)
