"""What is shown of the register: households, their timelines, and totals for the plan and for monitoring.

No name and no birth date is read here: see `commands/reading.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import repository
from services.intake.domain.households import Household, Outcome, Priority, Status
from services.intake.domain.timeline import Entry
from services.intake.repository import HELPED, PRESENT
from services.intake.settings import Settings
from services.intake.tables import HOUSEHOLD, IMPORT, MEMBER, READING, TIMELINE
from shared.contracts.intake import AgeBand
from shared.observability import Metrics
from shared.outcomes import Refused, missing
from shared.service.parts import Actuals, Observe

NO_HOUSEHOLD = missing("such household")
_PEOPLE = select(func.count()).select_from(MEMBER.join(HOUSEHOLD))


@dataclass(frozen=True)
class Filter:
    """Which households are wanted; None means any. `code` is any part of a code."""

    status: Status | None = None
    region: str | None = None
    priority: Priority | None = None
    arrived_from: date | None = None
    arrived_to: date | None = None
    code: str | None = None


async def household(session: AsyncSession, household_id: UUID) -> Household | Refused:
    """One household with its members."""
    return await repository.find(session, household_id) or NO_HOUSEHOLD


async def households(
    session: AsyncSession, wanted: Filter, after: UUID | None, limit: int
) -> list[Household]:
    """Households in the order of registration, with their members."""
    columns = HOUSEHOLD.c
    conditions = [
        columns.id > after if after else None,
        columns.status == wanted.status.value if wanted.status else None,
        columns.region == wanted.region if wanted.region else None,
        columns.priorities.contains([wanted.priority.value]) if wanted.priority else None,
        columns.arrived_on >= wanted.arrived_from if wanted.arrived_from else None,
        columns.arrived_on <= wanted.arrived_to if wanted.arrived_to else None,
        columns.code.contains(wanted.code.upper(), autoescape=True) if wanted.code else None,
    ]
    query = select(HOUSEHOLD).where(*(each for each in conditions if each is not None))
    return await repository.with_members(session, query.order_by(columns.id).limit(limit))


async def timeline(
    session: AsyncSession, household_id: UUID, after: UUID | None, limit: int
) -> list[tuple[UUID, Entry]] | Refused:
    """A household's entries with their ids, the newest first. What is not registered here but was told of has some."""
    columns = TIMELINE.c
    parts = (columns.at, columns.on, columns.contract, columns.actor, columns.summary, columns.data)
    query = select(columns.id, columns.household_id, *parts).where(columns.household_id == household_id)
    if after:
        query = query.where(columns.id < after)
    found = await session.execute(query.order_by(columns.id.desc()).limit(limit))
    entries = [(row[0], Entry(*row[1:])) for row in found]
    known = select(HOUSEHOLD.c.id).where(HOUSEHOLD.c.id == household_id)
    return entries if entries or await session.scalar(known) else NO_HOUSEHOLD


async def readings(
    session: AsyncSession, of: tuple[UUID | None, UUID | None], after: UUID | None, limit: int
) -> list[RowMapping]:
    """Who was shown names and birth dates, of one household, of one case, or of all, the newest first."""
    household_id, case_id = of
    query = select(READING).order_by(READING.c.id.desc()).limit(limit)
    if household_id:
        query = query.where(READING.c.household_id == household_id)
    if case_id:
        query = query.where(READING.c.case_id == case_id)
    if after:
        query = query.where(READING.c.id < after)
    return list((await session.execute(query)).mappings())


async def imports(session: AsyncSession, after: UUID | None, limit: int) -> list[RowMapping]:
    """Registers that were taken in, the newest first."""
    query = select(IMPORT).order_by(IMPORT.c.id.desc()).limit(limit)
    if after:
        query = query.where(IMPORT.c.id < after)
    return list((await session.execute(query)).mappings())


async def with_reference(session: AsyncSession, reference: str) -> list[Household]:
    """The household with this reference of somebody's register, however it is written; none or one."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.register_key == repository.key_of(reference))
    return await repository.with_members(session, query)


async def by_status(session: AsyncSession) -> dict[Status, tuple[int, int]]:
    """Households and the people now in them, by status; without those whose import was undone."""
    query = (
        select(HOUSEHOLD.c.status, func.count(func.distinct(HOUSEHOLD.c.id)), func.count(MEMBER.c.id))
        .outerjoin(MEMBER, (MEMBER.c.household_id == HOUSEHOLD.c.id) & PRESENT)
        .where(HOUSEHOLD.c.outcome.is_distinct_from(Outcome.MISTAKEN.value))
        .group_by(HOUSEHOLD.c.status)
    )
    found = {
        Status(status): (households, people) for status, households, people in await session.execute(query)
    }
    return {status: found.get(status, (0, 0)) for status in Status}


async def by_age_band(session: AsyncSession) -> dict[AgeBand, int]:
    """People who are helped now, by the age band that was told of them."""
    query = _PEOPLE.with_only_columns(MEMBER.c.age_band, func.count()).where(PRESENT, HELPED)
    found = {AgeBand(band): n for band, n in await session.execute(query.group_by(MEMBER.c.age_band))}
    return {band: found.get(band, 0) for band in AgeBand}


async def by_region(session: AsyncSession) -> dict[str, int]:
    """People who are helped now, by region."""
    query = _PEOPLE.with_only_columns(HOUSEHOLD.c.region, func.count()).where(PRESENT, HELPED)
    found = await session.execute(query.group_by(HOUSEHOLD.c.region))
    return {row[0]: row[1] for row in found}


async def by_outcome(session: AsyncSession) -> dict[Outcome, int]:
    """People of closed households, by outcome."""
    query = _PEOPLE.with_only_columns(HOUSEHOLD.c.outcome, func.count()).where(PRESENT, ~HELPED)
    found = {Outcome(each): n for each, n in await session.execute(query.group_by(HOUSEHOLD.c.outcome))}
    return {outcome: found.get(outcome, 0) for outcome in Outcome}


# The two counts below are of everything that ever was, and each scrape asks for them. No total of them is kept: every
# registration would have to add to the same row, and registrations would wait for each other until they commit.
# Instead they are counted from an index alone, which is exact and never touches the tables: `people_ever` from
# member's primary key (16 bytes per person, so 100,000 people are some 4 MB), `by_priority` from a partial index
# that holds the few households with a priority, and of which PostgreSQL gives back a row per combination (16 at most).


async def people_ever(session: AsyncSession) -> int:
    """Everybody who was ever registered, those who left among them; whom an undone import brought, never was."""
    every = select(func.count()).select_from(MEMBER)
    undone = every.where(MEMBER.c.undone).scalar_subquery()
    return int((await session.execute(select(every.scalar_subquery() - undone))).scalar_one())


async def by_priority(session: AsyncSession) -> dict[Priority, int]:
    """Households ever registered, by priority; a household with two priorities counts for both."""
    # Written as in the index, or PostgreSQL does not see that the index holds all of them.
    some = text("priorities <> '{}'")
    query = select(HOUSEHOLD.c.priorities, func.count()).where(some).group_by(HOUSEHOLD.c.priorities)
    counts = dict.fromkeys(Priority, 0)
    for priorities, count in await session.execute(query):
        for priority in priorities:
            counts[Priority(priority)] += count
    return counts


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan's areas 1 and 5, by measure."""

    async def reached(session: AsyncSession) -> dict[str, int]:
        outcomes, victims = await by_outcome(session), await by_priority(session)
        return {
            "people_registered": await people_ever(session),
            "trafficking_victims_helped": victims[Priority.TRAFFICKING_VICTIM],
            "people_moved_on": outcomes[Outcome.MOVED_ON],
            "people_settled": outcomes[Outcome.SETTLED],
            "prison_visits_arranged": await repository.count_arranged(session),
        }

    return reached


def observe(_: Settings) -> Callable[[Metrics], Observe]:
    """Gauges of households and people by status."""

    def begin(metrics: Metrics) -> Observe:
        households = metrics.gauge("households", "Households by status", "status")
        people = metrics.gauge(
            "people", "People now in those households, by the household's status", "status"
        )

        async def set_gauges(session: AsyncSession) -> None:
            for status, (some, members) in (await by_status(session)).items():
                households.labels(status=status.value).set(some)
                people.labels(status=status.value).set(members)

        return set_gauges

    return begin
