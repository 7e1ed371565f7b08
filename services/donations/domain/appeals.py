"""Appeals: what is missing of an item, what it costs, and how much has come for it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.donations.domain.funds import Fund, FundKey, Purpose
from services.donations.domain.marks import code_of
from services.donations.domain.money import MOST, Money
from shared.contracts.donations import AppealChanged, AppealStatus
from shared.contracts.inventory import ShortageChanged, ShortfallForecast

GOES_ON = frozenset({AppealStatus.OPEN, AppealStatus.FUNDED})
"""An item has at most one appeal in these states."""
KEEPS = GOES_ON | {AppealStatus.ORDERED}
"""An appeal in these states keeps the money that came for it; what is left of an appeal that is over is free."""


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
    Of what was raised PayPal holds `held`, and `spent` went to its purchases. `set_aside` is what the fund promises to
    nobody else.
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
    held: int = 0
    spent: int = 0
    set_aside: int = 0

    @property
    def key(self) -> FundKey:
        return FundKey(self.fund, self.currency)

    @property
    def code(self) -> str:
        """What a donor's payment bears that is given for it."""
        return code_of(self.id)

    @property
    def goes_on(self) -> bool:
        return self.status in GOES_ON

    @property
    def due(self) -> int:
        """What is to be set aside for it: what came and can be spent, up to the target, less what was spent.

        An appeal for 400 to which 500 came keeps 400, and 100 are free. Once 300 of them are spent it keeps 100, since
        the goods may still cost more; once the goods are there it keeps nothing.
        """
        if self.status not in KEEPS:
            return 0
        return max(0, min(self.raised - self.held, self.target) - self.spent)


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


def counted(appeal: Appeal, more: int, held: int = 0) -> Appeal:
    """The appeal after so much came for it, or below 0 went back, and so much more of it is held.

    One that is over keeps its state.
    """
    return settled(replace(appeal, raised=appeal.raised + more, held=appeal.held + held))


def lowered(appeal: Appeal) -> Appeal:
    """The appeal without what is set aside beyond what is due to it."""
    return replace(appeal, set_aside=min(appeal.set_aside, appeal.due))


def spent_on(appeal: Appeal, more: int) -> Appeal:
    """The appeal after so much was spent on its purchase, or below 0 came back: first what was set aside for it."""
    own = max(0, min(more, appeal.set_aside))
    return replace(appeal, spent=appeal.spent + more, set_aside=appeal.set_aside - own)


def fill(fund: Fund, lacking: Iterable[Appeal]) -> list[Appeal]:
    """Set aside for appeals what came for them, as far as the fund has it free, for the oldest first.

    Returns those that have more set aside than before.
    """
    free, filled = max(0, fund.free), []
    for each in sorted(lacking, key=lambda appeal: appeal.id):
        if (more := min(each.due - each.set_aside, free)) > 0:
            free -= more
            filled.append(replace(each, set_aside=each.set_aside + more))
    return filled


def cut_back(fund: Fund, keeping: Iterable[Appeal]) -> list[Appeal]:
    """Take back what is set aside and no longer there, from the youngest first. Returns those that have less."""
    lacking, cut = max(0, -fund.free), []
    for each in sorted(keeping, key=lambda appeal: appeal.id, reverse=True):
        if less := min(each.set_aside, lacking):
            lacking -= less
            cut.append(replace(each, set_aside=each.set_aside - less))
    return cut


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


def shown(appeal: Appeal) -> tuple[object, ...]:
    """What the others are told of an appeal."""
    return appeal.item, appeal.quantity, appeal.target, max(0, appeal.raised), appeal.status


def fact_of(appeal: Appeal, on: date) -> AppealChanged:
    """What the others are told; the wire carries no amount above `MOST`."""
    raised = min(max(0, appeal.raised), MOST)
    return AppealChanged(
        appeal_id=appeal.id,
        version=appeal.version,
        item=appeal.item,
        quantity=appeal.quantity,
        target=Money(appeal.target, appeal.currency).as_part,
        raised=Money(raised, appeal.currency).as_part,
        status=appeal.status.value,
        on=on,
    )


FOOD = Purpose.FOOD.value
"""The fund of what a forecast finds missing: forecasts are of food."""
