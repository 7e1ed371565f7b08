"""Households as they are kept, read with all their members."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.households import Household, Member, Outcome, Priority, Status
from services.intake.domain.people import Relation, Sex
from services.intake.tables import HOUSEHOLD, MEMBER
from shared.contracts.intake import AgeBand, ClothingSize, NeedKind

PRESENT = MEMBER.c.left_on.is_(None)
"""A member who has not left."""
HELPED = HOUSEHOLD.c.status != Status.CLOSED.value
"""A household that is not closed."""


async def find(session: AsyncSession, household_id: UUID, *, lock: bool = False) -> Household | None:
    """A household with all its members; locked until the unit ends when it is to be changed."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id)
    found = await with_members(session, query.with_for_update() if lock else query)
    return found[0] if found else None


async def lock_all(session: AsyncSession, households: Collection[UUID]) -> list[Household]:
    """Households with all their members, locked in the order of their ids, so that two units do not deadlock."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id.in_(list(households))).order_by(HOUSEHOLD.c.id)
    return await with_members(session, query.with_for_update()) if households else []


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
