"""Appeals open by themselves when something is short or will be, or by staff; and are closed by staff."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain import appeals as rules
from services.donations.domain.appeals import Appeal, Need, Price
from services.donations.ledger import SERVE, MoneyLedger
from services.donations.repository import appeals, books
from shared.contracts.donations import AppealStatus
from shared.contracts.inventory import ItemPriced, ShortageChanged, ShortfallForecast
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def set_price(unit: Unit, item: str, price: Price) -> Price | Refused:
    """What an item costs from today on; an appeal that goes on has its cost by it.

    Refused for an item of which inventory has said the price: that one is newer each time it changes, and wins.
    """
    if await appeals.told_price(unit.session, item):
        return conflict(f"Inventory says what {item} costs: change the price there.")
    await appeals.save_price(unit, item, price)
    await _reprice(unit, item, price)
    return price


async def _reprice(unit: Unit, item: str, price: Price) -> bool:
    """Have the appeal for an item cost what it costs now; False if there is none that goes on."""
    if appeal := await appeals.of_item(unit.session, item):
        _tell(unit, appeal, rules.needed(appeal, appeal.quantity, price))
    return appeal is not None


def _tell(unit: Unit, before: Appeal, after: Appeal) -> None:
    """Write a locked appeal whose need or cost is different, and have set aside for it what is due, in a moment: the
    fund is not locked here, for funds are locked before needs.
    """
    after = appeals.tell(unit, before, after)
    if after.set_aside != after.due:
        unit.remind(SERVE)


async def open_appeal(unit: Unit, item: str, quantity: int, fund: str) -> Appeal | Refused:
    """Staff appeal for an item. Refused without a price, and while there is an appeal for it."""
    price = await appeals.price_of(unit.session, item)
    if price is None:
        return invalid(f"Say first what {item} costs.", ("item", "has no price"))
    cost = price.cost(quantity)
    appeal = Appeal(uuid7(), item, quantity, fund, cost.currency, cost.minor, asked=quantity)
    if not await appeals.open_new(unit, appeal):
        return conflict(f"There is an appeal for {item} already.")
    return appeal


async def lock(unit: Unit, items: Collection[str]) -> None:
    """Lock what a unit needs that hears of several items: the funds of their appeals, then what is missing of each.

    Who changes several appeals holds their funds. Else this unit would hold the appeal for rice and wait for the one
    for kits, while a refund holds that one and takes back what was set aside for the one for rice.
    """
    if len(set(items)) > 1:
        await books.lock_funds(unit.session, await appeals.keys_of_items(unit.session, items))
        for item in sorted(set(items)):
            await appeals.need_of(unit.session, item)


async def foresee(unit: Unit, fact: ShortfallForecast) -> None:
    """What will be missing of a food has changed. A forecast that was made before the one heard last is old news."""
    need = await appeals.need_of(unit.session, fact.item)
    if need.forecast_on is None or need.forecast_on <= fact.made_on:
        missing = rules.missing_of(fact)
        await _follow(unit, replace(need, fund=rules.FOOD, forecast=missing, forecast_on=fact.made_on))


async def fall_short(unit: Unit, fact: ShortageChanged) -> None:
    """What is missing now of an item has changed; the fact is newer than all that was heard of it."""
    need = await appeals.need_of(unit.session, fact.item)
    await _follow(unit, replace(need, fund=rules.fund_for(fact.kind), shortage=rules.short_of(fact)))


async def learn_price(unit: Unit, fact: ItemPriced) -> None:
    """Inventory says what an item costs now; the fact is newer than all that was heard of its price.

    What was missing before anybody knew the price is appealed for now. If one was known, an appeal is over or was
    opened for all that was missing: a new price, as an order says it, opens no other one for what is on its way.
    """
    need = await appeals.need_of(unit.session, fact.item)
    before = await appeals.price_of(unit.session, fact.item)
    appeals.save_told_price(unit, fact)
    price = await appeals.price_of(unit.session, fact.item)
    if price and not await _reprice(unit, fact.item, price) and before is None:
        await _follow(unit, need)


async def _follow(unit: Unit, need: Need) -> None:
    """Keep what is missing of an item, which is locked; its appeal opens, changes, or is withdrawn.

    Without a price there is no appeal: it opens with the next news of what is missing, or when inventory says a price.
    """
    appeals.save_need(unit, need)
    price = await appeals.price_of(unit.session, need.item)
    if price is None:
        return
    if appeal := await appeals.of_item(unit.session, need.item):
        _tell(unit, appeal, rules.needed(appeal, need.quantity, price))
    elif need.quantity:
        cost = price.cost(need.quantity)
        new = Appeal(uuid7(), need.item, need.quantity, need.fund, cost.currency, cost.minor)
        await appeals.open_new(unit, new)


async def close(unit: Unit, appeal_id: UUID, *, met: bool) -> Appeal | Refused:
    """It is met by whatever road, or given up. What came for it stays in its fund, for the same purpose; it is free."""
    known = await appeals.find(unit.session, appeal_id)
    async with MoneyLedger.open(unit, {known.key} if known else ()) as ledger:
        appeal = await ledger.appeal(appeal_id)
        if appeal is None:
            return ledger.refuse(missing(f"appeal {appeal_id}"))
        if appeal.status is AppealStatus.ORDERED:
            return ledger.refuse(conflict(_ORDERED))
        if not appeal.goes_on:
            return ledger.refuse(conflict("This appeal is closed."))
        return ledger.change(rules.closed(appeal, met=met))


_ORDERED = "What it is for is ordered: it is met when the goods come, or goes on if that is cancelled."
