"""Rows and values of intake. Set-based, never commits; names and birth dates are in `identities.py`, not here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.intake.domain.households import Household, Member, Outcome, Priority, Status
from services.intake.domain.people import Relation, Sex
from services.intake.domain.timeline import Entry
from services.intake.tables import HOUSEHOLD, MEMBER, TIMELINE
from shared.contracts.intake import AgeBand, ClothingSize, NeedKind
from shared.database.session import GatheringSession
from shared.database.writes import Writes

PRESENT = MEMBER.c.left_on.is_(None)
"""A member who has not left."""
HELPED = HOUSEHOLD.c.status != Status.CLOSED.value
"""A household that is not closed."""
_ADDING = upsert(HOUSEHOLD).on_conflict_do_nothing(index_elements=["register_ref"]).returning(HOUSEHOLD.c.id)


async def draw_codes(session: AsyncSession, year: int, count: int) -> list[int]:
    """The next numbers of a year. A number whose unit rolls back is lost: no registration waits for another."""
    if not count:
        return []
    numbers = await session.scalars(text("SELECT next_codes(:year, :count)"), {"year": year, "count": count})
    return sorted(numbers)


async def insert_households(session: GatheringSession, households: Iterable[Household]) -> set[UUID]:
    """Add households without their members; returns those added: not one whose register reference is there already.

    In the order of the references, so that two imports of one register wait for each other and do not deadlock.
    """
    rows = sorted((_household_values(each) for each in households), key=lambda row: row["register_ref"] or "")
    if any(row["register_ref"] for row in rows):
        return set(await session.scalars(_ADDING, rows))
    session.writes.insert(HOUSEHOLD, rows)
    return {row["id"] for row in rows}


def add_members(
    writes: Writes,
    members: Iterable[tuple[UUID, Member]],
    keys: Mapping[UUID, bytes] | None = None,
) -> None:
    """Add members, each with its household's id; `keys` are the register keys of those who came by an import."""
    known = keys or {}
    writes.insert(
        MEMBER, (_member_values(household, each, known.get(each.id)) for household, each in members)
    )


def save(writes: Writes, households: Iterable[Household]) -> None:
    """Write what changed in households that were locked before; members are added or left by their own functions."""
    columns = ("id", "region", "needs", "priorities", "status", "version", "outcome", "closed_on")
    values = (_household_values(household) for household in households)
    writes.change(HOUSEHOLD, ({name: each[name] for name in columns} for each in values))


def set_left(writes: Writes, member_id: UUID, on: date) -> None:
    writes.change(MEMBER, [{"id": member_id, "left_on": on}])


def set_bands(writes: Writes, households: Iterable[Household]) -> None:
    """Write the age bands of all members of these households."""
    members = (member for each in households for member in each.members)
    writes.change(MEMBER, ({"id": each.id, "age_band": each.age_band.value} for each in members))


async def find(session: AsyncSession, household_id: UUID, *, lock: bool = False) -> Household | None:
    """A household with all its members; locked until the unit ends when it is to be changed."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id)
    found = await with_members(session, query.with_for_update() if lock else query)
    return found[0] if found else None


async def lock_all(session: AsyncSession, households: Collection[UUID]) -> list[Household]:
    """Households with all their members, locked in the order of their ids, so that two units do not deadlock."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id.in_(list(households))).order_by(HOUSEHOLD.c.id)
    return await with_members(session, query.with_for_update()) if households else []


async def registered(session: AsyncSession, refs: Collection[str], *, lock: bool) -> dict[str, Household]:
    """The households with these register references, locked in the order of their ids if they are to be changed."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.register_ref.in_(refs)).order_by(HOUSEHOLD.c.id)
    found = await with_members(session, query.with_for_update() if lock else query) if refs else []
    return {each.register_ref: each for each in found if each.register_ref}


async def register_keys(session: AsyncSession, households: Collection[UUID]) -> dict[UUID, set[bytes]]:
    """The register keys already used in each of these households."""
    query = select(MEMBER.c.household_id, MEMBER.c.register_key).where(
        MEMBER.c.household_id.in_(households), MEMBER.c.register_key.is_not(None)
    )
    keys: dict[UUID, set[bytes]] = {each: set() for each in households}
    for household_id, key in await session.execute(query):
        keys[household_id].add(key)
    return keys


async def activate(session: AsyncSession, households: Collection[UUID]) -> list[UUID]:
    """Make registered households active; returns those that were not before. Locked in order of id, no deadlock."""
    waiting = (
        select(HOUSEHOLD.c.id)
        .where(HOUSEHOLD.c.id.in_(households), HOUSEHOLD.c.status == Status.REGISTERED.value)
        .order_by(HOUSEHOLD.c.id)
        .with_for_update()
    )
    ids = list(await session.scalars(waiting))
    if ids:
        change = update(HOUSEHOLD).where(HOUSEHOLD.c.id.in_(ids))
        await session.execute(change.values(status=Status.ACTIVE.value))
    return ids


def add_entries(writes: Writes, entries: Iterable[Entry]) -> None:
    """Append to the timelines, in this order."""
    writes.insert(TIMELINE, ({"id": uuid7(), **vars(entry)} for entry in entries))


async def with_members(session: AsyncSession, query: Select[Any]) -> list[Household]:
    """The households that a query of whole rows finds, in its order, with all their members."""
    rows: Sequence[Any] = (await session.execute(query)).all()
    members: dict[UUID, list[Member]] = {row.id: [] for row in rows}
    if rows:
        of_these = select(MEMBER).where(MEMBER.c.household_id.in_(list(members))).order_by(MEMBER.c.id)
        for row in await session.execute(of_these):
            members[row.household_id].append(_member_of(row))
    return [_household_of(row, members[row.id]) for row in rows]


def _household_of(row: Any, members: Iterable[Member]) -> Household:
    return Household(
        id=row.id,
        code=row.code,
        region=row.region,
        arrived_on=row.arrived_on,
        registered_at=row.registered_at,
        registered_on=row.registered_on,
        members=tuple(members),
        needs=frozenset(map(NeedKind, row.needs)),
        priorities=frozenset(map(Priority, row.priorities)),
        status=Status(row.status),
        version=row.version,
        outcome=Outcome(row.outcome) if row.outcome else None,
        closed_on=row.closed_on,
        register_ref=row.register_ref,
    )


def _member_of(row: Any) -> Member:
    return Member(
        id=row.id,
        sex=Sex(row.sex),
        size=ClothingSize(row.size),
        relation=Relation(row.relation),
        joined_on=row.joined_on,
        age_band=AgeBand(row.age_band),
        languages=tuple(row.languages),
        left_on=row.left_on,
    )


def _household_values(household: Household) -> dict[str, Any]:
    return {
        "id": household.id,
        "code": household.code,
        "region": household.region,
        "arrived_on": household.arrived_on,
        "registered_at": household.registered_at,
        "registered_on": household.registered_on,
        "needs": sorted(each.value for each in household.needs),
        "priorities": sorted(each.value for each in household.priorities),
        "status": household.status.value,
        "version": household.version,
        "outcome": household.outcome.value if household.outcome else None,
        "closed_on": household.closed_on,
        "register_ref": household.register_ref,
    }


def _member_values(household_id: UUID, member: Member, key: bytes | None) -> dict[str, Any]:
    return {
        "id": member.id,
        "household_id": household_id,
        "sex": member.sex.value,
        "size": member.size.value,
        "relation": member.relation.value,
        "languages": list(member.languages),
        "age_band": member.age_band.value,
        "joined_on": member.joined_on,
        "left_on": member.left_on,
        "register_key": key,
    }
