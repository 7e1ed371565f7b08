"""Subscriptions of monthly gifts: what was told of them, what was paid for them, and what is to be looked at.

Whoever is told something locks no subscription: a refund knows its payment alone, and has locked that already. News are
rows of their own, and how the gift stands is looked at by a timer, which locks subscriptions first.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.donations.domain.monthly import Paid
from services.donations.domain.payments import Dispute, Provider
from services.donations.domain.subscriptions import ENDS, Told, What
from services.donations.repository.at_hand import AtHand
from services.donations.tables import (
    GIFT,
    PAYMENT,
    SUBSCRIPTION,
    SUBSCRIPTION_CHANGE,
    SUBSCRIPTION_NEWS,
    SUBSCRIPTION_TOLD,
)
from shared.messaging.unit import Unit

LOOK = "look_at_monthly_gifts"
"""The reminder that something was told of monthly gifts."""
AT_ONCE = 100

_TAKE = text("""
    DELETE FROM subscription_news WHERE id IN (
        SELECT id FROM subscription_news ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED
    ) RETURNING subscription
""")


def key_of(custom: str | None) -> bytes | None:
    """A mark as it is kept: hashed, for what old buttons bear may be a name."""
    return sha256(custom.encode()).digest() if custom else None


async def make(session: AsyncSession, provider: str, reference: str, custom: str | None = None) -> UUID:
    """The subscription under this id of the provider's; it is made if nobody has spoken of it yet.

    The first mark that it bears stays. Called before a payment is locked: the row may be locked here.
    """
    if at_hand := AtHand.of(session).subscriptions.get((provider, reference)):
        return at_hand
    row, key = SUBSCRIPTION.c, key_of(custom)
    mine = {"provider": provider, "reference": reference}
    query = select(row.id, row.custom_key).where(row.provider == provider, row.reference == reference)
    known = (await session.execute(query)).one_or_none()
    if known is None:
        adding = insert(SUBSCRIPTION).values(id=uuid7(), custom_key=key, **mine).on_conflict_do_nothing()
        await session.execute(adding)
        known = (await session.execute(query)).one()
    if key and known.custom_key is None:
        marking = update(SUBSCRIPTION).where(row.id == known.id, row.custom_key.is_(None))
        await session.execute(marking.values(custom_key=key))
    found: UUID = known.id
    return found


_JOIN = text("""
    UPDATE gift SET subscription_id = found.reference FROM (
        SELECT custom_key, min(reference) AS reference FROM subscription
        WHERE provider = 'paypal' AND custom_key IS NOT NULL AND NOT EXISTS (
            SELECT FROM gift other WHERE other.provider = 'paypal' AND other.subscription_id = subscription.reference)
        GROUP BY custom_key) found
    WHERE gift.provider = 'paypal' AND gift.subscription_id IS NULL AND gift.custom_key = found.custom_key
    RETURNING found.reference
""")


async def join(session: AsyncSession) -> set[UUID]:
    """Find the subscriptions of gifts that were registered by their mark; returns those that were found now."""
    references = set(await session.scalars(_JOIN))
    row = SUBSCRIPTION.c
    query = select(row.id).where(row.provider == Provider.PAYPAL.value, row.reference.in_(references))
    return set(await session.scalars(query)) if references else set()


def tell(unit: Unit, subscription: UUID, told: Collection[Told]) -> None:
    """Keep what was told of a subscription, once."""
    rows = [
        {
            "subscription": subscription,
            "at": each.at,
            "what": each.what.value,
            "amount": each.amount,
            "currency": each.currency,
            "on_day": each.on,
        }
        for each in sorted(set(told))
    ]
    if rows:
        unit.writes.add(SUBSCRIPTION_TOLD, rows)
        if (known := AtHand.of(unit.session).ends.get(subscription)) is not None:
            known += [each for each in told if each.what in ENDS]
        stir(unit, subscription)


def stir(unit: Unit, subscription: UUID) -> None:
    """Have it looked at how the gift stands, soon after this unit commits."""
    unit.writes.insert(SUBSCRIPTION_NEWS, [{"id": uuid7(), "subscription": subscription}])
    unit.remind(LOOK)


async def stirred(session: AsyncSession) -> set[UUID]:
    """Some of the subscriptions of which there are news; the news are gone with this unit."""
    return set(await session.scalars(_TAKE, {"most": AT_ONCE}))


async def news(session: AsyncSession) -> int:
    """How many news were not looked at yet."""
    return int(await session.scalar(select(func.count()).select_from(SUBSCRIPTION_NEWS)) or 0)


async def ended(session: AsyncSession, subscription: UUID) -> list[Told]:
    """What was told of its end."""
    if (at_hand := AtHand.of(session).ends.get(subscription)) is not None:
        return at_hand
    row = SUBSCRIPTION_TOLD.c
    what = row.what.in_([each.value for each in ENDS])
    query = select(SUBSCRIPTION_TOLD).where(row.subscription == subscription, what)
    return [told_in(each) for each in (await session.execute(query)).mappings()]


async def lock(session: AsyncSession, ids: Collection[UUID]) -> Sequence[RowMapping]:
    """Subscriptions with the gifts that are registered for them, locked in the order of their ids.

    The lock lets others write rows that refer to a subscription.
    """
    row, gift = SUBSCRIPTION.c, GIFT.c
    of_it = and_(gift.provider == row.provider, gift.subscription_id == row.reference)
    named = (gift.donor_id, gift.purpose, gift.children, gift.correspondence, gift.id.label("gift_id"))
    query = select(SUBSCRIPTION, *named).join(GIFT, of_it).where(row.id.in_(ids)).order_by(row.id)
    locking = query.with_for_update(of=SUBSCRIPTION, key_share=True)
    found: Sequence[RowMapping] = (await session.execute(locking)).mappings().all()
    return found


async def told(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, list[Told]]:
    """All that was told of these subscriptions."""
    query = select(SUBSCRIPTION_TOLD).where(SUBSCRIPTION_TOLD.c.subscription.in_(ids))
    found = defaultdict[UUID, list[Told]](list)
    for row in (await session.execute(query)).mappings():
        found[row["subscription"]].append(told_in(row))
    return found


def told_in(row: RowMapping) -> Told:
    """What a row says."""
    return Told(row["at"], What(row["what"]), row["on_day"], row["amount"], row["currency"])


async def paid(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, list[RowMapping]]:
    """The payments of these subscriptions that have come, in the order of their ids."""
    row = PAYMENT.c
    query = select(PAYMENT).where(row.subscription.in_(ids), row.version > 0).order_by(row.id)
    found = defaultdict[UUID, list[RowMapping]](list)
    for each in (await session.execute(query)).mappings():
        found[each["subscription"]].append(each)
    return found


def paid_in(row: RowMapping) -> Paid:
    """A payment as it counts for its gift."""
    left, disputed = row["gross"] - row["refunded"], row["dispute"] == Dispute.OPEN.value
    said = (disputed, row["gross"], row["months"])
    return Paid(row["happened_on"], row["transaction_id"], left, row["currency"], *said)


def save(unit: Unit, values: Mapping[str, Any]) -> None:
    """Write a subscription that is locked."""
    unit.writes.change(SUBSCRIPTION, [values])


def add_change(unit: Unit, values: Mapping[str, Any]) -> None:
    """Keep that a gift came to stand otherwise."""
    unit.writes.insert(SUBSCRIPTION_CHANGE, [values])
