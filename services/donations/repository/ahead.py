"""Reads what many notices need before the first of them is booked, each kind of row by one statement or two, and has it
at hand (`at_hand.py`).

Rows that are made or locked are so in one order, so that two units wait for each other and do not deadlock.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, String, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.donations.domain.payments import RefundState
from services.donations.domain.subscriptions import ENDS
from services.donations.repository import appeals, payments, subscriptions
from services.donations.repository.at_hand import AtHand, Key
from services.donations.tables import APPEAL, REFUND, SUBSCRIPTION_TOLD

_WAYS, _NAMES = bindparam("ways", type_=ARRAY(String)), bindparam("names", type_=ARRAY(String))
_IDS, _KEYS = bindparam("ids", type_=ARRAY(Uuid)), bindparam("keys", type_=ARRAY(LargeBinary))
_SUBSCRIPTIONS = text("""
    SELECT id, provider, reference, custom_key FROM subscription
    JOIN unnest(:ways, :names) AS named (provider, reference) USING (provider, reference)
""").bindparams(_WAYS, _NAMES)
_MAKE = text("""
    INSERT INTO subscription (id, provider, reference) SELECT * FROM unnest(:ids, :ways, :names) ON CONFLICT DO NOTHING
""").bindparams(_IDS, _WAYS, _NAMES)
_MARK = text("""
    WITH mine AS (SELECT id FROM subscription WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE)
    UPDATE subscription SET custom_key = marked.key
    FROM mine JOIN unnest(:ids, :keys) AS marked (id, key) USING (id)
    WHERE subscription.id = mine.id AND custom_key IS NULL
""").bindparams(_IDS, _KEYS)
_GIFTS = text("""
    SELECT gift.id, gift.purpose, gift.donor_id, provider, subscription_id FROM gift
    JOIN unnest(:ways, :names) AS named (provider, subscription_id) USING (provider, subscription_id)
""").bindparams(_WAYS, _NAMES)


async def have_subscriptions(session: AsyncSession, named: Iterable[tuple[str, str, str | None]]) -> None:
    """Subscriptions by the provider and its id of each, and with the mark that was told, with their gifts and ends.

    Those of which nobody has spoken yet are made; the first mark that one bears stays. Called before payments are
    locked: rows may be locked here.
    """
    marks: dict[Key, str | None] = {}
    for provider, reference, custom in named:
        marks[provider, reference] = marks.get((provider, reference)) or custom
    if not marks:
        return
    which = _arrays(marks)
    found = {(row.provider, row.reference): row for row in await session.execute(_SUBSCRIPTIONS, which)}
    if new := marks.keys() - found.keys():
        await session.execute(_MAKE, {"ids": [uuid7() for _ in new], **_arrays(new)})
        found = {(row.provider, row.reference): row for row in await session.execute(_SUBSCRIPTIONS, which)}
    marked = {
        row.id: subscriptions.key_of(marks[key])
        for key, row in sorted(found.items())
        if row.custom_key is None and marks[key]
    }
    if marked:
        await session.execute(_MARK, {"ids": [*marked], "keys": [*marked.values()]})
    hand = AtHand.of(session)
    hand.subscriptions |= {key: row.id for key, row in found.items()}
    gifts = (await session.execute(_GIFTS, which)).mappings().all()
    hand.gifts |= dict.fromkeys(marks) | {(each["provider"], each["subscription_id"]): each for each in gifts}
    hand.donors |= {each["id"]: each["donor_id"] for each in gifts}
    await _have_ends(session, hand, [row.id for row in found.values()])


async def _have_ends(session: AsyncSession, hand: AtHand, ids: Collection[UUID]) -> None:
    row = SUBSCRIPTION_TOLD.c
    ends = row.what.in_([each.value for each in ENDS])
    query = select(SUBSCRIPTION_TOLD).where(row.subscription == func.any(_IDS), ends)
    hand.ends |= {each: [] for each in ids}
    for each in (await session.execute(query, {"ids": [*ids]})).mappings():
        hand.ends[each["subscription"]].append(subscriptions.told_in(each))


async def have_payments(session: AsyncSession, keys: Collection[Key]) -> None:
    """Payments by the provider and its id of each, locked, and whether refunds wait for them. Those of which nobody has
    spoken yet are made.
    """
    if not keys:
        return
    hand, found = AtHand.of(session), await payments.make_and_lock(session, keys)
    hand.payments |= {(each.provider, each.transaction_id): each for each in found}
    row, ids = REFUND.c, [each.id for each in found if each.version == 0]
    waiting = set[UUID]()
    if ids:
        query = select(row.payment_id).where(row.payment_id == func.any(_IDS))
        waits = query.where(row.state == RefundState.WAITING.value)
        waiting = set(await session.scalars(waits, {"ids": ids}))
    hand.refunds_wait |= {each.id: each.id in waiting for each in found}


async def have_appeals(session: AsyncSession, codes: Collection[str]) -> None:
    """Appeals by their codes; nothing is locked."""
    if codes:
        found = await session.execute(select(APPEAL).where(APPEAL.c.code.in_(sorted(codes))))
        known = {row["code"]: appeals.appeal_in(row) for row in found.mappings()}
        AtHand.of(session).appeals |= {each: known.get(each) for each in codes}


def _arrays(keys: Collection[Key] | Mapping[Key, object]) -> dict[str, list[str]]:
    ways, names = zip(*sorted(keys), strict=True)
    return {"ways": [*ways], "names": [*names]}
