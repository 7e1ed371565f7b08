"""Consents that guardians gave for minors."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.consents import Consent
from services.intake.repository.consents import consent_in
from services.intake.tables import CONSENT

GIVEN = """
    SELECT guardian_id, guardian FROM consent_step
    WHERE consent_id = consent.id AND explained_by IS NOT NULL ORDER BY id DESC LIMIT 1
"""
"""How a consent was given last."""
# S608: all parts are ours.
IS_UNGUARDED = """
    NOT (EXISTS (SELECT FROM member WHERE member.id = given.guardian_id AND left_on IS NULL
            AND member.household_id = consent.household_id AND age_band IN ('adult', 'elderly'))
        AND EXISTS (SELECT FROM member WHERE member.id = consent.member_id AND left_on IS NULL
            AND member.household_id = consent.household_id))
"""
"""Whether the guardian, as an adult, and the child do not live in the household of the consent both."""
_UNGUARDED = f"""
    SELECT consent.id FROM consent JOIN LATERAL ({GIVEN}) given ON given.guardian_id IS NOT NULL
    WHERE consent.agreed AND {IS_UNGUARDED}
"""  # noqa: S608
_ANYWHERE = text(_UNGUARDED)
_IN_SOME = text(f"{_UNGUARDED} AND consent.household_id = ANY(:ids)")
_IN_SOME = _IN_SOME.bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def unguarded(session: AsyncSession, households: Collection[UUID] | None = None) -> Sequence[Consent]:
    """Consents that hold though the guardian, as an adult, and the child do not live together any more; in these
    households, which are locked, or in all.
    """
    if households is None:
        found = await session.scalars(_ANYWHERE)
    else:
        found = await session.scalars(_IN_SOME, {"ids": sorted(households)})
    if not (ids := list(found)):
        return []
    query = select(CONSENT).where(CONSENT.c.id.in_(ids)).order_by(CONSENT.c.id)
    return [consent_in(row) for row in (await session.execute(query)).mappings()]
