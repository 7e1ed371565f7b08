"""Lists, in the order of their ids, filtered, at most `limit` rows after a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, in_whose_name, rows
from services.donations.tables import (
    ACCOUNT,
    APPEAL,
    APPROVAL,
    CHARGE,
    CONTACT_READING,
    CONVERSION,
    DECISION,
    DONOR,
    ENTRY,
    GIFT,
    GRANT,
    OFFERED,
    OPENING,
    PAYMENT,
    PAYOUT,
    POSTING,
    RATE,
    REFUND,
    TRANSFER,
)


async def donors(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Donors without their names, those merged into others too."""
    row = DONOR.c
    query = select(DONOR).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


async def offered(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Guests of events who agree to be written to now."""
    row = OFFERED.c
    query = select(row.id, row.language, row.purposes, row.on_day.label("since"))
    query = query.where(*given([row.offered, None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


@dataclass(frozen=True)
class PaymentFilter:
    """Which payments; None takes all. `donor_id` finds those of donors who were merged into this one too."""

    purpose: str | None = None
    donor_id: UUID | None = None
    held: bool | None = None
    first: date | None = None
    last: date | None = None
    waiting: bool = False


async def payments(
    session: AsyncSession, which: PaymentFilter, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Payments that have come, with their donor as given and as merged since."""
    row = PAYMENT.c
    kept = func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    query = select(PAYMENT, GIFT.c.donor_id, in_whose_name(), DONOR.c.anonymous, kept.label("kept_id"))
    query = query.outerjoin(GIFT, GIFT.c.id == row.gift_id).outerjoin(DONOR, DONOR.c.id == GIFT.c.donor_id)
    wanted = [
        row.version > 0,
        None if which.purpose is None else row.purpose == which.purpose,
        None if which.donor_id is None else kept == which.donor_id,
        None if which.held is None else (row.held > 0) == which.held,
        None if which.first is None else row.happened_on >= which.first,
        None if which.last is None else row.happened_on <= which.last,
        and_(row.apart > 0, row.apart_in == "unassigned") if which.waiting else None,
        None if after is None else row.id > after,
    ]
    return await rows(session, query.where(*given(wanted)).order_by(row.id).limit(limit))


async def refunds_to_look_at(session: AsyncSession) -> Sequence[RowMapping]:
    """Refunds that wait for their payment, or are different from what it can give back; the first 500."""
    query = (
        select(REFUND)
        .where(REFUND.c.state.in_(["waiting", "different"]))
        .order_by(REFUND.c.happened_on, REFUND.c.refund_id)
    )
    return await rows(session, query.limit(500))


async def disputes(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Payments of which a dispute is open, in the order in which they were heard of."""
    row = PAYMENT.c
    wanted = [row.version > 0, row.dispute == "open", None if after is None else row.id > after]
    return await rows(session, select(PAYMENT).where(*given(wanted)).order_by(row.id).limit(limit))


async def entries(
    session: AsyncSession, limit: int, after: UUID | None = None, document_id: UUID | None = None
) -> Sequence[RowMapping]:
    """Entries of the ledger, the oldest first, each with its lines."""
    row = ENTRY.c
    line = func.json_build_object("account", POSTING.c.account, "amount", POSTING.c.amount)
    lines = select(func.json_agg(line)).where(POSTING.c.entry_id == row.id).scalar_subquery()
    wanted = [
        None if document_id is None else row.document_id == document_id,
        None if after is None else row.id > after,
    ]
    query = select(ENTRY, lines.label("lines")).where(*given(wanted)).order_by(row.id)
    return await rows(session, query.limit(limit))


async def transfers(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Transfers between places, the oldest first."""
    row = TRANSFER.c
    query = select(TRANSFER).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


async def openings(session: AsyncSession) -> Sequence[RowMapping]:
    """What funds had when the books began; there is one each of a fund, a place and a currency, but for mistakes."""
    return await rows(session, select(OPENING).order_by(OPENING.c.id).limit(500))


async def conversions(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Money that was changed into another currency, the oldest conversion first, undone ones too."""
    row = CONVERSION.c
    query = select(CONVERSION).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


async def charges(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """What places took for their work, the oldest charge first, undone ones too."""
    row = CHARGE.c
    query = select(CHARGE).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


async def decisions(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Money that went to another purpose, the oldest decision first."""
    row = DECISION.c
    query = select(DECISION).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


async def uncovered(session: AsyncSession) -> Sequence[RowMapping]:
    """What funds refunded after they had spent it, and nobody has covered yet."""
    amount = func.sum(POSTING.c.amount)
    query = select(ACCOUNT.c.fund, ACCOUNT.c.currency, amount.label("amount"))
    query = query.join(POSTING, POSTING.c.account == ACCOUNT.c.code).where(ACCOUNT.c.kind == "uncovered")
    query = query.group_by(ACCOUNT.c.fund, ACCOUNT.c.currency).having(amount != 0)
    return await rows(session, query.order_by(ACCOUNT.c.fund, ACCOUNT.c.currency))


async def rates(session: AsyncSession, currency: str, quote: str, until: date) -> Sequence[RowMapping]:
    """The rates of a pair up to a day, the newest first; the newest is the day's, if none was entered on it."""
    row = RATE.c
    query = select(RATE).where(row.currency == currency, row.quote == quote, row.on_day <= until)
    return await rows(session, query.order_by(row.on_day.desc()).limit(100))


async def appeals(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Appeals, the oldest first."""
    row = APPEAL.c
    query = select(APPEAL).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))


@dataclass(frozen=True)
class GrantFilter:
    """Which grants; None takes all. Those that are `short` were agreed to and wait for money; of those that are
    `undecided` somebody still has to agree to a part, or to all of it.
    """

    kind: str | None = None
    household_id: UUID | None = None
    case_id: UUID | None = None
    short: bool | None = None
    ended: bool | None = None
    undecided: bool | None = None


async def grants(
    session: AsyncSession, which: GrantFilter, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Grants, each with how many agreed to as much as is wanted and did not ask for it, in the order of their requests;
    those that wait for somebody to agree by their urgency, then age.
    """
    row, approval = GRANT.c, APPROVAL.c
    missing = and_(row.ended == "", row.agreed_to > row.set_aside + row.carried + row.paid)
    undecided = and_(row.ended == "", row.agreed_to < row.wanted)
    order = [row.urgency, row.asked_on, row.id] if which.undecided else [row.id]
    place: Sequence[Any] | None = (after,) if after else None
    if after and which.undecided:
        # The place is read first, so that a page begins in the index, however far on it is.
        place = (await session.execute(select(*order).where(row.id == after))).one_or_none()
        if place is None:
            return []
    asked = or_(approval.actor == row.asked_by, approval.actor == row.raised_by.any_())
    agreed = select(func.count()).where(approval.grant_id == row.id, approval.wanted >= row.wanted, ~asked)
    wanted = [
        row.version > 0,
        None if which.kind is None else row.kind == which.kind,
        None if which.household_id is None else row.household_id == which.household_id,
        None if which.case_id is None else row.case_id == which.case_id,
        None if which.short is None else missing == which.short,
        None if which.ended is None else (row.ended != "") == which.ended,
        None if which.undecided is None else undecided == which.undecided,
        None if place is None else tuple_(*order) > tuple_(*place),
    ]
    query = select(GRANT, agreed.scalar_subquery().label("agreed")).where(*given(wanted))
    return await rows(session, query.order_by(*order).limit(limit))


async def payouts(session: AsyncSession, grant_id: UUID) -> Sequence[RowMapping]:
    """What was paid of a grant, and what came back, in order."""
    query = select(PAYOUT).where(PAYOUT.c.grant_id == grant_id)
    return await rows(session, query.order_by(PAYOUT.c.id))


async def contact_readings(
    session: AsyncSession, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Who was shown the contact data of a donor, the oldest first."""
    row = CONTACT_READING.c
    query = select(CONTACT_READING).where(*given([None if after is None else row.id > after]))
    return await rows(session, query.order_by(row.id).limit(limit))
