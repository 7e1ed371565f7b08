"""Households, members and timeline entries are written: together, and never committed here."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.intake.domain.households import Household, Member, Outcome, Status
from services.intake.domain.timeline import Entry
from services.intake.repository.register import key_of, loose_of
from services.intake.tables import HOUSEHOLD, MEMBER, MOVED, TIMELINE
from shared.database.session import GatheringSession
from shared.database.writes import Writes

NO_ROWS: Mapping[UUID, int | None] = {}
_ADDING = upsert(HOUSEHOLD).on_conflict_do_nothing(index_elements=["register_key"]).returning(HOUSEHOLD.c.id)


async def insert_households(session: GatheringSession, households: Iterable[Household]) -> set[UUID]:
    """Add households without their members; returns those added: not one whose register reference is there already.

    In the order of the references, so that two imports of one register wait for each other and do not deadlock.
    """
    rows = sorted(
        (_household_values(each) for each in households), key=lambda row: row["register_key"] or b""
    )
    if any(row["register_key"] for row in rows):
        return set(await session.scalars(_ADDING, rows))
    session.writes.insert(HOUSEHOLD, rows)
    return {row["id"] for row in rows}


def add_members(
    writes: Writes,
    household_id: UUID,
    members: Sequence[Member],
    import_id: UUID | None = None,
    rows: Mapping[UUID, int | None] = NO_ROWS,
) -> None:
    """Add members to a household; those who came by an import stood in these rows of it."""
    came = ({"import_id": import_id, "import_row": rows.get(each.id)} for each in members)
    values = (_member_values(household_id, each) for each in members)
    writes.insert(MEMBER, [value | how for value, how in zip(values, came, strict=True)])


def save(writes: Writes, households: Iterable[Household]) -> None:
    """Write what changed in households that were locked before; members are added or left by their own functions."""
    columns = ("id", "region", "needs", "priorities", "status", "version", "outcome", "closed_on")
    values = (_household_values(household) for household in households)
    writes.change(HOUSEHOLD, ({name: each[name] for name in columns} for each in values))


def set_left(writes: Writes, member_id: UUID, on: date) -> None:
    writes.change(MEMBER, [{"id": member_id, "left_on": on}])


def set_moved(writes: Writes, member: Member, here: UUID, there: UUID) -> None:
    """A member is in another household from now on; that they were in this one is kept."""
    row = {"id": member.id, "household_id": there, "relation": member.relation.value}
    writes.change(MEMBER, [{**row, "joined_on": member.joined_on}])
    moved = {"id": uuid7(), "household_id": here, "member_id": member.id, "on": member.joined_on}
    writes.insert(MOVED, [moved])


def set_corrected(writes: Writes, household: Household, member_id: UUID) -> None:
    """Write what may be corrected of a member."""
    columns = ("id", "sex", "size", "relation", "languages", "age_band")
    values = (_member_values(household.id, each) for each in household.members if each.id == member_id)
    writes.change(MEMBER, ({name: each[name] for name in columns} for each in values))


def set_undone(writes: Writes, household: Household, brought: Collection[UUID]) -> None:
    """Members whom an undone import brought: they count as nobody who ever came. A mistaken household is free again."""
    if household.outcome is Outcome.MISTAKEN:
        free = {"register_ref": None, "register_key": None, "register_loose": None}
        writes.change(HOUSEHOLD, [{"id": household.id, **free}])
    left = ({"id": each.id, "left_on": each.left_on} for each in household.members if each.id in brought)
    writes.change(MEMBER, [{**each, "undone": True} for each in left])


def set_bands(writes: Writes, households: Iterable[Household]) -> None:
    """Write the age bands of all members of these households."""
    members = (member for each in households for member in each.members)
    writes.change(MEMBER, ({"id": each.id, "age_band": each.age_band.value} for each in members))


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


def _household_values(household: Household) -> dict[str, Any]:
    ref = household.register_ref
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
        "register_ref": ref,
        "register_key": key_of(ref) if ref else None,
        "register_loose": loose_of(ref) if ref else None,
        "import_id": household.import_id,
    }


def _member_values(household_id: UUID, member: Member) -> dict[str, Any]:
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
    }
