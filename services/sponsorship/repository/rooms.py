"""Gifts that have fewer children than they are for."""

from datetime import date

from sqlalchemy import ColumnElement, RowMapping, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.children import MAY_COME_BACK
from services.sponsorship.domain.holds import Over
from services.sponsorship.repository.donors import IS_DECLINED, IS_PAUSED, PERSON
from services.sponsorship.tables import CHILD, GIFT, HOLD, SPONSORSHIP
from shared.contracts.donations import MonthlyGiftStatus
from shared.contracts.sponsorship import ChildStatus


async def with_room(
    session: AsyncSession, begun: bool, most_uncovered: int, since: date, most: int
) -> list[RowMapping]:
    """Gifts that have begun, or not, are not at risk, and have fewer children than they are for; the oldest first. Each
    with how many places are `kept` for children who left after the day `since` and may come back.

    Of those that have not begun only such as have not kept as many children already.
    """
    row, kept = GIFT.c, _kept(since)
    is_well = and_(row.status != MonthlyGiftStatus.AT_RISK.value, row.uncovered < most_uncovered)
    query = select(GIFT, PERSON.label("person"), kept.label("kept"))
    query = query.where(row.placed + kept < row.wanted, ~IS_DECLINED, ~IS_PAUSED, is_well)
    tried = select(func.count(HOLD.c.child_id.distinct())).where(HOLD.c.gift_id == row.id).scalar_subquery()
    wanted = row.begun_on.is_not(None) if begun else and_(row.begun_on.is_(None), tried < row.wanted)
    # `placed < wanted` is what the index of gifts with room has.
    query = query.where(row.placed < row.wanted, wanted).order_by(row.id).limit(most)
    return list((await session.execute(query)).mappings())


def _kept(since: date) -> ColumnElement[int]:
    """For how many children the gift of a row keeps a place: they left after that day, and may come back."""
    row = SPONSORSHIP.c
    query = select(func.count(row.child_id.distinct())).join(CHILD, CHILD.c.id == row.child_id)
    left = and_(row.reason == Over.CHILD_LEFT.value, row.ends_on > since)
    away = and_(CHILD.c.status == ChildStatus.LEFT.value, CHILD.c.left_reason.in_(MAY_COME_BACK))
    return query.where(row.gift_id == GIFT.c.id, left, away).scalar_subquery()


async def is_kept_until(session: AsyncSession, left_on: date) -> bool:
    """Whether some gift keeps a place for a child that left on this day."""
    row = SPONSORSHIP.c
    query = select(row.id).where(row.reason == Over.CHILD_LEFT.value, row.ends_on == left_on)
    return await session.scalar(query.limit(1)) is not None
