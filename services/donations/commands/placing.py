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
from services.donations.commands.parting import gather, set_apart, wanted
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.monthly import NOTHING, Cover, Rest, Standing
from services.donations.domain.payments import Payment
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments, subscriptions
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Right:
    """How a payment should be: whose, for what, what it covers, and what it brought beyond that; `source` is the fund
    that it leaves, if any.
    """

    gift_id: UUID | None
    purpose: str
    cover: Cover | None = None
    source: str | None = None
    rest: Rest = NOTHING


def misplaced(gift: RowMapping, paid: Iterable[RowMapping], now: Standing) -> dict[UUID, Right]:
    """Payments that are not where they belong, or of which the others were not told what they cover now."""
    found: dict[UUID, Right] = {}
    for each in paid:
        right = _right(gift, each, now)
        told = (each["covers_from"], each["covers_until"])
        apart = wanted(right.purpose, right.rest, each["net"] + each["apart"])
        is_apart = (each["apart"], each["apart_in"])
        if right.source or told != (right.cover or (None, None)) or is_apart != apart:
            found[each["id"]] = right
    return found


def _right(gift: RowMapping, paid: RowMapping, now: Standing) -> Right:
    """What the treasurer gave another purpose stays as the treasurer said, and covers no month of the gift."""
    name = paid["transaction_id"]
    belongs, cover, rest = name in now.mine, now.covers.get(name), now.rests.get(name, NOTHING)
    if belongs and paid["gift_id"] is None and paid["purpose"] == UNASSIGNED:
        return Right(gift["gift_id"], gift["purpose"], cover, UNASSIGNED, rest)
    if not belongs and paid["gift_id"] == gift["gift_id"] and paid["purpose"] == gift["purpose"]:
        return Right(None, UNASSIGNED, None, gift["purpose"])
    if paid["gift_id"] == gift["gift_id"]:
        return Right(paid["gift_id"], paid["purpose"], cover, rest=rest if cover else NOTHING)
    return Right(paid["gift_id"], paid["purpose"])


async def put_right(unit: Unit, wrong: Mapping[UUID, Right]) -> None:
    """Give payments the gift and purpose that they should have; not while they are disputed, nor what is spent or
    promised. Then tell what they cover.
    """
    there = await payments.lock_all(unit.session, wrong.keys())
    moving = [each for each in there if wrong[each.id].source == each.purpose]
    funds = {each.id: _funds(each, wrong[each.id], moves=each in moving) for each in there}
    keys = {FundKey(fund, each.currency) for each in there for fund in funds[each.id]}
    async with MoneyLedger.open(unit, keys) as ledger:
        for each in there:
            right, after = wrong[each.id], each
            if each in moving and movable(ledger, each):
                after = assign(ledger, gather(ledger, each), right.purpose)
                after = replace(after, gift_id=right.gift_id)
            cover = right.cover if right.cover and after.gift_id == right.gift_id else (None, None)
            if funds[each.id]:
                after = set_apart(ledger, after, right.rest if after.gift_id == right.gift_id else NOTHING)
            await _keep(ledger, each, replace(after, covers_from=cover[0], covers_until=cover[1]))


def _funds(payment: Payment, right: Right, *, moves: bool) -> set[str]:
    """The funds from and to which money of a payment goes."""
    apart = wanted(right.purpose, right.rest, payment.net + payment.apart)[1]
    if not (moves or apart or payment.apart):
        return set()
    return {payment.purpose, payment.apart_in, apart, *([right.purpose] if moves else [])} - {""}


async def _keep(ledger: MoneyLedger, before: Payment, after: Payment) -> None:
    if after.purpose != before.purpose:
        await keep(ledger, before, await say(ledger.unit, after, GiftWhy.ASSIGNED))
    elif after != before:
        # Nothing that the gift's standing depends on: it is not looked at once more.
        same = (after.covers_from, after.covers_until) == (before.covers_from, before.covers_until)
        payments.save(ledger.unit, after if same else await say(ledger.unit, after, GiftWhy.COVERED))


async def release(unit: Unit, payment_id: UUID, months: int) -> Payment | Refused:
    """The treasurer says how many months a larger payment covers at most. What it brought beyond them is for whatever
    is needed most; both are booked and told when the gift is looked at, soon.

    Refused for a payment that does not wait.
    """
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    if payment.apart_in != UNASSIGNED or payment.subscription is None:
        return conflict("Nothing of this payment waits for the treasurer.")
    after = replace(payment, months=months)
    payments.save(unit, after)
    subscriptions.stir(unit, payment.subscription)
    return after
