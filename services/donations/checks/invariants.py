"""All invariants together, as the doctor counts them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations import contacts
from services.donations.checks import appeals, books, donors, gifts, grants
from services.donations.settings import Settings
from shared.security.sealing import Seal
from shared.service.parts import Check, Count

CHECKS = books.CHECKS | gifts.CHECKS | grants.CHECKS | appeals.CHECKS | donors.CHECKS


def check(settings: Settings) -> Check:
    """Counts each invariant and its breaches, in the snapshot of the caller."""
    seal = settings.seal

    async def counted(session: AsyncSession) -> list[Count]:
        found = [Count(name, *(await session.execute(text(query))).one()) for name, query in CHECKS.items()]
        return [*found, *await _sealed(session, seal)]

    return counted


async def _sealed(session: AsyncSession, seal: Seal) -> list[Count]:
    """Whether what PayPal sent can still be read: a query without the key cannot tell, so each notice is opened."""
    notices = await contacts.sealed_notices(session, seal)
    return [
        Count("the key of each notice is there", notices.kept, notices.keyless),
        Count("each notice opens as it was sealed", notices.kept - notices.keyless, notices.altered),
    ]
