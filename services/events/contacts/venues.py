"""What gatherings are called, where they are, and whom to call there."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import VENUE
from shared.database.writes import Writes


@dataclass(frozen=True)
class Venue:
    """A gathering's title, place, online link and emergency phone. Its parts are not shown when it is printed."""

    title: str = field(repr=False)
    place: str | None = field(default=None, repr=False)
    link: str | None = field(default=None, repr=False)
    emergency: str | None = field(default=None, repr=False)


def write_venue(writes: Writes, gathering_id: UUID, venue: Venue) -> None:
    """Keep a gathering's venue, or give a known one new values."""
    writes.replace(VENUE, [{"gathering_id": gathering_id, **asdict(venue)}])


async def read_venue(session: AsyncSession, gathering_id: UUID) -> Venue | None:
    """A gathering's venue; None for an unknown gathering."""
    row = VENUE.c
    query = select(row.title, row.place, row.link, row.emergency).where(row.gathering_id == gathering_id)
    found = (await session.execute(query)).one_or_none()
    return Venue(*found) if found else None


async def titles(session: AsyncSession, gatherings: Collection[UUID]) -> Mapping[UUID, str]:
    """What gatherings are called; the caller sees to it that no closed one's is shown where it may not be."""
    query = select(VENUE.c.gathering_id, VENUE.c.title).where(VENUE.c.gathering_id.in_(gatherings))
    return {row.gathering_id: row.title for row in await session.execute(query)}
