"""What was found when PayPal's transaction list was compared with the books."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, String, bindparam, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.payments import Payment, Provider, RefundState
from services.donations.repository.payments import payment_in
from services.donations.tables import FINDING, PAYMENT, REFUND, SUBSCRIPTION
from shared.database.writes import Writes

PAYPAL = Provider.PAYPAL.value


_IDS = bindparam("ids", type_=ARRAY(String))
# One parameter for all: a list has more rows than a statement may have parameters.
_REFERENCES = text("SELECT reference FROM subscription WHERE provider = 'paypal' AND reference = ANY(:ids)")
_REFERENCES = _REFERENCES.bindparams(_IDS)
_MONEY = text("""
    SELECT transaction_id FROM payment WHERE provider = 'paypal' AND transaction_id = ANY(:ids)
    UNION SELECT refund_id FROM refund WHERE provider = 'paypal' AND refund_id = ANY(:ids)
    UNION SELECT reference FROM transfer WHERE 'paypal' IN (from_place, to_place) AND reference = ANY(:ids)
        AND NOT undone
    UNION SELECT reference FROM charge WHERE place = 'paypal' AND reference = ANY(:ids) AND NOT undone
    UNION SELECT reference FROM conversion WHERE place = 'paypal' AND reference = ANY(:ids) AND NOT undone
    UNION SELECT transaction_id FROM finding WHERE provider = 'paypal' AND transaction_id = ANY(:ids)
""").bindparams(_IDS)


@dataclass(frozen=True)
class Refund:
    """A refund as it is kept."""

    amount: int
    currency: str
    state: RefundState
    fee_back: int = 0


_GIVEN_BACK = [each.value for each in (RefundState.BOOKED, RefundState.SAME, RefundState.RETURNED)]
"""Refunds of which the money has gone back, as the books have it."""


async def known(session: AsyncSession, ids: Collection[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Which of these ids are subscriptions, and which transactions, that we know."""
    wanted = {"ids": sorted(ids)}
    subscriptions, transactions = [
        set(await session.scalars(query, wanted)) for query in (_REFERENCES, _MONEY)
    ]
    return frozenset(subscriptions), frozenset(transactions)


async def booked(
    session: AsyncSession, transaction_id: str | None, refund_id: str | None
) -> tuple[Payment | None, Refund | None]:
    """The payment and the refund under these ids of PayPal's."""
    row, back = PAYMENT.c, REFUND.c
    of_it = select(PAYMENT).where(row.provider == PAYPAL, row.transaction_id == transaction_id)
    payment = (await session.execute(of_it)).mappings().one_or_none()
    of_refund = select(back.amount, back.currency, back.state, back.fee_back).where(
        back.provider == PAYPAL, back.refund_id == refund_id
    )
    refund = (await session.execute(of_refund)).one_or_none()
    return (payment_in(payment) if payment else None), _refund_in(refund)


def _refund_in(row: Any) -> Refund | None:
    return Refund(row.amount, row.currency, RefundState(row.state), row.fee_back) if row else None


async def reference_of(session: AsyncSession, subscription: UUID) -> str | None:
    """What its provider calls a subscription."""
    return await session.scalar(select(SUBSCRIPTION.c.reference).where(SUBSCRIPTION.c.id == subscription))


async def with_fee_back(session: AsyncSession, reference: str | None, minor: int) -> Refund | None:
    """The refund with which PayPal gave so much of its fee back: the one of this id, or one of the payment of this id.
    None if none is known.
    """
    row, back = PAYMENT.c, REFUND.c
    columns = (back.amount, back.currency, back.state, back.fee_back)
    query = select(*columns).join(PAYMENT, row.id == back.payment_id)
    mine = (row.provider == PAYPAL, or_(row.transaction_id == reference, back.refund_id == reference))
    query = query.where(*mine, back.fee_back == minor, back.state.in_(_GIVEN_BACK))
    return _refund_in((await session.execute(query.limit(1))).one_or_none())


async def sale_of_refund(session: AsyncSession, refund_id: str) -> str | None:
    """The payment of a refund or reversal, by PayPal's own id of it; None if nobody has told it yet."""
    row, back = FINDING.c, REFUND.c
    booked = select(PAYMENT.c.transaction_id).join(REFUND, back.payment_id == PAYMENT.c.id)
    booked = booked.where(back.provider == PAYPAL, back.refund_id == refund_id)
    kinds = row.kind.in_(["refund", "reversal"])
    listed = select(row.refers_to).where(row.provider == PAYPAL, row.transaction_id == refund_id, kinds)
    return await session.scalar(booked) or await session.scalar(listed)


def save(writes: Writes, values: Mapping[str, Any]) -> None:
    """Keep how a row was found; of one that was compared before, how it is found now."""
    writes.replace(FINDING, [values])
