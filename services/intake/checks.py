"""The invariants of the register, for `./relief doctor`, and each household as it compares it with inventory's."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import identities
from services.intake.repository import HELPED, PRESENT
from services.intake.tables import HouseholdRow, MemberRow, TimelineRow
from shared.database.rows import table_of
from shared.database.tables import journal
from shared.service.parts import Count, Standing

_household = table_of(HouseholdRow)
_member = table_of(MemberRow)


async def check(session: AsyncSession) -> list[Count]:
    """Intake's own invariants."""
    households = await _count(session, select(func.count()).select_from(_household))
    members = await _count(session, select(func.count()).select_from(_member))
    empty = select(func.count()).select_from(_household)
    someone = select(_member.c.id).where(_member.c.household_id == _household.c.id, PRESENT)
    codes = select(func.count() - func.count(func.distinct(_household.c.code))).select_from(_household)
    entries = select(func.count()).select_from(TimelineRow)
    return [
        Count(
            "every household has a member", households, await _count(session, empty.where(~someone.exists()))
        ),
        Count("every member has an identity", members, await identities.members_without(session)),
        Count("no code is used twice", households, await _count(session, codes)),
        Count("every version was said", households, await _count(session, _unsaid())),
        Count("timeline entries", await _count(session, entries), 0),
    ]


async def standings(session: AsyncSession) -> AsyncIterator[Standing]:
    """Every household in the order of registration, streamed."""
    people = (
        select(_member.c.household_id, func.count().label("n"))
        .where(PRESENT)
        .group_by(_member.c.household_id)
    )
    counted = people.subquery()
    query = (
        select(_household.c.id, _household.c.version, HELPED, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.household_id == _household.c.id)
        .order_by(_household.c.id)
    )
    async for household_id, version, active, members in await session.stream(query):
        yield Standing(household_id=str(household_id), version=version, active=active, people=members)


def _unsaid() -> Any:
    """Households of which fewer facts stand in the journal than their version counts; an old journal is forgotten."""
    said = select(func.count()).where(journal.c.subject == _household.c.id).scalar_subquery()
    oldest = select(func.min(journal.c.said_at)).scalar_subquery()
    return (
        select(func.count())
        .select_from(_household)
        .where(_household.c.registered_at >= oldest, said != _household.c.version)
    )


async def _count(session: AsyncSession, query: Any) -> int:
    return int((await session.execute(query)).scalar_one())
