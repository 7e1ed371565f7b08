"""Purchases follow the appeals they are for, and the planned deliveries that stand for their goods."""

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.inventory.domain import purchases as rules
from services.inventory.domain.purchases import Appeal, Purchase
from services.inventory.repository import prices, purchases
from shared.contracts.inventory import PurchaseStatus
from shared.messaging.unit import Unit


async def follow_appeal(unit: Unit, appeal: Appeal) -> None:
    """An appeal was told of: propose a purchase once it is funded, change the proposal with it, or withdraw it."""
    live = await purchases.live_of(unit.session, appeal.id)
    price = await prices.price_of(unit.session, appeal.item)
    if live:
        await purchases.tell(unit, live, rules.followed(live, appeal, price))
    elif appeal.is_funded:
        await purchases.tell(unit, None, rules.proposed(uuid7(), appeal, price))


async def tell(unit: Unit, before: Purchase, after: Purchase) -> Purchase:
    """Write a locked purchase after a change, tell of it, and have its item cost what was paid for it."""
    told = await purchases.tell(unit, before, after)
    await prices.learn(unit, before, told)
    return told


async def follow_plan(unit: Unit, plan: RowMapping) -> None:
    """A planned delivery, which is locked, has changed: so has the purchase that it stands for, if it is one's.

    A purchase that is cancelled by it is proposed anew if the money is there: another supplier may have the goods. If
    donations has heard of the order, it says once more that the appeal is funded, and the proposal follows from that.
    """
    before = await purchases.of_plan(unit.session, plan["id"])
    if before is None:
        return
    after = await tell(unit, before, rules.planned(before, purchases.plan_in(plan)))
    if after.status is PurchaseStatus.CANCELLED and before.status is not PurchaseStatus.CANCELLED:
        appeal = await purchases.appeal_of(unit.session, after.appeal_id)
        if appeal and appeal.is_funded:
            await follow_appeal(unit, appeal)
