"""Holds and sponsorships as staff see them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, case, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.gifts import PURPOSE
from services.sponsorship.domain.holds import NotAgain, Over, State
from services.sponsorship.domain.together import Apart, why_apart
from services.sponsorship.repository import rooms
from services.sponsorship.repository.donors import IS_DECLINED, IS_PAUSED
from services.sponsorship.repository.placing import HAS_INCIDENT, is_agreed
from services.sponsorship.tables import CHILD, GIFT, HOLD, SPONSORSHIP
from shared.contracts.sponsorship import ChildStatus

_FLAGS = ("declined", "sponsor_incident", "child_incident", "agreed")


class Wanted(NamedTuple):
    """What a list of holds is to have; None of a thing wants all."""

    state: State | None = None
    gift_id: UUID | None = None


async def holds(
    session: AsyncSession, today: date, wanted: Wanted, limit: int, after: UUID | None
) -> list[Mapping[str, Any]]:
    """Holds, in the order in which they were made; `apart` says of one that keeps its child why the two may not come
    together today.
    """
    row = HOLD.c
    since = case((row.state == State.HELD.value, GIFT.c.failing_since)).label("at_risk_since")
    query = select(HOLD, CHILD.c.alias, since, *_flags(today)).join(CHILD, CHILD.c.id == row.child_id)
    query = query.join(GIFT, GIFT.c.id == row.gift_id).order_by(row.id).limit(limit)
    if wanted.state:
        query = query.where(row.state == wanted.state.value)
    if wanted.gift_id:
        query = query.where(row.gift_id == wanted.gift_id)
    if after:
        query = query.where(row.id > after)
    found = (await session.execute(query)).mappings()
    return [{**each, "apart": _apart(each) if each["state"] == State.HELD else None} for each in found]


def _flags(today: date) -> tuple[ColumnElement[bool], ...]:
    """What stands against it that the gift and the child of a row come together, by the names of `why_apart`."""
    known = {"declined": IS_DECLINED, "sponsor_incident": IS_PAUSED, "child_incident": HAS_INCIDENT}
    return tuple(each.label(name) for name, each in {**known, "agreed": is_agreed(today)}.items())


def _apart(row: RowMapping) -> Apart | None:
    return why_apart(**{name: row[name] for name in _FLAGS})


async def sponsorships(
    session: AsyncSession, today: date, since: date, child: UUID
) -> list[Mapping[str, Any]]:
    """All sponsorships of a child, the oldest first; `not_again` says why a child who is back does not have the sponsor
    again whom it had when it left. Places are kept for children who left after the day `since`.
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
        (
            and_(back, row.ends_on <= since, ~rooms.has_room(rooms.KeptDays(since, today))),
            NotAgain.PLACE_KEPT.value,
        ),
        (and_(back, has_another), NotAgain.CHILD_HAS_ANOTHER.value),
    )
    query = select(SPONSORSHIP, GIFT.c.donor_id, why.label("not_again"), back.label("back"), *_flags(today))
    query = query.join(GIFT, GIFT.c.id == row.gift_id).join(CHILD, CHILD.c.id == row.child_id)
    query = query.where(row.child_id == child).order_by(row.starts_on, row.id)
    found = (await session.execute(query)).mappings()
    return [
        {**each, "not_again": each["not_again"] or (_apart(each) if each["back"] else None)} for each in found
    ]


async def gifts(session: AsyncSession, limit: int, after: UUID | None) -> list[RowMapping]:
    """Monthly gifts for children, and how many they have, in the order in which they were registered."""
    query = select(GIFT).where(GIFT.c.purpose == PURPOSE).order_by(GIFT.c.id).limit(limit)
    if after:
        query = query.where(GIFT.c.id > after)
    return list((await session.execute(query)).mappings())
