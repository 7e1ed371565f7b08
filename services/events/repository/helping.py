"""Volunteers, needs for helpers, and who has which.

Whoever changes one of them takes the desk first: one at a time asks for helpers, finds them, or changes them. There are
few such changes, and each may concern many rows of all three.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.domain.helping import Need, Volunteer, VolunteerState
from services.events.domain.languages import Skill, Wanted
from services.events.domain.needs import OPEN, AssignmentState, Ended, KeptNeed, Source, Stand
from services.events.domain.teams import Span
from services.events.tables import ASSIGNMENT, CHECKED, HELPER_APPEAL, NEED, SKILL, TIE, VOLUNTEER
from shared.contracts.events import HelpStatus
from shared.database.writes import Writes

MATCH = "match_helpers"
"""The timer that looks for helpers soon after somebody is wanted or has time."""


async def take_desk(session: AsyncSession) -> None:
    """Wait until nobody else changes volunteers, needs or assignments; nobody else does until the unit ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("helping"))))


class Assignment(NamedTuple):
    """Who was asked for what, and how it stands."""

    id: UUID
    need_id: UUID
    volunteer_id: UUID
    state: AssignmentState
    despite: frozenset[str]
    ends_on: date | None

    @property
    def open(self) -> bool:
        return self.state in OPEN


class Said(NamedTuple):
    """What was said last of a need."""

    status: str
    wanted: int
    found: int
    reason: str


def kept_in(row: RowMapping) -> KeptNeed:
    """A row as the rules see it, without its team."""
    time = Span(row["starts_at"], row["ends_at"]) if row["starts_at"] else None
    need = Need(
        id=row["id"],
        task=row["task"],
        languages=tuple(Wanted(**each) for each in row["languages"]),
        people=row["people"],
        starts_on=row["starts_on"],
        time=time,
        **{name: row[name] for name in _SAME},
    )
    return KeptNeed(
        need,
        Source(row["source"]),
        ended=Ended(row["ended"]),
        **{name: row[name] for name in _OF_KEPT},
    )


_SAME = ("ends_on", "any_of", "mode", "region", "online", "gender", "household_id")
_OF_KEPT = ("version", "request_id", "household_version", "gathering_id", "lacking", "said")


def need_row(kept: KeptNeed) -> dict[str, Any]:
    """What is kept of a need, but how it stands."""
    need = kept.need
    return {
        "id": need.id,
        "source": kept.source.value,
        "task": need.task,
        "languages": [asdict(each) for each in need.languages],
        "people": need.people,
        "starts_on": need.starts_on,
        "starts_at": need.time.start if need.time else None,
        "ends_at": need.time.end if need.time else None,
        "ended": kept.ended.value,
        **{name: getattr(need, name) for name in _SAME},
        **{name: getattr(kept, name) for name in _OF_KEPT},
    }


def save_needs(writes: Writes, needs: Iterable[KeptNeed]) -> None:
    """Write needs whose rows are there."""
    writes.change(NEED, [need_row(each) for each in needs])


def add_needs(writes: Writes, needs: Mapping[str | None, KeptNeed]) -> None:
    """New needs, by their part of a gathering."""
    writes.insert(NEED, [{**need_row(each), "part": part} for part, each in needs.items()])


async def needs(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, tuple[KeptNeed, Said]]:
    """Needs that were asked for, and what was said of each last."""
    query = select(NEED).where(NEED.c.id.in_(ids), NEED.c.source != "").order_by(NEED.c.id)
    return {row["id"]: _with_said(row) for row in (await session.execute(query)).mappings()}


def _with_said(row: RowMapping) -> tuple[KeptNeed, Said]:
    return kept_in(row), Said(row["status"], row["wanted"], row["found"], row["reason"])


def save_stand(writes: Writes, kept: KeptNeed, stands: Stand) -> None:
    """How a need stands now, which is said in this version."""
    row = {"id": kept.need.id, "said": kept.said, "lacking": kept.lacking, **stands._asdict()}
    writes.change(NEED, [{**row, "status": stands.status.value}])


def save_lacking(writes: Writes, found: Mapping[UUID, str]) -> None:
    writes.change(NEED, [{"id": key, "lacking": lacking} for key, lacking in found.items()])


_SHORT = (HelpStatus.OPEN.value, HelpStatus.OFFERED.value, HelpStatus.UNMET.value)


async def short(session: AsyncSession, today: date) -> list[UUID]:
    """The needs for which people are missing, but those of days that are over."""
    row = NEED.c
    query = select(row.id).where(row.status.in_(_SHORT), row.ended == "")
    return list(await session.scalars(query.where(func.coalesce(row.ends_on, today) >= today)))


async def over_today(session: AsyncSession, today: date) -> list[UUID]:
    """The needs whose last day is over and for which people are missing."""
    row = NEED.c
    return list(await session.scalars(select(row.id).where(row.status.in_(_SHORT), row.ends_on < today)))


async def of_households(session: AsyncSession, ids: Collection[UUID]) -> list[UUID]:
    """The needs of these households that are not over."""
    row = NEED.c
    query = select(row.id).where(row.household_id.in_(ids), row.ended == "", row.source != "")
    return list(await session.scalars(query))


async def of_gatherings(session: AsyncSession) -> dict[tuple[UUID, str], KeptNeed]:
    """The needs of gatherings, by gathering and part."""
    query = select(NEED).where(NEED.c.source == Source.GATHERING.value)
    found = (await session.execute(query)).mappings()
    return {(row["gathering_id"], row["part"]): kept_in(row) for row in found}


def _assignment_in(row: RowMapping) -> Assignment:
    return Assignment(
        row["id"],
        row["need_id"],
        row["volunteer_id"],
        AssignmentState(row["state"]),
        frozenset(row["despite"]),
        row["ends_on"],
    )


async def assignments(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Assignment]]:
    """Who was asked for these needs, in the order in which they were asked."""
    found: dict[UUID, list[Assignment]] = {each: [] for each in ids}
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.need_id.in_(ids)).order_by(ASSIGNMENT.c.id)
    for row in (await session.execute(query)).mappings():
        found[row["need_id"]].append(_assignment_in(row))
    return found


def with_team(need: Need, held: Iterable[Assignment], known: Mapping[UUID, Volunteer]) -> Need:
    """The need with who has it, and who is not asked again."""
    some = list(held)
    team = {each.volunteer_id for each in some if each.open or each.state is AssignmentState.DONE}
    declined = (AssignmentState.DECLINED, AssignmentState.EXPIRED)
    return replace(
        need,
        team=frozenset(team),
        with_experience=any(known[each].served for each in team if each in known),
        declined=frozenset(each.volunteer_id for each in some if each.state in declined),
    )


async def find_assignment(session: AsyncSession, assignment_id: UUID) -> Assignment | None:
    """An assignment as it is now."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.id == assignment_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return _assignment_in(row) if row else None


async def open_of(session: AsyncSession, volunteer_id: UUID) -> list[UUID]:
    """The needs that a volunteer has."""
    row = ASSIGNMENT.c
    query = select(row.need_id).where(
        row.volunteer_id == volunteer_id, row.state.in_([each.value for each in OPEN])
    )
    return list(await session.scalars(query))


async def all_open(session: AsyncSession) -> list[UUID]:
    """The needs that anybody has."""
    row = ASSIGNMENT.c
    query = select(row.need_id).where(row.state.in_([each.value for each in OPEN])).distinct()
    return list(await session.scalars(query))


async def unanswered(session: AsyncSession, today: date) -> list[UUID]:
    """The offers whose last day is over."""
    row = ASSIGNMENT.c
    query = select(row.id).where(row.state == AssignmentState.OFFERED.value, row.ends_on < today)
    return list(await session.scalars(query))


def offer(
    writes: Writes,
    asked: Iterable[tuple[UUID, UUID]],
    until: date,
    today: date,
    actor: str,
    despite: Iterable[str] = (),
) -> None:
    """Ask volunteers for needs; pairs of need and volunteer."""
    writes.insert(
        ASSIGNMENT,
        [
            {
                "id": uuid7(),
                "need_id": need_id,
                "volunteer_id": volunteer_id,
                "state": AssignmentState.OFFERED.value,
                "despite": sorted(despite),
                "since": today,
                "ends_on": until,
                "actor": actor,
            }
            for need_id, volunteer_id in asked
        ],
    )


def become(
    writes: Writes, ids: Mapping[UUID, str], state: AssignmentState, today: date, minutes: int | None = None
) -> None:
    """These assignments are this from now on, each for its reason."""
    writes.change(
        ASSIGNMENT,
        [
            {
                "id": key,
                "state": state.value,
                "reason": reason,
                "since": today,
                "ends_on": None,
                "minutes": minutes,
            }
            for key, reason in ids.items()
        ],
    )


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_COUNT = text("""
    UPDATE volunteer SET open = counted.open, served = counted.served, minutes = counted.minutes
    FROM (
        SELECT asked.id, count(state) FILTER (WHERE state IN ('offered', 'accepted')) AS open,
            count(state) FILTER (WHERE state = 'done') AS served,
            coalesce(sum(minutes) FILTER (WHERE state = 'done'), 0) AS minutes
        FROM unnest(:ids) AS asked (id) LEFT JOIN assignment ON assignment.volunteer_id = asked.id GROUP BY 1
    ) counted WHERE counted.id = volunteer.id
""").bindparams(_IDS)


async def recount(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Keep how many tasks these volunteers have and had."""
    if ids:
        await session.execute(_COUNT, {"ids": sorted(ids)})


async def volunteers(session: AsyncSession, ids: Collection[UUID] | None = None) -> dict[UUID, Volunteer]:
    """Volunteers as the rules see them; those of these ids, or all but those who left."""
    query = select(VOLUNTEER).order_by(VOLUNTEER.c.id)
    query = query.where(
        VOLUNTEER.c.state != VolunteerState.LEFT.value if ids is None else VOLUNTEER.c.id.in_(ids)
    )
    rows = (await session.execute(query)).mappings().all()
    keys = [row["id"] for row in rows]
    skills = await _by_volunteer(session, select(SKILL).order_by(SKILL.c.id), keys)
    checks = await _by_volunteer(session, select(CHECKED), keys)
    ties = await _by_volunteer(session, select(TIE), keys)
    booked = await _by_volunteer(session, _BOOKED, keys)
    return {
        row["id"]: _volunteer_in(
            row, skills[row["id"]], checks[row["id"]], ties[row["id"]], booked[row["id"]]
        )
        for row in rows
    }


_BOOKED = (
    select(ASSIGNMENT.c.volunteer_id, NEED.c.starts_at, NEED.c.ends_at)
    .join(NEED, NEED.c.id == ASSIGNMENT.c.need_id)
    .where(ASSIGNMENT.c.state.in_([each.value for each in OPEN]), NEED.c.starts_at.is_not(None))
)


async def _by_volunteer(
    session: AsyncSession, query: Any, ids: Sequence[UUID]
) -> dict[UUID, list[RowMapping]]:
    found: dict[UUID, list[RowMapping]] = {each: [] for each in ids}
    mine = query.selected_columns.volunteer_id == func.any(_IDS)
    for row in (await session.execute(query.where(mine), {"ids": ids})).mappings():
        found[row["volunteer_id"]].append(row)
    return found


def _volunteer_in(
    row: RowMapping,
    skills: Iterable[RowMapping],
    checks: Iterable[RowMapping],
    ties: Iterable[RowMapping],
    booked: Iterable[RowMapping],
) -> Volunteer:
    return Volunteer(
        id=row["id"],
        state=VolunteerState(row["state"]),
        skills=tuple(skill_in(each) for each in skills),
        tasks=frozenset(row["tasks"]),
        regions=frozenset(row["regions"]),
        weekdays=frozenset(row["weekdays"]),
        checks={each["what"]: each["until"] for each in checks},
        known=frozenset(each["household_id"] for each in ties),
        served=row["served"] + row["earlier"],
        booked=tuple(Span(each["starts_at"], each["ends_at"]) for each in booked),
        **{name: row[name] for name in _OF_VOLUNTEER},
    )


_OF_VOLUNTEER = ("adult", "online", "gender", "available_from", "available_until", "minutes", "open")


def skill_in(row: RowMapping) -> Skill:
    """A row as the rules see it."""
    sets = {name: frozenset(row[name]) for name in ("varieties", "topics", "modes")}
    return Skill(row["language"], row["into"], row["level"], **sets)


def write_skills(writes: Writes, volunteer_id: UUID, skills: Iterable[Skill]) -> None:
    """The languages of a volunteer; the ones before are gone already."""
    writes.insert(
        SKILL,
        [
            {
                "id": uuid7(),
                "volunteer_id": volunteer_id,
                "language": each.language,
                "into": each.into,
                "level": each.level,
                "varieties": sorted(each.varieties),
                "topics": sorted(each.topics),
                "modes": sorted(each.modes),
            }
            for each in skills
        ],
    )


async def open_appeals(session: AsyncSession, needs: Collection[UUID]) -> dict[UUID, RowMapping]:
    """The appeals for helpers that are open for these needs."""
    row = HELPER_APPEAL.c
    query = select(HELPER_APPEAL).where(row.need_id.in_(needs), row.closed_on.is_(None))
    return {each["need_id"]: each for each in (await session.execute(query)).mappings()}
