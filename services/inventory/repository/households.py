"""Households as last heard of."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, any_, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.households import Household, Member
from services.inventory.tables import HOUSEHOLD
from shared.contracts.intake import HouseholdState, NeedKind

WANTS_FOOD = literal(NeedKind.FOOD.value) == any_(HOUSEHOLD.c.needs)


def household_of(state: HouseholdState) -> Household:
    """What a fact of intake says, as the rules see it."""
    return Household(
        id=state.household_id,
        region=state.region,
        registered_on=state.registered_on,
        members=tuple(Member(member.member_id, member.size) for member in state.members),
        needs=state.needs,
        rank=state.rank,
    )


def household_in(row: RowMapping) -> Household:
    """What a row holds; a household that was closed before it was heard of otherwise has next to nothing."""
    return Household(
        id=row["id"],
        region=row["region"] or "unknown",
        registered_on=row["registered_on"] or date.min,
        members=tuple(Member(UUID(member["id"]), member["size"]) for member in row["members"]),
        needs=frozenset(NeedKind(need) for need in row["needs"]),
        rank=row["rank"],
        active=row["active"],
    )


async def lock_household(session: AsyncSession, household_id: UUID) -> Household | None:
    """The household, locked until the unit ends; None if intake has not told of it."""
    query = select(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id, HOUSEHOLD.c.version > 0)
    row = (await session.execute(query.with_for_update())).mappings().one_or_none()
    return household_in(row) if row else None


async def save_states(session: AsyncSession, states: Iterable[HouseholdState]) -> None:
    """Write down what intake said of households that are locked."""
    rows = [
        {
            "id": state.household_id,
            "code": state.code,
            "version": state.version,
            "region": state.region,
            "registered_on": state.registered_on,
            "active": True,
            "needs": sorted(state.needs),
            "rank": state.rank,
            "members": [{"id": str(member.member_id), "size": member.size} for member in state.members],
            "people": len(state.members),
        }
        for state in states
    ]
    adding = insert(HOUSEHOLD)
    replaced = {name: adding.excluded[name] for name in rows[0] if name != "id"} if rows else {}
    if rows:
        await session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=replaced), rows)


async def save_closed(session: AsyncSession, versions: Mapping[UUID, int]) -> None:
    """Mark locked households as no longer helped."""
    for household_id, version in versions.items():
        change = update(HOUSEHOLD).where(HOUSEHOLD.c.id == household_id)
        await session.execute(change.values(active=False, version=version))
