"""All invariants together, as the doctor counts them."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.checks import children, covered, holds, lessons, letters, school
from services.sponsorship.settings import Settings
from shared.service.parts import Check, Count

CHECKS = children.CHECKS | holds.CHECKS | lessons.CHECKS | letters.CHECKS | school.CHECKS


def check(settings: Settings) -> Check:
    """Counts each invariant and its breaches, in the snapshot of the caller."""

    async def counted(session: AsyncSession) -> list[Count]:
        named = [Count(name, *(await session.execute(text(query))).one()) for name, query in CHECKS.items()]
        return [
            *named,
            await children.shown(session),
            await covered.uncovered(session),
            await covered.months(session),
            await letters.kept(session, settings.letter_keep_days),
        ]

    return counted
