"""All invariants together, as the doctor counts them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.checks import gatherings, guests, people, seats
from services.events.settings import Settings
from shared.service.parts import Check, Count

CHECKS = gatherings.CHECKS | seats.CHECKS | guests.CHECKS | people.CHECKS


def check(_: Settings) -> Check:
    """Counts each invariant and its breaches, in the snapshot of the caller."""

    async def counted(session: AsyncSession) -> list[Count]:
        return [Count(name, *(await session.execute(text(query))).one()) for name, query in CHECKS.items()]

    return counted
