"""Volunteers, with their languages, checks, ties and tasks. Whoever changes one has the desk (`helping.py`)."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.domain.helping import Volunteer, VolunteerState
from services.events.domain.languages import Skill
from services.events.domain.needs import OPEN
from services.events.domain.teams import Span
from services.events.tables import ASSIGNMENT, CHECKED, NEED, SKILL, TIE, VOLUNTEER
from shared.database.writes import Writes


async def find_row(session: AsyncSession, volunteer_id: UUID) -> RowMapping | None:
    """A volunteer as kept; whoever changes it has the desk."""
    found = await session.execute(select(VOLUNTEER).where(VOLUNTEER.c.id == volunteer_id))
    return found.mappings().one_or_none()


async def known(session: AsyncSession, contact_id: UUID) -> bool:
    """Whether this contact is a volunteer already."""
    found = select(VOLUNTEER.c.id).where(VOLUNTEER.c.contact_id == contact_id)
    return await session.scalar(found) is not None


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


async def found(session: AsyncSession, ids: Collection[UUID] | None = None) -> dict[UUID, Volunteer]:
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


_OF_VOLUNTEER = (
    "adult",
    "online",
    "gender",
    "available_from",
    "available_until",
    "no_contact",
    "minutes",
    "open",
)


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
