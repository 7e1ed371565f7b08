"""Figures of intake: for the plan beside what happened, for monitoring and for the doctor. Counts alone, no person."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import identities
from services.intake.domain.households import Status
from services.intake.tables import HouseholdRow, MemberRow, TimelineRow
from shared.contracts.intake import Outcome, Priority
from shared.database import journal
from shared.observability import Metrics
from shared.service import Count, Observe

_household: Any = HouseholdRow.__table__  # type: ignore[attr-defined]
_member: Any = MemberRow.__table__  # type: ignore[attr-defined]
_present = _member.c.left_on.is_(None)
_helped = _household.c.status != Status.CLOSED.value
_people = select(func.count()).select_from(_member.join(_household))


@dataclass(frozen=True)
class Standing:
    """One household as the doctor compares it with what inventory believes."""

    household_id: UUID
    version: int
    active: bool
    people: int


async def standings(session: AsyncSession) -> AsyncIterator[Standing]:
    """Every household in the order of registration, streamed."""
    people = (
        select(_member.c.household_id, func.count().label("n"))
        .where(_present)
        .group_by(_member.c.household_id)
    )
    counted = people.subquery()
    query = (
        select(_household.c.id, _household.c.version, _helped, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.household_id == _household.c.id)
        .order_by(_household.c.id)
    )
    async for row in await session.stream(query):
        yield Standing(*row)


async def by_status(session: AsyncSession) -> dict[Status, tuple[int, int]]:
    """Households and the people now in them, by status."""
    query = (
        select(_household.c.status, func.count(func.distinct(_household.c.id)), func.count(_member.c.id))
        .outerjoin(_member, (_member.c.household_id == _household.c.id) & _present)
        .group_by(_household.c.status)
    )
    found = {
        Status(status): (households, people) for status, households, people in await session.execute(query)
    }
    return {status: found.get(status, (0, 0)) for status in Status}


async def by_region(session: AsyncSession) -> dict[str, int]:
    """People who are helped now, by region."""
    query = _people.with_only_columns(_household.c.region, func.count()).where(_present, _helped)
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
    query = _people.with_only_columns(_household.c.outcome, func.count()).where(_present, ~_helped)
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
        "people_returned": outcomes[Outcome.RETURNED],
    }


def observe(metrics: Metrics) -> Observe:
    """Gauges of households and people by status."""
    households = metrics.gauge("households", "Households by status", "status")
    people = metrics.gauge("people", "People now in those households, by the household's status", "status")

    async def set_gauges(session: AsyncSession, _: Metrics) -> None:
        for status, (some, members) in (await by_status(session)).items():
            households.labels(status=status.value).set(some)
            people.labels(status=status.value).set(members)

    return set_gauges


async def check(session: AsyncSession) -> list[Count]:
    """Intake's own invariants."""
    households = await _count(session, select(func.count()).select_from(_household))
    members = await _count(session, select(func.count()).select_from(_member))
    empty = select(func.count()).select_from(_household)
    someone = select(_member.c.id).where(_member.c.household_id == _household.c.id, _present)
    codes = select(func.count() - func.count(func.distinct(_household.c.code))).select_from(_household)
    entries = select(func.count()).select_from(TimelineRow)
    return [
        Count(
            "every household has a member", households, await _count(session, empty.where(~someone.exists()))
        ),
        Count("every member has an identity", members, await identities.members_without(session)),
        Count("no code is used twice", households, await _count(session, codes)),
        Count("every version was said", households, await _count(session, _unsaid())),
        Count("timeline entries", await _count(session, entries), 0),
    ]


def _unsaid() -> Any:
    """Households of which fewer facts stand in the journal than their version counts; an old journal is forgotten."""
    said = select(func.count()).where(journal.c.subject == _household.c.id).scalar_subquery()
    oldest = select(func.min(journal.c.said_at)).scalar_subquery()
    return (
        select(func.count())
        .select_from(_household)
        .where(_household.c.registered_at >= oldest, said != _household.c.version)
    )


async def _count(session: AsyncSession, query: Any) -> int:
    return int((await session.execute(query)).scalar_one())
