"""Payments of monthly gifts are put where they belong, and it is told which months they cover.

Both follow from how the gift stands, which is looked at soon after the money came. So a payment is first told without
its months, and a correction tells them. If they waited for each other, whoever books a payment would have to lock its
subscription, and a refund knows none (decision 25).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.commands.booking import assign, movable
from services.donations.commands.giving_back import say
from services.donations.commands.keeping import keep
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.monthly import Cover, Standing
from services.donations.domain.payments import Payment
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class Right:
    """How a payment should be: whose, for what, and what it covers; `source` is the fund that it leaves, if any."""

    gift_id: UUID | None
    purpose: str
    cover: Cover | None = None
    source: str | None = None


def misplaced(gift: RowMapping, paid: Iterable[RowMapping], now: Standing) -> dict[UUID, Right]:
    """Payments that are not where they belong, or of which the others were not told what they cover now."""
    found: dict[UUID, Right] = {}
    for each in paid:
        right = _right(gift, each, now)
        told = (each["covers_from"], each["covers_until"])
        if right.source or told != (right.cover or (None, None)):
            found[each["id"]] = right
    return found


def _right(gift: RowMapping, paid: RowMapping, now: Standing) -> Right:
    """What the treasurer gave another purpose stays as the treasurer said, and covers no month of the gift."""
    belongs, cover = paid["transaction_id"] in now.mine, now.covers.get(paid["transaction_id"])
    if belongs and paid["gift_id"] is None and paid["purpose"] == UNASSIGNED:
        return Right(gift["gift_id"], gift["purpose"], cover, UNASSIGNED)
    if not belongs and paid["gift_id"] == gift["gift_id"] and paid["purpose"] == gift["purpose"]:
        return Right(None, UNASSIGNED, None, gift["purpose"])
    return Right(paid["gift_id"], paid["purpose"], cover if paid["gift_id"] == gift["gift_id"] else None)


async def put_right(unit: Unit, wrong: Mapping[UUID, Right]) -> None:
    """Give payments the gift and purpose that they should have; not while they are disputed, nor what is spent or
    promised. Then tell what they cover.
    """
    there = await payments.lock_all(unit.session, wrong.keys())
    moving = [each for each in there if wrong[each.id].source == each.purpose]
    keys = {
        FundKey(fund, each.currency) for each in moving for fund in (each.purpose, wrong[each.id].purpose)
    }
    async with MoneyLedger.open(unit, keys) as ledger:
        for each in there:
            right, after = wrong[each.id], each
            if each in moving and movable(ledger, each):
                after = replace(assign(ledger, each, right.purpose), gift_id=right.gift_id)
            cover = right.cover if right.cover and after.gift_id == right.gift_id else (None, None)
            await _keep(unit, each, replace(after, covers_from=cover[0], covers_until=cover[1]))


async def _keep(unit: Unit, before: Payment, after: Payment) -> None:
    if after.purpose != before.purpose:
        await keep(unit, before, await say(unit, after, GiftWhy.ASSIGNED))
    elif after != before:
        # Nothing that the gift's standing depends on: it is not looked at once more.
        payments.save(unit, await say(unit, after, GiftWhy.COVERED))
