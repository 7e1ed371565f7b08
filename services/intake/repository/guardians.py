"""Consents that guardians gave for minors."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.consents import ADULT_BANDS, Consent
from services.intake.domain.guardians import Renewal
from services.intake.repository.consents import consent_in
from services.intake.tables import CONSENT

GIVEN = """
    SELECT guardian_id, guardian FROM consent_step
    WHERE consent_id = consent.id AND explained_by IS NOT NULL ORDER BY id DESC LIMIT 1
"""
"""How a consent was given last."""
# S608: all parts are ours.
IS_UNGUARDED = f"""
    NOT (EXISTS (SELECT FROM member WHERE member.id = given.guardian_id AND left_on IS NULL
            AND member.household_id = consent.household_id AND age_band IN {ADULT_BANDS})
        AND EXISTS (SELECT FROM member WHERE member.id = consent.member_id AND left_on IS NULL
            AND member.household_id = consent.household_id))
"""  # noqa: S608
"""Whether the child has left the household of the consent, or the guardian has, or the guardian is no adult."""
IS_ALONE = f"""
    num_nonnulls(given.guardian_id, given.guardian) = 0 AND consent.purpose <> 'public_speaking'
    AND EXISTS (SELECT FROM member WHERE member.id = consent.member_id AND age_band NOT IN {ADULT_BANDS})
"""
"""Whether a minor has agreed without a guardian, taken for a grown-up. Speaking in public follows the age by itself."""
_UNGUARDED = f"""
    SELECT consent.id, CASE WHEN {IS_ALONE} THEN 'minor' ELSE 'guardian_left' END AS why
    FROM consent JOIN LATERAL ({GIVEN}) given ON true
    WHERE consent.agreed AND (given.guardian_id IS NOT NULL AND {IS_UNGUARDED} OR {IS_ALONE})
"""  # noqa: S608
_ANYWHERE = text(_UNGUARDED)
_IN_SOME = text(f"{_UNGUARDED} AND consent.household_id = ANY(:ids)")
_IN_SOME = _IN_SOME.bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def unguarded(
    session: AsyncSession, households: Collection[UUID] | None = None
) -> Sequence[tuple[Consent, Renewal]]:
    """Consents that hold though no guardian stands for them any more, or none ever did, and which of the two; in these
    households, which are locked, or in all.
    """
    if households is None:
        found = await session.execute(_ANYWHERE)
    else:
        found = await session.execute(_IN_SOME, {"ids": sorted(households)})
    if not (why := {row.id: Renewal(row.why) for row in found}):
        return []
    query = select(CONSENT).where(CONSENT.c.id.in_(why)).order_by(CONSENT.c.id)
    return [(consent_in(row), why[row["id"]]) for row in (await session.execute(query)).mappings()]
