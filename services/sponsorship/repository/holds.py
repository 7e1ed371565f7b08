"""Holds and sponsorships."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.holds import Hold, Over, Role, Sponsorship, State
from services.sponsorship.repository.among import among, not_among
from services.sponsorship.repository.donors import PERSON
from services.sponsorship.tables import GIFT, HOLD, SPONSORSHIP
from shared.database.writes import Writes


def hold_in(row: RowMapping) -> Hold:
    return Hold(
        row["id"],
        row["child_id"],
        row["gift_id"],
        row["made_on"],
        row["until_on"] or row["until_at"],
        Role(row["role"]),
        row["share"],
        State(row["state"]),
        row["closed_on"],
        Over(row["reason"]) if row["reason"] else None,
        row["held_off"],
    )


def sponsorship_in(row: RowMapping) -> Sponsorship:
    return Sponsorship(
        row["id"],
        row["hold_id"],
        row["child_id"],
        row["gift_id"],
        row["starts_on"],
        Role(row["role"]),
        row["share"],
        row["ends_on"],
        Over(row["reason"]) if row["reason"] else None,
        row["farewell"],
        row["ended_by"],
    )


async def holds_of(
    session: AsyncSession, children: Collection[UUID], gifts: Collection[UUID] = ()
) -> dict[UUID, Hold]:
    """All holds that ever were on these children, or of these gifts."""
    found = await _of(session, HOLD, children, gifts)
    return {row["id"]: hold_in(row) for row in found}


async def sponsorships_of(session: AsyncSession, children: Collection[UUID]) -> dict[UUID, Sponsorship]:
    """All sponsorships that ever were of these children."""
    found = await _of(session, SPONSORSHIP, children, ())
    return {row["id"]: sponsorship_in(row) for row in found}


async def _of(
    session: AsyncSession, table: Table, children: Collection[UUID], gifts: Collection[UUID]
) -> Iterable[RowMapping]:
    mine = or_(among(table.c.child_id, children), among(table.c.gift_id, gifts))
    found: Iterable[RowMapping] = (await session.execute(select(table).where(mine))).mappings()
    return found


async def child_of(session: AsyncSession, hold: UUID) -> UUID | None:
    """The child that a hold keeps or kept; None if there is no such hold."""
    child: UUID | None = await session.scalar(select(HOLD.c.child_id).where(HOLD.c.id == hold))
    return child


async def elsewhere(
    session: AsyncSession, gifts: Collection[UUID], children: Collection[UUID]
) -> Mapping[UUID, int]:
    """How many children each of these gifts keeps or supports besides these children."""
    found: dict[UUID, int] = {}
    now = ((HOLD, HOLD.c.state == State.HELD.value), (SPONSORSHIP, SPONSORSHIP.c.ends_on.is_(None)))
    for table, is_now in now:
        row = table.c
        query = select(row.gift_id, func.count()).where(is_now, among(row.gift_id, gifts))
        query = query.where(not_among(row.child_id, children)).group_by(row.gift_id)
        for gift, many in await session.execute(query):
            found[gift] = found.get(gift, 0) + many
    return found


async def tried(session: AsyncSession, gifts: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Each gift of these with each child that it ever kept or supported."""
    query = select(HOLD.c.gift_id, HOLD.c.child_id).where(among(HOLD.c.gift_id, gifts))
    return {(gift, child) for gift, child in await session.execute(query)}


async def of_the_same_person(session: AsyncSession, children: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """The person of each gift that keeps or supports one of these children now, with the child."""
    found: set[tuple[UUID, UUID]] = set()
    now = ((HOLD, HOLD.c.state == State.HELD.value), (SPONSORSHIP, SPONSORSHIP.c.ends_on.is_(None)))
    for table, is_now in now:
        query = select(PERSON, table.c.child_id).select_from(GIFT.join(table, table.c.gift_id == GIFT.c.id))
        query = query.where(is_now, among(table.c.child_id, children), GIFT.c.donor_id.is_not(None))
        found |= {(person, child) for person, child in await session.execute(query)}
    return found


async def remove_sponsorships(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Take back sponsorships that never began."""
    if ids:
        await session.execute(delete(SPONSORSHIP).where(among(SPONSORSHIP.c.id, ids)))


def save_holds(writes: Writes, before: Collection[UUID], holds: Iterable[Hold], actor: str) -> None:
    """Write holds. First those that let go: the child may be kept by another one of these."""
    for now in (State.LET_GO, State.CONVERTED, State.HELD):
        mine = [each for each in holds if each.state is now]
        if mine and now is State.HELD:
            writes.then()
        writes.change(HOLD, [_hold_row(each) for each in mine if each.id in before])
        writes.insert(HOLD, [_hold_row(each) | {"actor": actor} for each in mine if each.id not in before])


def save_sponsorships(writes: Writes, before: Collection[UUID], all_of_them: Iterable[Sponsorship]) -> None:
    """Write sponsorships. First those that end, as another one may begin."""
    saved = list(all_of_them)
    writes.change(SPONSORSHIP, [_sponsorship_row(each) for each in saved if each.id in before])
    writes.insert(SPONSORSHIP, [_sponsorship_row(each) for each in saved if each.id not in before])


def _hold_row(each: Hold) -> dict[str, Any]:
    instant = each.until if isinstance(each.until, datetime) else None
    return {
        "id": each.id,
        "child_id": each.child_id,
        "gift_id": each.gift_id,
        "role": each.role.value,
        "share": each.share,
        "made_on": each.made_on,
        "until_on": None if instant else each.until,
        "until_at": instant,
        "state": each.state.value,
        "closed_on": each.closed_on,
        "reason": each.reason.value if each.reason else None,
        "held_off": each.held_off,
    }


def _sponsorship_row(each: Sponsorship) -> dict[str, Any]:
    return {
        "id": each.id,
        "hold_id": each.hold_id,
        "child_id": each.child_id,
        "gift_id": each.gift_id,
        "role": each.role.value,
        "share": each.share,
        "starts_on": each.starts_on,
        "ends_on": each.ends_on,
        "reason": each.reason.value if each.reason else None,
        "farewell": each.farewell,
        "ended_by": each.ended_by,
    }
