"""Households as last heard of, and the children in them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.children import Place, Seen
from services.sponsorship.repository.among import among
from services.sponsorship.tables import CHILD, HOUSEHOLD, PRESENCE
from shared.contracts.intake import AgeBand, HouseholdState
from shared.database.writes import Writes


async def save_states(session: AsyncSession, writes: Writes, states: Collection[HouseholdState]) -> set[UUID]:
    """Write the newest state of households; gives everybody who was in them before or is now."""
    gone = delete(PRESENCE).where(among(PRESENCE.c.household_id, (each.household_id for each in states)))
    before = set(await session.scalars(gone.returning(PRESENCE.c.member_id))) if states else set()
    writes.change(
        HOUSEHOLD,
        [
            {"id": each.household_id, "version": each.version, "helped": True}
            | {"region": each.region, "rank": each.rank}
            for each in states
        ],
    )
    rows = [
        {"household_id": each.household_id, "member_id": member.member_id, "band": member.age_band.value}
        | {"circumstances": sorted(member.circumstances)}
        for each in states
        for member in each.members
    ]
    writes.insert(PRESENCE, rows)
    return before | {member.member_id for each in states for member in each.members}


async def save_closed(session: AsyncSession, writes: Writes, versions: Mapping[UUID, int]) -> set[UUID]:
    """Write that households are closed; gives everybody whom they had."""
    rows = [{"id": key, "version": version, "helped": False} for key, version in versions.items()]
    writes.change(HOUSEHOLD, rows)
    query = select(PRESENCE.c.member_id).where(among(PRESENCE.c.household_id, versions))
    return set(await session.scalars(query))


async def known(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, RowMapping]:
    """Those of these who are children that need or needed a school place; whoever changes them holds the book."""
    query = select(CHILD).where(among(CHILD.c.id, ids)).order_by(CHILD.c.id)
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


async def lock(session: AsyncSession, child: UUID) -> RowMapping | None:
    """A child, locked: what is written down of its letters is so one after another. None if there is none."""
    query = select(CHILD).where(CHILD.c.id == child).with_for_update()
    return (await session.execute(query)).mappings().one_or_none()


async def seen_at(session: AsyncSession, households: Collection[UUID]) -> set[UUID]:
    """The children who were seen in these households."""
    query = select(CHILD.c.id).where(among(CHILD.c.seen_household, households))
    return set(await session.scalars(query))


async def places(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, list[Place]]:
    """Where the newest states of households have these children."""
    row, of_it = HOUSEHOLD.c, PRESENCE.c.household_id == HOUSEHOLD.c.id
    columns = (PRESENCE, row.helped, row.region, row.rank)
    query = select(*columns).join(HOUSEHOLD, of_it).where(among(PRESENCE.c.member_id, ids))
    found = defaultdict[UUID, list[Place]](list)
    for each in (await session.execute(query)).mappings():
        place = Place(
            each["household_id"],
            each["helped"],
            AgeBand(each["band"]),
            each["region"],
            each["rank"],
            frozenset(each["circumstances"]),
        )
        found[each["member_id"]].append(place)
    return found


async def closed(session: AsyncSession, households: Iterable[UUID]) -> set[UUID]:
    """Those of these households that are closed."""
    row = HOUSEHOLD.c
    query = select(row.id).where(among(row.id, set(households)), row.version > 0, ~row.helped)
    return set(await session.scalars(query))


def seen_in(row: RowMapping) -> Seen:
    return Seen(row["waiting_since"], row["seen_household"])


async def decide(session: AsyncSession, child: UUID, **values: object) -> None:
    """Write what staff say of the leaving of a child."""
    await session.execute(update(CHILD).where(CHILD.c.id == child).values(**values))
