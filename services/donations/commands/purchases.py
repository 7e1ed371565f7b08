"""What inventory tells of purchases: the money is booked once, and the appeal follows."""

from collections.abc import Sequence

from services.donations.domain import purchases as rules
from services.donations.domain.funds import Purpose
from services.donations.domain.purchases import Purchase
from services.donations.ledger import MoneyLedger
from services.donations.repository import appeals, purchases
from services.donations.tables import PURCHASE
from shared.contracts.inventory import PurchaseChanged
from shared.messaging.states import newest
from shared.messaging.unit import Unit


async def follow(unit: Unit, facts: Sequence[PurchaseChanged]) -> None:
    """Book what is owed for purchases now, and not any more; and have their appeals stand as they do.

    By its id and version a purchase is heard of once, and what is booked is the difference to what was booked before:
    so an order, another cost and a cancellation come to the same in any order, and however often they are told.
    """
    news = await newest(unit, PURCHASE, facts)
    mine = {each.appeal_id for each in news.facts.values() if each.appeal_id}
    funds = await purchases.funds_of(unit.session, mine)
    pairs: list[tuple[Purchase | None, Purchase]] = []
    for key, fact in sorted(news.facts.items()):
        row = news.rows[key]
        before = purchases.purchase_in(row) if row else None
        # Without its appeal nobody knows the purpose: the treasurer's general fund pays.
        fund = funds.get(fact.appeal_id, Purpose.GENERAL.value) if fact.appeal_id else Purpose.GENERAL.value
        pairs.append((before, rules.heard(before, fact, fund)))
    async with MoneyLedger.open(unit, {after.key for _, after in pairs}) as ledger:
        for _, after in pairs:
            ledger.pay(after)
        # Written, so that each appeal sees all its purchases as they are.
        ledger.keep_purchases()
        for before, after in pairs:
            await _have_stand(unit, before.status if before else "", after)


async def _have_stand(unit: Unit, was: str, purchase: Purchase) -> None:
    """The appeal's row is locked first: of two purchases of one appeal the second then sees what the first became."""
    appeal = await appeals.find(unit.session, purchase.appeal_id, lock=True) if purchase.appeal_id else None
    if appeal is None:
        return
    after = rules.stands(appeal, was, await purchases.statuses_of(unit.session, appeal.id))
    if after.goes_on and not appeal.goes_on:
        after = await appeals.reopened(unit, after)
    appeals.tell(unit, appeal, after)
