"""All invariants together, as the doctor counts them."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations import contacts
from services.donations.checks import appeals, books, donors, gifts, grants
from services.donations.checks.looking import looked_at
from services.donations.domain.notices import kept_from
from services.donations.settings import Settings
from shared.messaging.day import today_of
from shared.security.sealing import Seal
from shared.service.parts import Check, Count

CHECKS = books.CHECKS | gifts.CHECKS | grants.CHECKS | appeals.CHECKS | donors.CHECKS


def check(settings: Settings) -> Check:
    """Counts each invariant and its breaches, in the snapshot of the caller."""
    seal = settings.seal

    async def counted(session: AsyncSession) -> list[Count]:
        found = [Count(name, *(await session.execute(text(query))).one()) for name, query in CHECKS.items()]
        # A day later than they go: what is old goes soon after the day has begun.
        old = await contacts.notices_before(session, await _old(session, settings))
        return [*found, *await looked_at(session, settings), *await _sealed(session, seal, old)]

    return counted


async def _old(session: AsyncSession, settings: Settings) -> datetime:
    return kept_from(await today_of(session), settings.zone, settings.notice_days + 1)


async def _sealed(session: AsyncSession, seal: Seal, old: int) -> list[Count]:
    """Whether what PayPal sent can still be read: a query without the key cannot tell, so each notice is opened."""
    notices = await contacts.sealed_notices(session, seal)
    return [
        Count("the key of each notice is there", notices.kept, notices.keyless),
        Count("each notice opens as it was sealed", notices.kept - notices.keyless, notices.altered),
        Count("nothing that PayPal sent is kept longer than it may be", notices.kept, old),
    ]
