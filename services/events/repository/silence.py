"""Who is never written to. It is kept with each guest, volunteer and fieldworker, and is the same for one person."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import GUEST, SPEAKER, VOLUNTEER

_KEPT = ((GUEST, GUEST.c.id), (SPEAKER, SPEAKER.c.contact_id), (VOLUNTEER, VOLUNTEER.c.contact_id))


async def known(session: AsyncSession, contacts: Collection[UUID]) -> set[UUID]:
    """Which of these contacts are never written to."""
    parts = [select(who).where(who.in_(contacts), table.c.no_contact) for table, who in _KEPT]
    return set(await session.scalars(union_all(*parts)))


async def lock_speakers(session: AsyncSession, contact_id: UUID) -> None:
    """Lock what this contact is as a speaker: before the desk, as whoever looks at slots does."""
    mine = select(SPEAKER.c.id).where(SPEAKER.c.contact_id == contact_id).order_by(SPEAKER.c.id)
    await session.execute(mine.with_for_update(key_share=True))


async def keep(session: AsyncSession, contact_id: UUID, no_contact: bool) -> None:
    """Whether this contact is never written to, wherever it is known. Whoever calls this has the desk, and the guest if
    there is one.
    """
    for table, who in _KEPT:
        await session.execute(update(table).where(who == contact_id).values(no_contact=no_contact))
