"""Rows and values of intake. Set-based, never commits; names and birth dates are in `identities.py`, not here."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.intake.domain.households import Household, Member, Outcome, Priority, Status
from services.intake.domain.people import Relation, Sex, folded, without_leading_zeros
from services.intake.domain.timeline import Entry
from services.intake.tables import HOUSEHOLD, MEMBER, TIMELINE
from shared.contracts.intake import AgeBand, ClothingSize, NeedKind
from shared.contracts.inventory import HandOutUndone, SuppliesDelivered
from shared.database.session import GatheringSession
from shared.database.writes import Writes

_GIVEN, _UNDONE = SuppliesDelivered.wire, HandOutUndone.wire
PRESENT = MEMBER.c.left_on.is_(None)
"""A member who has not left."""
HELPED = HOUSEHOLD.c.status != Status.CLOSED.value
"""A household that is not closed."""
NO_ROWS: Mapping[UUID, int | None] = {}
_ADDING = upsert(HOUSEHOLD).on_conflict_do_nothing(index_elements=["register_key"]).returning(HOUSEHOLD.c.id)


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


async def find(session: AsyncSession, household_id: UUID, *, lock: bool = False) -> Household | None:
    """A household with all its members; locked until the unit ends when it is to be changed."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id)
    found = await with_members(session, query.with_for_update() if lock else query)
    return found[0] if found else None


async def lock_all(session: AsyncSession, households: Collection[UUID]) -> list[Household]:
    """Households with all their members, locked in the order of their ids, so that two units do not deadlock."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id.in_(list(households))).order_by(HOUSEHOLD.c.id)
    return await with_members(session, query.with_for_update()) if households else []


async def registered(session: AsyncSession, refs: Collection[str], *, lock: bool) -> dict[bytes, Household]:
    """The households with these register references however written, by `key_of` them.

    They are locked in the order of their ids if they are to be changed.
    """
    keys = {key_of(ref) for ref in refs}
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.register_key.in_(keys)).order_by(HOUSEHOLD.c.id)
    found = await with_members(session, query.with_for_update() if lock else query) if keys else []
    return {key_of(each.register_ref): each for each in found if each.register_ref}


async def but_for_zeros(session: AsyncSession, refs: Collection[str]) -> dict[bytes, tuple[bytes, str]]:
    """By `loose_of` these references: key and code of a household whose own may differ by leading zeros alone."""
    columns = (HOUSEHOLD.c.register_loose, HOUSEHOLD.c.register_key, HOUSEHOLD.c.code)
    query = select(*columns).where(HOUSEHOLD.c.register_loose.in_({loose_of(ref) for ref in refs}))
    return {loose: (key, code) for loose, key, code in await session.execute(query)}


async def regions(session: AsyncSession) -> set[str]:
    """Where households are or were."""
    return set(await session.scalars(select(HOUSEHOLD.c.region).distinct()))


async def delivered(session: AsyncSession, households: Collection[UUID], since: datetime) -> set[UUID]:
    """Those of these households to which something was handed out since then, as far as inventory has told.

    What was undone was not handed out. The two facts may come in either order, so both are summed by item.
    """
    row = TIMELINE.c
    query = select(row.household_id, row.contract, row.data).where(
        row.household_id.in_(households), row.contract.in_([_GIVEN, _UNDONE]), row.at >= since
    )
    left: Counter[tuple[UUID, str]] = Counter()
    for household_id, contract, data in await session.execute(query):
        sign = 1 if contract == _GIVEN else -1
        for line in data["lines"]:
            left[household_id, line["item"]] += sign * line["quantity"]
    return {household_id for (household_id, _), quantity in left.items() if quantity > 0}


def key_of(ref: str) -> bytes:
    """What is the same for W-201 and w-201."""
    return sha256(folded(ref).encode()).digest()


def loose_of(ref: str) -> bytes:
    """What is the same for 0301 and 301."""
    return sha256(without_leading_zeros(ref).encode()).digest()


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
        import_id=row.import_id,
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
