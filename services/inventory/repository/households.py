"""Households as last heard of."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, any_, cast, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.households import Household, Member
from services.inventory.tables import HOUSEHOLD
from shared.contracts.intake import HouseholdState, NeedKind
from shared.database.writes import Writes

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


async def where_present(
    session: AsyncSession, members: Collection[UUID], besides: Collection[UUID]
) -> list[Household]:
    """The households that are helped in which somebody of these is present, but for some; by id."""
    row = HOUSEHOLD.c
    keys = [[{"id": str(each)}] for each in sorted(members)]
    present = row.members.op("@>")(any_(cast(keys, ARRAY(JSONB, dimensions=1))))
    query = select(HOUSEHOLD).where(row.active, row.version > 0, row.id.not_in(sorted(besides)), present)
    found = (await session.execute(query.order_by(row.id))).mappings()
    return [household_in(each) for each in found]


def save_states(writes: Writes, states: Iterable[HouseholdState]) -> None:
    """Write down what intake said of households that are locked, and so are there."""
    rows = (
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
    )
    writes.change(HOUSEHOLD, rows)


def save_closed(writes: Writes, versions: Mapping[UUID, int]) -> None:
    """Mark locked households as no longer helped."""
    writes.change(
        HOUSEHOLD, ({"id": key, "active": False, "version": each} for key, each in versions.items())
    )
