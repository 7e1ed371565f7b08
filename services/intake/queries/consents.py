"""Consents of a household's members as they stand, and how each came about."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import repository
from services.intake.domain.consents import Consent
from services.intake.tables import CONSENT, CONSENT_STEP


async def consents(session: AsyncSession, household_id: UUID) -> list[tuple[Consent, str | None]]:
    """All consents of those who are in this household or have left it, in the order in which they were given first;
    each with why it ended by itself, if that was the last that happened to it.
    """
    step = CONSENT_STEP.c
    last = select(step.ended).where(step.consent_id == CONSENT.c.id).order_by(step.id.desc()).limit(1)
    ended = last.scalar_subquery().label("ended")
    query = select(CONSENT, ended).where(CONSENT.c.household_id == household_id).order_by(CONSENT.c.id)
    found = []
    for row in (await session.execute(query)).mappings():
        values = dict(row)
        why: str | None = values.pop("ended")
        found.append((repository.consent_in(values), why))
    return found


async def consent_steps(session: AsyncSession, household_id: UUID, consent_id: UUID) -> Sequence[RowMapping]:
    """How a consent of this household was given and withdrawn, the oldest first; none if there is no such consent."""
    query = select(CONSENT_STEP).join(CONSENT, CONSENT.c.id == CONSENT_STEP.c.consent_id)
    query = query.where(CONSENT.c.id == consent_id, CONSENT.c.household_id == household_id)
    return (await session.execute(query.order_by(CONSENT_STEP.c.id))).mappings().all()
