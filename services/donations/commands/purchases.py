"""What inventory tells of purchases: the money is booked once, and the appeal follows."""

from collections.abc import Sequence
from dataclasses import replace

from services.donations.domain import purchases as rules
from services.donations.domain.appeals import Appeal
from services.donations.domain.funds import Purpose
from services.donations.domain.purchases import Purchase
from services.donations.ledger import MoneyLedger
from services.donations.repository import appeals, purchases
from services.donations.tables import PURCHASE
from shared.contracts.donations import AppealStatus
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
    keys = await purchases.keys_of(unit.session, mine)
    pairs: list[tuple[Purchase | None, Purchase]] = []
    for key, fact in sorted(news.facts.items()):
        row = news.rows[key]
        before = purchases.purchase_in(row) if row else None
        # Without its appeal nobody knows the purpose: the treasurer's general fund pays.
        key_of = keys.get(fact.appeal_id) if fact.appeal_id else None
        fund = key_of.fund if key_of else Purpose.GENERAL.value
        pairs.append((before, rules.heard(before, fact, fund)))
    async with MoneyLedger.open(unit, {*keys.values(), *(after.key for _, after in pairs)}) as ledger:
        for _, after in pairs:
            await ledger.pay(after)
        # Written, so that each appeal sees all its purchases as they are.
        ledger.keep_purchases()
        for before, after in pairs:
            await _have_stand(ledger, before.status if before else "", after)


async def _have_stand(ledger: MoneyLedger, was: str, purchase: Purchase) -> None:
    """The appeal's row is locked: of two purchases of one appeal the second then sees what the first became."""
    appeal = await ledger.appeal(purchase.appeal_id)
    if appeal is None:
        return
    after = rules.stands(appeal, was, await purchases.statuses_of(ledger.unit.session, appeal.id))
    if after.goes_on and not appeal.goes_on:
        after = await _reopened(ledger, after)
    ledger.change(after)


async def _reopened(ledger: MoneyLedger, appeal: Appeal) -> Appeal:
    """An appeal that is to go on again, as it can be: another one for its item may have opened meanwhile.

    Another one that opened by itself and for which nothing has come is withdrawn: this one has its money. Otherwise the
    other one goes on, and this one is closed short: its money stays in their fund.
    """
    found = await appeals.of_item(ledger.unit.session, appeal.item)
    other = await ledger.appeal(found.id) if found else None
    if other is None or other.id == appeal.id or not other.goes_on:
        return appeal
    if other.raised or other.asked:
        return replace(appeal, status=AppealStatus.CLOSED_SHORT)
    ledger.change(replace(other, status=AppealStatus.WITHDRAWN))
    return appeal
