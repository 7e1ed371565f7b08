"""Totals for people, for the plan and for monitoring. Counts alone, no person."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.households import Status
from services.intake.repository import HELPED, PRESENT
from services.intake.tables import HouseholdRow, MemberRow
from shared.contracts.intake import Outcome, Priority
from shared.database.rows import table_of
from shared.observability import Metrics
from shared.service.parts import Observe

_household = table_of(HouseholdRow)
_member = table_of(MemberRow)
_people = select(func.count()).select_from(_member.join(_household))


async def by_status(session: AsyncSession) -> dict[Status, tuple[int, int]]:
    """Households and the people now in them, by status."""
    query = (
        select(_household.c.status, func.count(func.distinct(_household.c.id)), func.count(_member.c.id))
        .outerjoin(_member, (_member.c.household_id == _household.c.id) & PRESENT)
        .group_by(_household.c.status)
    )
    found = {
        Status(status): (households, people) for status, households, people in await session.execute(query)
    }
    return {status: found.get(status, (0, 0)) for status in Status}


async def by_region(session: AsyncSession) -> dict[str, int]:
    """People who are helped now, by region."""
    query = _people.with_only_columns(_household.c.region, func.count()).where(PRESENT, HELPED)
    found = await session.execute(query.group_by(_household.c.region))
    return {row[0]: row[1] for row in found}


async def by_priority(session: AsyncSession) -> dict[Priority, int]:
    """Households ever registered, by priority."""
    each = func.unnest(_household.c.priorities).label("priority")
    found = await session.execute(select(each, func.count()).group_by(each))
    counts = {Priority(priority): count for priority, count in found}
    return {priority: counts.get(priority, 0) for priority in Priority}


async def by_outcome(session: AsyncSession) -> dict[Outcome, int]:
    """People of closed households, by outcome."""
    query = _people.with_only_columns(_household.c.outcome, func.count()).where(PRESENT, ~HELPED)
    found = {
        Outcome(outcome): count
        for outcome, count in await session.execute(query.group_by(_household.c.outcome))
    }
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


async def people_ever(session: AsyncSession) -> int:
    """Everybody who was ever registered, those who left among them."""
    return (await session.execute(_people)).scalar_one()


async def actuals(session: AsyncSession) -> dict[str, int]:
    """What was reached of the plan's areas 1 and 5, by measure."""
    outcomes, victims = await by_outcome(session), await by_priority(session)
    return {
        "people_registered": await people_ever(session),
        "trafficking_victims_helped": victims[Priority.TRAFFICKING_VICTIM],
        "people_moved_on": outcomes[Outcome.MOVED_ON],
        "people_settled": outcomes[Outcome.SETTLED],
    }


def observe(metrics: Metrics) -> Observe:
    """Gauges of households and people by status."""
    households = metrics.gauge("households", "Households by status", "status")
    people = metrics.gauge("people", "People now in those households, by the household's status", "status")

    async def set_gauges(session: AsyncSession) -> None:
        for status, (some, members) in (await by_status(session)).items():
            households.labels(status=status.value).set(some)
            people.labels(status=status.value).set(members)

    return set_gauges
