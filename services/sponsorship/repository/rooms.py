"""Gifts that have fewer children than they are for."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.selectable import FromClause

from services.sponsorship.domain.children import MAY_COME_BACK
from services.sponsorship.domain.holds import Over
from services.sponsorship.repository.among import among, not_among
from services.sponsorship.repository.donors import IS_DECLINED, IS_PAUSED, PERSON
from services.sponsorship.repository.placing import FREE, has_incident, is_agreed
from services.sponsorship.tables import CHILD, GIFT, HOLD, SPONSORSHIP
from shared.contracts.donations import MonthlyGiftStatus
from shared.contracts.sponsorship import ChildStatus


class KeptDays(NamedTuple):
    """Places are kept today for children who left after the day `since`."""

    since: date
    today: date


async def with_room(
    session: AsyncSession, begun: bool, most_uncovered: int, days: KeptDays, most: int
) -> list[RowMapping]:
    """Gifts that have begun, or not, are not at risk, and have fewer children than they are for; the oldest first. Each
    with how many places are `kept` for children who may come back, or are back and may not be given to a sponsor yet.

    Of those that have not begun only such as have not kept as many children already.
    """
    row, kept = GIFT.c, _kept(days)
    is_well = and_(row.status != MonthlyGiftStatus.AT_RISK.value, row.uncovered < most_uncovered)
    query = select(GIFT, PERSON.label("person"), kept.label("kept"))
    query = query.where(has_room(days), ~IS_DECLINED, ~IS_PAUSED, is_well)
    tried = select(func.count(HOLD.c.child_id.distinct())).where(HOLD.c.gift_id == row.id).scalar_subquery()
    wanted = row.begun_on.is_not(None) if begun else and_(row.begun_on.is_(None), tried < row.wanted)
    # `placed < wanted` is what the index of gifts with room has.
    query = query.where(row.placed < row.wanted, wanted).order_by(row.id).limit(most)
    return list((await session.execute(query)).mappings())


def _kept(days: KeptDays) -> ColumnElement[int]:
    """For how many children the gift of a row keeps a place."""
    away = SPONSORSHIP.alias()
    child = CHILD.alias()
    query = select(func.count(away.c.child_id.distinct())).join(child, child.c.id == away.c.child_id)
    return query.where(away.c.gift_id == GIFT.c.id, *_is_away(away, child, days)).scalar_subquery()


def _is_away(away: FromClause, child: FromClause, days: KeptDays) -> tuple[ColumnElement[bool], ...]:
    """Whether a child left its gift not long ago, and may come back to it."""
    left = and_(away.c.reason == Over.CHILD_LEFT.value, away.c.ends_on > days.since)
    gone = and_(child.c.status == ChildStatus.LEFT.value, child.c.left_reason.in_(MAY_COME_BACK))
    # A gift that itself gets no child now is given none in any case.
    apart = or_(has_incident(child.c.id), ~is_agreed(days.today, child=child.c.id))
    return left, or_(gone, and_(child.c.status.in_(FREE), apart))


def has_room(days: KeptDays) -> ColumnElement[bool]:
    """Whether the gift of a row has room beside what it keeps for children who left after that day."""
    return GIFT.c.placed + _kept(days) < GIFT.c.wanted


async def kept_elsewhere(
    session: AsyncSession, gifts: Collection[UUID], children: Collection[UUID], days: KeptDays
) -> dict[UUID, int]:
    """For how many children besides these each of these gifts keeps a place, where it does."""
    row = SPONSORSHIP.c
    query = select(row.gift_id, func.count(row.child_id.distinct())).join(CHILD, CHILD.c.id == row.child_id)
    query = query.where(among(row.gift_id, gifts), not_among(row.child_id, children))
    query = query.where(*_is_away(SPONSORSHIP, CHILD, days)).group_by(row.gift_id)
    return dict((await session.execute(query)).all())


async def kept_until(session: AsyncSession, left_on: date) -> set[UUID]:
    """The gifts that kept a place up to now for a child that left on this day."""
    row = SPONSORSHIP.c
    query = select(row.gift_id).where(row.reason == Over.CHILD_LEFT.value, row.ends_on == left_on)
    return set(await session.scalars(query.distinct()))
