"""Holds and sponsorships as staff see them."""

from uuid import UUID

from sqlalchemy import RowMapping, and_, case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import PURPOSE
from services.sponsorship.domain.holds import NotAgain, Over, State
from services.sponsorship.tables import CHILD, GIFT, HOLD, SPONSORSHIP
from shared.contracts.sponsorship import ChildStatus


async def holds(
    session: AsyncSession, state: str | None, gift: UUID | None, limit: int, after: UUID | None
) -> list[RowMapping]:
    """Holds, in the order in which they were made."""
    row = HOLD.c
    since = case((row.state == State.HELD.value, GIFT.c.failing_since)).label("at_risk_since")
    query = select(HOLD, CHILD.c.alias, since).join(CHILD, CHILD.c.id == row.child_id)
    query = query.join(GIFT, GIFT.c.id == row.gift_id).order_by(row.id).limit(limit)
    if state:
        query = query.where(row.state == state)
    if gift:
        query = query.where(row.gift_id == gift)
    if after:
        query = query.where(row.id > after)
    return list((await session.execute(query)).mappings())


async def sponsorships(session: AsyncSession, child: UUID) -> list[RowMapping]:
    """All sponsorships of a child, the oldest first; `not_again` says why a child who is back does not have the sponsor
    again whom it had when it left.
    """
    row, later, another = SPONSORSHIP.c, SPONSORSHIP.alias().c, SPONSORSHIP.alias().c
    back = and_(
        row.reason == Over.CHILD_LEFT.value,
        CHILD.c.status != ChildStatus.LEFT.value,
        ~exists().where(later.hold_id == row.hold_id, later.id > row.id),
    )
    has_another = exists().where(
        another.child_id == row.child_id, another.role == row.role, another.ends_on.is_(None)
    )
    why = case(
        (and_(back, GIFT.c.wanted == 0), NotAgain.GIFT_OVER.value),
        (and_(back, GIFT.c.placed >= GIFT.c.wanted), NotAgain.SPONSOR_HAS_ANOTHER.value),
        (and_(back, has_another), NotAgain.CHILD_HAS_ANOTHER.value),
    )
    query = select(SPONSORSHIP, GIFT.c.donor_id, why.label("not_again"))
    query = query.join(GIFT, GIFT.c.id == row.gift_id).join(CHILD, CHILD.c.id == row.child_id)
    query = query.where(row.child_id == child).order_by(row.starts_on, row.id)
    return list((await session.execute(query)).mappings())


async def gifts(session: AsyncSession, limit: int, after: UUID | None) -> list[RowMapping]:
    """Monthly gifts for children, and how many they have, in the order in which they were registered."""
    query = select(GIFT).where(GIFT.c.purpose == PURPOSE).order_by(GIFT.c.id).limit(limit)
    if after:
        query = query.where(GIFT.c.id > after)
    return list((await session.execute(query)).mappings())
