"""Consents of children that have to be asked for anew. No name is here, and no age but that a child is grown up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import Date, RowMapping, String, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.consents import ADULT_BANDS
from services.intake.domain.guardians import Renewal
from services.intake.repository.guardians import GIVEN

_RENEWALS = f"""
    SELECT * FROM (
        SELECT consent.id, consent.household_id, household.code, consent.member_id, consent.purpose, consent.until,
            consent.since, CASE WHEN NOT consent.agreed THEN last.ended
                WHEN member.age_band IN {ADULT_BANDS} THEN 'grown_up'
                WHEN consent.until < :today THEN 'over' WHEN consent.until <= :near THEN 'ending' END AS why
        FROM consent JOIN LATERAL ({GIVEN}) given ON true
        JOIN LATERAL (
            SELECT ended FROM consent_step WHERE consent_id = consent.id ORDER BY id DESC LIMIT 1) last ON true
        JOIN member ON member.id = consent.member_id AND member.left_on IS NULL
        JOIN household ON household.id = consent.household_id AND household.status <> 'closed'
        WHERE num_nonnulls(given.guardian_id, given.guardian) = 1 OR last.ended = 'minor') consents
    WHERE why IS NOT NULL
"""  # noqa: S608, all parts are ours
_DAYS = (bindparam("today", type_=Date), bindparam("near", type_=Date))
_COUNTS = text(f"SELECT why, count(*) FROM ({_RENEWALS}) found GROUP BY 1").bindparams(*_DAYS)  # noqa: S608, the same
_LIST = text(f"""
    SELECT * FROM ({_RENEWALS}) found
    WHERE (:why IS NULL OR why = :why) AND (:household IS NULL OR household_id = :household)
    AND (:after IS NULL OR id > :after) ORDER BY id LIMIT :most
""")  # noqa: S608, the same
_WHICH = (bindparam("why", type_=String), *(bindparam(name, type_=Uuid) for name in ("household", "after")))
_LIST = _LIST.bindparams(*_DAYS, *_WHICH)


@dataclass(frozen=True)
class Wanted:
    """Which of them: those that end up to so many `days` after `today`; for one reason, or of one household, or all."""

    today: date
    days: int
    why: Renewal | None = None
    household_id: UUID | None = None

    @property
    def period(self) -> Mapping[str, date]:
        return {"today": self.today, "near": self.today + timedelta(days=self.days)}


async def renewals(
    session: AsyncSession, wanted: Wanted, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Consents of present members of households that are helped, in the order in which they were given first."""
    which = {"why": wanted.why, "household": wanted.household_id, "after": after, "most": limit}
    return (await session.execute(_LIST, {**wanted.period, **which})).mappings().all()


async def count_renewals(session: AsyncSession, wanted: Wanted) -> Mapping[Renewal, int]:
    """How many there are, by reason."""
    found = {why: int(many) for why, many in await session.execute(_COUNTS, wanted.period)}
    return {each: found.get(each, 0) for each in Renewal}
