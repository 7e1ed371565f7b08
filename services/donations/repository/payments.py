"""Payments, refunds and the gifts that they belong to."""

from collections.abc import Collection, Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, String, Uuid, bindparam, false, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.donations.domain.payments import Dispute, Payment, RefundState
from services.donations.repository.at_hand import AtHand, Key
from services.donations.tables import GIFT, PAYMENT, REFUND
from shared.database.writes import Writes
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Payment))


async def lock_or_make(session: AsyncSession, provider: str, transaction_id: str) -> Payment:
    """The payment under this id of the provider, locked. One of version 0 is made if nobody has spoken of it yet.

    So two who hear of one payment at once wait for each other, and a refund that comes before its payment has a row
    to wait at.
    """
    if at_hand := AtHand.of(session).payments.get((provider, transaction_id)):
        return at_hand
    mine = {"provider": provider, "transaction_id": transaction_id}
    making = insert(PAYMENT).values(id=uuid7(), **mine).on_conflict_do_nothing()
    row = PAYMENT.c
    query = select(PAYMENT).where(row.provider == provider, row.transaction_id == transaction_id)
    while True:
        await session.execute(making)
        found = (await session.execute(query.with_for_update())).mappings().one_or_none()
        # The one for which this unit waited may have given its reference free meanwhile: then there is another one.
        if found:
            return payment_in(found)


async def free_reference(session: AsyncSession, payment: Payment) -> None:
    """A locked slip that was reversed gives its reference free; its own says from now on that it was reversed."""
    own = f"{payment.transaction_id[:_KEPT_OF_REFERENCE]} reversed {payment.id}"
    await session.execute(update(PAYMENT).where(PAYMENT.c.id == payment.id).values(transaction_id=own))


_KEPT_OF_REFERENCE = 54
"""Characters, so that the rest fits the column."""


async def find(session: AsyncSession, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    """A payment that has come; None if there is none of this id."""
    query = select(PAYMENT).where(PAYMENT.c.id == payment_id, PAYMENT.c.version > 0)
    found = await session.execute(query.with_for_update() if lock else query)
    row = found.mappings().one_or_none()
    return payment_in(row) if row else None


IN_ORDER = (PAYMENT.c.provider, text('payment.transaction_id COLLATE "C"'))
"""Whoever locks several payments locks them in this order, in which text is sorted by Python too."""
_IDS = bindparam("ids", type_=ARRAY(Uuid))


async def lock_all(session: AsyncSession, ids: Collection[UUID]) -> list[Payment]:
    """Those of these payments that have come, locked."""
    query = select(PAYMENT).where(PAYMENT.c.id == func.any(_IDS), PAYMENT.c.version > 0).order_by(*IN_ORDER)
    found = await session.execute(query.with_for_update(), {"ids": sorted(ids)})
    return [payment_in(row) for row in found.mappings()]


_NAMED = (bindparam("ways", type_=ARRAY(String)), bindparam("names", type_=ARRAY(String)))
_MAKE = text("""
    INSERT INTO payment (id, provider, transaction_id) SELECT * FROM unnest(:ids, :ways, :names) ON CONFLICT DO NOTHING
""").bindparams(_IDS, *_NAMED)
_LOCK = text("""
    SELECT payment.* FROM payment
    JOIN unnest(:ways, :names) AS named (provider, transaction_id) USING (provider, transaction_id)
    ORDER BY provider, transaction_id COLLATE "C" FOR UPDATE OF payment
""").bindparams(*_NAMED)


async def make_and_lock(session: AsyncSession, keys: Collection[Key]) -> list[Payment]:
    """The payments under these ids of providers, locked; those of which nobody has spoken yet are made first."""
    if not keys:
        return []
    ways, names = zip(*sorted(keys), strict=True)
    which = {"ways": [*ways], "names": [*names]}
    await session.execute(_MAKE, {"ids": [uuid7() for _ in keys], **which})
    return [payment_in(each) for each in (await session.execute(_LOCK, which)).mappings()]


async def under(session: AsyncSession, provider: str, transaction_id: str) -> Payment | None:
    """The payment that came under this id of the provider; None if none did."""
    row = PAYMENT.c
    query = select(PAYMENT).where(
        row.provider == provider, row.transaction_id == transaction_id, row.version > 0
    )
    found = (await session.execute(query)).mappings().one_or_none()
    return payment_in(found) if found else None


def payment_in(row: RowMapping) -> Payment:
    """What a row holds."""
    values = {name: row[name] for name in _COLUMNS}
    return Payment(**{**values, "dispute": Dispute(row["dispute"])})


def save(unit: Unit, payment: Payment) -> None:
    """Write a payment that is locked."""
    values = {name: getattr(payment, name) for name in _COLUMNS}
    unit.writes.change(PAYMENT, [{**values, "dispute": payment.dispute.value, "actor": unit.actor.id}])
    hand, key = AtHand.of(unit.session), (payment.provider, payment.transaction_id)
    if key in hand.payments:
        hand.payments[key] = payment


async def gift_of_subscription(session: AsyncSession, provider: str, subscription: str) -> RowMapping | None:
    """The monthly gift that a provider collects under this id; None if we know none."""
    hand, row = AtHand.of(session), GIFT.c
    if (provider, subscription) in hand.gifts:
        return hand.gifts[provider, subscription]
    query = select(GIFT).where(row.provider == provider, row.subscription_id == subscription)
    found: RowMapping | None = (await session.execute(query)).mappings().one_or_none()
    return found


async def donor_of(session: AsyncSession, gift_id: UUID | None) -> UUID | None:
    """Who gave it; None for money of which we do not know."""
    if gift_id is None:
        return None
    donors = AtHand.of(session).donors
    if gift_id in donors:
        return donors[gift_id]
    return await session.scalar(select(GIFT.c.donor_id).where(GIFT.c.id == gift_id))


def add_gift(writes: Writes, values: dict[str, Any]) -> None:
    """Keep a new gift."""
    writes.insert(GIFT, [values])


async def add_monthly(session: AsyncSession, values: dict[str, Any]) -> Sequence[RowMapping]:
    """Keep a new monthly gift; returns those that are registered for its subscription or its mark, locked: then none is
    kept.
    """
    row = GIFT.c
    adding = insert(GIFT).values(**values).on_conflict_do_nothing().returning(row.id)
    if await session.scalar(adding) is not None:
        return []
    same = or_(
        row.subscription_id == values["subscription_id"] if values["subscription_id"] else false(),
        row.custom_key == values["custom_key"] if values["custom_key"] else false(),
    )
    query = select(GIFT).where(row.provider == values["provider"], same).order_by(row.id)
    return (await session.execute(query.with_for_update(key_share=True))).mappings().all()


async def lock_monthly(session: AsyncSession, gift_id: UUID) -> RowMapping | None:
    """A registered monthly gift, locked like by `add_monthly`; None if there is none of this id."""
    query = select(GIFT).where(GIFT.c.id == gift_id, GIFT.c.kind == "monthly")
    found = await session.execute(query.with_for_update(key_share=True))
    return found.mappings().one_or_none()


def change_gift(writes: Writes, values: dict[str, Any]) -> None:
    """Give a locked gift new values."""
    writes.change(GIFT, [values])


async def add_refund(session: AsyncSession, values: dict[str, Any]) -> RefundState | None:
    """Keep a refund by its own id; how it stands if it is known."""
    adding = insert(REFUND).values(**values).on_conflict_do_nothing().returning(REFUND.c.refund_id)
    if await session.scalar(adding) is not None:
        AtHand.of(session).refunds_wait[values["payment_id"]] = True
        return None
    row = REFUND.c
    mine = (row.provider == values["provider"], row.refund_id == values["refund_id"])
    return RefundState(await session.scalar(select(row.state).where(*mine)) or RefundState.WAITING)


async def refund(session: AsyncSession, provider: str, refund_id: str) -> RowMapping | None:
    """A refund by its own id."""
    query = select(REFUND).where(REFUND.c.provider == provider, REFUND.c.refund_id == refund_id)
    found: RowMapping | None = (await session.execute(query)).mappings().one_or_none()
    return found


async def refunds_of(session: AsyncSession, payment_id: UUID) -> Sequence[RowMapping]:
    """What went back of a locked payment, with what became of it."""
    query = select(REFUND).where(REFUND.c.payment_id == payment_id).order_by(REFUND.c.refund_id)
    return (await session.execute(query)).mappings().all()


async def tell_fee_back(session: AsyncSession, provider: str, refund_id: str, fee: int) -> None:
    """What the provider gave back of its fee with a refund; no notice said it before."""
    mine = (REFUND.c.provider == provider, REFUND.c.refund_id == refund_id)
    await session.execute(update(REFUND).where(*mine).values(fee_back=fee))


async def waiting_refunds(session: AsyncSession, payment_id: UUID) -> Sequence[RowMapping]:
    """Refunds that came before their payment, in the order of their ids."""
    if AtHand.of(session).refunds_wait.get(payment_id) is False:
        return []
    row = REFUND.c
    waits = (row.payment_id == payment_id, row.state == RefundState.WAITING.value)
    return (await session.execute(select(REFUND).where(*waits).order_by(row.refund_id))).mappings().all()


_SETTLE = text("""
    UPDATE refund SET state = :state, entry_id = :entry WHERE provider = :provider AND refund_id = :refund
""")


async def settle_refund(
    session: AsyncSession, provider: str, refund_id: str, state: RefundState, entry: UUID | None
) -> None:
    """What became of a refund."""
    which = {"provider": provider, "refund": refund_id}
    await session.execute(_SETTLE, {**which, "state": state.value, "entry": entry})
