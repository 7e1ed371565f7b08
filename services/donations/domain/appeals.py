"""Appeals: what is missing of an item, what it costs, and how much has come for it. Pure."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.donations.domain.funds import Purpose
from services.donations.domain.money import Money
from shared.contracts.donations import AppealChanged, AppealStatus
from shared.contracts.inventory import ShortageChanged, ShortfallForecast

GOES_ON = frozenset({AppealStatus.OPEN, AppealStatus.FUNDED})
"""An item has at most one appeal in these states."""


@dataclass(frozen=True)
class Price:
    """So many minor units for `per` base units of an item; 400 JPY for 1,000 grams."""

    minor: int
    currency: str
    per: int

    def cost(self, quantity: int) -> Money:
        """What a quantity costs, rounded up: what is a little too much is left over, too little buys nothing."""
        return Money(-(-quantity * self.minor // self.per), self.currency)


@dataclass(frozen=True)
class Appeal:
    """An appeal in one currency. Its money is in the fund of its purpose; `raised` is what came into that for it.

    `asked` is the quantity that staff appealed for: what is missing by itself may be more, and never makes it less.
    """

    id: UUID
    item: str
    quantity: int
    fund: str
    currency: str
    target: int
    raised: int = 0
    status: AppealStatus = AppealStatus.OPEN
    version: int = 1
    asked: int = 0

    @property
    def goes_on(self) -> bool:
        return self.status in GOES_ON


def missing_of(fact: ShortfallForecast) -> int:
    """What is to be bought: what is missing even if depots help each other out."""
    days = fact.short_days if fact.short_days_after_transfers is None else fact.short_days_after_transfers
    return sum(each.grams for each in days)


@dataclass(frozen=True)
class Need:
    """What is missing of an item that nothing on its way covers: as forecast, and as it is short now.

    The forecast of a food includes what is short today, so the two are never added.
    """

    item: str
    fund: str
    forecast: int = 0
    forecast_on: date | None = None
    shortage: int = 0

    @property
    def quantity(self) -> int:
        return max(self.forecast, self.shortage)


def short_of(fact: ShortageChanged) -> int:
    """What is short now and not on its way."""
    return max(0, fact.missing - fact.coming)


def fund_for(kind: str) -> str:
    """The fund of an appeal for goods of a kind; a kind that is not known is for whatever is needed most."""
    return _FUNDS.get(kind, Purpose.GENERAL).value


_FUNDS = {"food": Purpose.FOOD, "clothing": Purpose.CLOTHING, "kit": Purpose.MEDICAL}


def needed(appeal: Appeal, quantity: int, price: Price) -> Appeal:
    """The appeal for another quantity, at the price of today, in its own currency; never for less than staff asked.

    With nothing missing any more it is withdrawn if no money has come; if some has, staff close it: donors gave for it.
    """
    quantity = max(quantity, appeal.asked)
    if quantity == 0:
        return appeal if appeal.raised else replace(appeal, status=AppealStatus.WITHDRAWN)
    cost = price.cost(quantity)
    if cost.currency != appeal.currency:
        return replace(appeal, quantity=quantity)
    return settled(replace(appeal, quantity=quantity, target=cost.minor))


def counted(appeal: Appeal, more: int) -> Appeal:
    """The appeal after so much came for it, or below 0 went back. One that is over keeps its state."""
    return settled(replace(appeal, raised=appeal.raised + more))


def settled(appeal: Appeal) -> Appeal:
    """Funded once the target is reached, and open again if it is no longer."""
    if not appeal.goes_on:
        return appeal
    return replace(
        appeal, status=AppealStatus.FUNDED if appeal.raised >= appeal.target else AppealStatus.OPEN
    )


def closed(appeal: Appeal, *, met: bool) -> Appeal:
    """Staff close it: met by whatever road, or short of its target, or withdrawn if nothing came."""
    if met:
        return replace(appeal, status=AppealStatus.MET)
    return replace(appeal, status=AppealStatus.CLOSED_SHORT if appeal.raised else AppealStatus.WITHDRAWN)


def fact_of(appeal: Appeal, on: date) -> AppealChanged:
    """What the others are told."""
    return AppealChanged(
        appeal_id=appeal.id,
        version=appeal.version,
        item=appeal.item,
        quantity=appeal.quantity,
        target=Money(appeal.target, appeal.currency).as_part,
        raised=Money(max(0, appeal.raised), appeal.currency).as_part,
        status=appeal.status.value,
        on=on,
    )


FOOD = Purpose.FOOD.value
"""The fund of what a forecast finds missing: forecasts are of food."""
