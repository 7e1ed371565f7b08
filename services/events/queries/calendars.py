"""Calendars: which gatherings each shows."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.gatherings import Gathering
from services.events.repository.gatherings import gathering_in
from services.events.tables import CALENDAR, GATHERING, SEAT

MOST_SHOWN = 1000
_SHOWN = ("announced", "moved", "held", "cancelled")


def key_of(token: str) -> bytes:
    """How a token is kept."""
    return sha256(b"calendar " + token.encode()).digest()


async def calendar(session: AsyncSession, token: str, today: date) -> RowMapping | None:
    """The calendar of a token that is neither revoked nor over; None as well for a token that there never was."""
    row = CALENDAR.c
    query = select(CALENDAR).where(
        row.token_key == key_of(token), row.revoked_at.is_(None), row.ends_on >= today
    )
    return (await session.execute(query)).mappings().one_or_none()


async def calendars(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Calendars in the order in which they were made; a token is kept as a hash, so none shows it."""
    query = select(CALENDAR).order_by(CALENDAR.c.id).limit(limit)
    found = await session.execute(query.where(CALENDAR.c.id > after) if after else query)
    return found.mappings().all()


async def shown_to(session: AsyncSession, holder: UUID | None, since: date) -> Sequence[Gathering]:
    """Gatherings from a day on that a calendar shows: its holder's, or all that were announced."""
    row = GATHERING.c
    query = select(GATHERING).where(row.status.in_(_SHOWN), row.starts_on >= since)
    if holder:
        mine = select(SEAT.c.gathering_id).where(
            SEAT.c.guest_id == holder, SEAT.c.state.in_(("seated", "asked_again"))
        )
        query = query.where(row.id.in_(mine))
    found = await session.execute(query.order_by(row.starts_at, row.id).limit(MOST_SHOWN))
    return [gathering_in(each) for each in found.mappings()]
