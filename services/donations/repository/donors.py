"""Donors without their names."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.donors import Choices, DonorKind
from services.donations.tables import DONOR
from shared.messaging.unit import Unit


def add(unit: Unit, donor_id: UUID, choices: Choices, membership_said: int = 0) -> None:
    """Keep a new donor."""
    row = {**vars(choices), "kind": choices.kind.value, "since": unit.today, "merged_into": None}
    row |= {"membership_said": membership_said}
    unit.writes.insert(DONOR, [{"id": donor_id, **row, "actor": unit.actor.id}])


async def lock(session: AsyncSession, *ids: UUID) -> dict[UUID, RowMapping]:
    """Donors, locked in the order of their ids; those that there are.

    A row that refers to a donor may still be written meanwhile: whoever books a gift holds its payment and writes such
    a row, and would otherwise wait for somebody who holds the donor and waits for that payment.
    """
    query = select(DONOR).where(DONOR.c.id.in_(ids)).order_by(DONOR.c.id).with_for_update(key_share=True)
    return {row["id"]: row for row in (await session.execute(query)).mappings()}


async def hold(session: AsyncSession, donor_id: UUID) -> None:
    """Lock a donor and whoever this one turned out to be: the two stay merged, or apart, and who they are."""
    known = await kept(session, donor_id)
    held = await lock(session, donor_id, *([known["id"]] if known else []))
    merged = held[donor_id]["merged_into"]
    if merged and merged not in held:
        # Merged while this unit waited; nobody can part them any more.
        await lock(session, merged)


async def untold(session: AsyncSession, most: int) -> Sequence[UUID]:
    """Members, people who may be written to, and merged donors, of whom the others were never told."""
    row = DONOR.c
    a_member = (row.kind == DonorKind.PERSON.value) & (row.member | row.may_write)
    never = or_(a_member & (row.membership_said == 0), row.merged_into.is_not(None) & (row.link_said == 0))
    return (await session.scalars(select(row.id).where(never).order_by(row.id).limit(most))).all()


def change(unit: Unit, donor_id: UUID, values: Mapping[str, Any]) -> None:
    """Give a locked donor new values."""
    unit.writes.change(DONOR, [{"id": donor_id, **values, "actor": unit.actor.id}])


def set_said(unit: Unit, donor_id: UUID, values: Mapping[str, int]) -> None:
    """Keep what was told of a locked donor last."""
    unit.writes.change(DONOR, [{"id": donor_id, **values}])


async def are_one(session: AsyncSession, first: UUID, second: UUID) -> bool:
    """Whether two donors are one, perhaps because they were merged."""
    kept = func.coalesce(DONOR.c.merged_into, DONOR.c.id)
    query = select(func.count(kept.distinct())).where(DONOR.c.id.in_([first, second]))
    return await session.scalar(query) == 1


async def is_kept(session: AsyncSession, donor_id: UUID) -> bool:
    """Whether others were merged into this donor."""
    query = select(DONOR.c.id).where(DONOR.c.merged_into == donor_id).limit(1)
    return await session.scalar(query) is not None


async def kept(session: AsyncSession, donor_id: UUID) -> RowMapping | None:
    """The donor that this one turned out to be; the same one if it is merged into nobody. None if there is none."""
    mine = select(func.coalesce(DONOR.c.merged_into, DONOR.c.id)).where(DONOR.c.id == donor_id)
    query = select(DONOR).where(DONOR.c.id == mine.scalar_subquery())
    return (await session.execute(query)).mappings().one_or_none()


async def merged(session: AsyncSession, donor_id: UUID) -> Sequence[UUID]:
    """A donor, and those who were merged into this one."""
    query = select(DONOR.c.id).where(or_(DONOR.c.id == donor_id, DONOR.c.merged_into == donor_id))
    return (await session.scalars(query.order_by(DONOR.c.id))).all()
