"""Appeals open by themselves when a shortfall is forecast, or by staff; and are closed by staff."""

from dataclasses import replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain import appeals as rules
from services.donations.domain.appeals import Appeal, Price
from services.donations.repository import appeals
from shared.contracts.inventory import ShortfallForecast
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def set_price(unit: Unit, item: str, price: Price) -> Price:
    """What an item costs from today on; an appeal that goes on has its cost by it."""
    await appeals.save_price(unit, item, price)
    if appeal := await appeals.of_item(unit.session, item):
        appeals.tell(unit, appeal, rules.needed(appeal, appeal.quantity, price))
    return price


async def open_appeal(unit: Unit, item: str, quantity: int, fund: str) -> Appeal | Refused:
    """Staff appeal for an item. Refused without a price, and while there is an appeal for it."""
    price = await appeals.price_of(unit.session, item)
    if price is None:
        return invalid(f"Say first what {item} costs.", ("item", "has no price"))
    cost = price.cost(quantity)
    appeal = Appeal(uuid7(), item, quantity, fund, cost.currency, cost.minor)
    if not await appeals.open_new(unit, appeal):
        return conflict(f"There is an appeal for {item} already.")
    return appeal


async def foresee(unit: Unit, fact: ShortfallForecast) -> None:
    """What will be missing of an item has changed: its appeal opens, changes, or is withdrawn.

    Without a price there is no appeal; the item is asked about again with the next forecast. A forecast that was made
    before the one heard last is old news.
    """
    quantity, price = rules.missing_of(fact), await appeals.price_of(unit.session, fact.item)
    appeal = await appeals.of_item(unit.session, fact.item)
    if price is None or (appeal and appeal.heard_on and appeal.heard_on > fact.made_on):
        return
    if appeal:
        after = rules.needed(replace(appeal, heard_on=fact.made_on), quantity, price)
        appeals.tell(unit, appeal, after)
    elif quantity:
        cost = price.cost(quantity)
        new = Appeal(uuid7(), fact.item, quantity, rules.FOOD, cost.currency, cost.minor)
        await appeals.open_new(unit, replace(new, heard_on=fact.made_on))


async def close(unit: Unit, appeal_id: UUID, *, met: bool) -> Appeal | Refused:
    """It is met by whatever road, or given up. What came for it stays in its fund, for the same purpose."""
    appeal = await appeals.find(unit.session, appeal_id, lock=True)
    if appeal is None:
        return missing(f"appeal {appeal_id}")
    if not appeal.goes_on:
        return conflict("This appeal is closed.")
    return appeals.tell(unit, appeal, rules.closed(appeal, met=met))
