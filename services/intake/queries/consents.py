"""Consents of a household's members as they stand, and how each came about."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import repository
from services.intake.domain.consents import Consent
from services.intake.tables import CONSENT, CONSENT_STEP


async def consents(session: AsyncSession, household_id: UUID) -> list[Consent]:
    """All consents of those who are in this household or have left it, in the order in which they were given first."""
    query = select(CONSENT).where(CONSENT.c.household_id == household_id).order_by(CONSENT.c.id)
    return [repository.consent_in(row) for row in (await session.execute(query)).mappings()]


async def consent_steps(session: AsyncSession, household_id: UUID, consent_id: UUID) -> Sequence[RowMapping]:
    """How a consent of this household was given and withdrawn, the oldest first; none if there is no such consent."""
    query = select(CONSENT_STEP).join(CONSENT, CONSENT.c.id == CONSENT_STEP.c.consent_id)
    query = query.where(CONSENT.c.id == consent_id, CONSENT.c.household_id == household_id)
    return (await session.execute(query.order_by(CONSENT_STEP.c.id))).mappings().all()
