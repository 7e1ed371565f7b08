"""Consents of members, and how each was given or withdrawn."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.consents import Consent
from services.intake.tables import CONSENT, CONSENT_STEP
from shared.database.writes import Writes


def consent_in(row: RowMapping | Mapping[str, Any]) -> Consent:
    """What a row holds."""
    return Consent(**{**row, "scopes": frozenset(row["scopes"])})


async def consents_of(session: AsyncSession, members: Collection[UUID]) -> list[Consent]:
    """All consents of these members, in the order in which they were given first. Whoever changes one has locked the
    member's household.
    """
    query = select(CONSENT).where(CONSENT.c.member_id.in_(list(members))).order_by(CONSENT.c.id)
    return [consent_in(row) for row in (await session.execute(query)).mappings()]


def insert_consent(writes: Writes, consent: Consent) -> None:
    writes.insert(CONSENT, [_values(consent)])


def save_consents(writes: Writes, consents: Collection[Consent]) -> None:
    """Write consents of members whose household is locked."""
    writes.change(CONSENT, [_values(each) for each in consents])


def _values(consent: Consent) -> dict[str, Any]:
    return {**vars(consent), "scopes": sorted(consent.scopes)}


def add_step(writes: Writes, values: Mapping[str, Any]) -> None:
    """Keep how a consent was given or withdrawn; what is not named is not known."""
    names = (each.name for each in CONSENT_STEP.c)
    writes.insert(CONSENT_STEP, [{name: values.get(name) for name in names}])
