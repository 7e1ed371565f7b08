"""What things cost, and purchases: proposed once an appeal is funded, ordered, come in parts, or cancelled. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID, uuid5

from shared.contracts.base import Money
from shared.contracts.donations import AppealStatus
from shared.contracts.inventory import ItemPriced, PurchaseChanged, PurchaseLine, PurchaseStatus

PRICES = UUID("2f6c8f0e-5d0b-5c39-8a0e-6d2f3f0a9b41")
"""Namespace: what is told of one item's price always has the same id."""


@dataclass(frozen=True)
class Price:
    """So many minor units for `per` base units of an item: 2,000 cents for one kit."""

    minor: int
    currency: str
    per: int = 1

    def cost(self, quantity: int) -> int:
        """What a quantity costs, rounded up once: what is a little too much is left over, too little buys nothing."""
        return -(-quantity * self.minor // self.per)


@dataclass(frozen=True)
class PriceSet:
    """A price that somebody set, and when. The day comes first: a clock that has run away orders nothing."""

    price: Price
    on_day: date
    at: datetime

    @property
    def when(self) -> tuple[date, datetime]:
        return self.on_day, self.at


def price_now(set_by_staff: PriceSet | None, bought: Iterable["Purchase"]) -> Price | None:
    """What an item costs: what was paid for it last, or what somebody set after that; None if neither is known.

    A purchase counts from its order on, with what it costs by now. One that costs what the price before it gives,
    rounded up, says nothing new: 56,500 g at 45 JPY per 1,000 g cost 2,543 JPY, and 1,000 g cost 45 JPY after it too.
    It follows from what was set and bought alone: in whatever order that is changed, the price ends the same.
    """
    price = set_by_staff.price if set_by_staff else None
    for each in sorted((each for each in bought if each.when), key=lambda each: (each.when, each.id)):
        assert each.when
        paid = each.paid
        if paid is None or (set_by_staff and each.when < set_by_staff.when):
            continue
        if price is None or price.currency != paid.currency or price.cost(paid.per) != paid.minor:
            price = paid
    return price


def price_fact(item: str, unit: str, price: Price, version: int, on: date) -> ItemPriced:
    """What the others are told of a price."""
    return ItemPriced(
        price_id=uuid5(PRICES, item),
        version=version,
        item=item,
        price=Money(amount=price.minor, currency=price.currency),
        per=price.per,
        unit=unit,
        on=on,
    )


@dataclass(frozen=True)
class Appeal:
    """An appeal as donations told of it last; `target` is what it takes to buy `quantity`."""

    id: UUID
    item: str
    quantity: int
    target: int
    currency: str
    status: str

    @property
    def is_funded(self) -> bool:
        """Whether its money is there and nothing has been ordered for it, as far as donations knew."""
        return self.status == AppealStatus.FUNDED and bool(self.item) and min(self.quantity, self.target) > 0


@dataclass(frozen=True)
class Plan:
    """A planned delivery as its purchase sees it; `over` if nothing more is to come."""

    quantity: int
    received: int
    due_on: date
    over: bool

    @property
    def status(self) -> PurchaseStatus:
        """What a purchase is whose goods are to come like this.

        What is over without anything having come is cancelled; if only some came, that is all there will be.
        """
        if self.received:
            return PurchaseStatus.ARRIVED if self.over else PurchaseStatus.ARRIVED_PART
        return PurchaseStatus.CANCELLED if self.over else PurchaseStatus.ORDERED


@dataclass(frozen=True)
class Purchase:
    """Goods that are bought for an appeal. Once ordered, a planned delivery stands for them (`planned_id`).

    `cost` was said for `cost_for` base units: for what was ordered, or for what had come when it was corrected. More or
    less may come than that; nobody has said then what the rest costs.
    """

    id: UUID
    appeal_id: UUID
    item: str
    quantity: int
    cost: int
    cost_for: int
    currency: str
    status: PurchaseStatus = PurchaseStatus.PROPOSED
    arrived: int = 0
    supplier: str | None = None
    due_on: date | None = None
    planned_id: UUID | None = None
    version: int = 0
    ordered_on: date | None = None
    ordered_at: datetime | None = None

    @property
    def when(self) -> tuple[date, datetime] | None:
        """When it was ordered; None if it is not, or if nobody kept it."""
        return (self.ordered_on, self.ordered_at) if self.ordered_on and self.ordered_at else None

    @property
    def paid(self) -> Price | None:
        """The price by which it was bought: its cost for what that was said for. None while it is only proposed, or
        once it is cancelled.

        Of 1,000 g for 400 JPY 500 g come, and no more: 1,000 g cost 400 JPY until somebody says what the 500 g cost.
        By what came they would cost twice as much, and so would all that is appealed for.
        """
        if self.status in (PurchaseStatus.PROPOSED, PurchaseStatus.CANCELLED):
            return None
        return Price(self.cost, self.currency, self.cost_for)


def proposed(purchase_id: UUID, appeal: Appeal, price: Price | None) -> Purchase:
    """What is to be bought for a funded appeal. Without a price in its currency, it costs what the appeal asked for."""
    mine = price and price.currency == appeal.currency
    cost = price.cost(appeal.quantity) if price and mine else appeal.target
    wanted = appeal.quantity
    return Purchase(purchase_id, appeal.id, appeal.item, wanted, cost, wanted, appeal.currency)


def followed(live: Purchase, appeal: Appeal, price: Price | None) -> Purchase:
    """A purchase after its appeal changed: a proposal follows it, what is ordered stays.

    A proposal is withdrawn with the money: when the appeal is open again, closed or withdrawn. While donations says
    that something is ordered it stays: that may be an order before this one, of which donations hears last.
    """
    if live.status is not PurchaseStatus.PROPOSED or appeal.status == AppealStatus.ORDERED:
        return live
    if not appeal.is_funded:
        return replace(live, status=PurchaseStatus.CANCELLED)
    return replace(proposed(live.id, appeal, price), version=live.version)


def costing(purchase: Purchase, cost: int) -> Purchase:
    """A purchase of which somebody says the cost: for all that is to come, or that has come if that is all."""
    came = purchase.arrived if purchase.status is PurchaseStatus.ARRIVED else purchase.quantity
    return replace(purchase, cost=cost, cost_for=came)


def planned(purchase: Purchase, plan: Plan) -> Purchase:
    """An ordered purchase as its planned delivery says."""
    return replace(
        purchase, status=plan.status, quantity=plan.quantity, arrived=plan.received, due_on=plan.due_on
    )


def fact_of(purchase: Purchase, unit: str, on: date) -> PurchaseChanged:
    """What the others are told of a purchase; `unit` is its item's."""
    line = PurchaseLine(item=purchase.item, quantity=purchase.quantity, arrived=purchase.arrived, unit=unit)
    return PurchaseChanged(
        purchase_id=purchase.id,
        version=purchase.version,
        appeal_id=purchase.appeal_id,
        status=purchase.status.value,
        supplier=purchase.supplier,
        lines=(line,),
        cost=Money(amount=purchase.cost, currency=purchase.currency),
        due_on=purchase.due_on,
        on=on,
    )
