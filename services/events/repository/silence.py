"""Who is never written to. It is kept with each guest, volunteer and fieldworker, and is the same for one person.

The contact's row sees to that: whoever writes a person down in one more role shares it and then looks here, and whoever
says that the person is never written to has it alone. Example: a volunteer says so while the same person asks for a
seat. If the seat comes first, the guest is there and is silenced too; if the volunteer does, the guest is silent from
the beginning. Without the lock neither would see the other.
"""

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


async def lock_speakers(session: AsyncSession, contacts: Collection[UUID]) -> None:
    """Lock what these contacts are as speakers."""
    theirs = select(SPEAKER.c.id).where(SPEAKER.c.contact_id.in_(contacts)).order_by(SPEAKER.c.id)
    await session.execute(theirs.with_for_update(key_share=True))


async def keep(session: AsyncSession, contacts: Collection[UUID], no_contact: bool) -> None:
    """Whether these contacts are never written to, wherever they are known. Whoever calls this has the contacts alone,
    the guests and speakers among them, and the desk.
    """
    for table, who in _KEPT:
        await session.execute(update(table).where(who.in_(contacts)).values(no_contact=no_contact))
