"""Who is a member of the group, and which donors are one person, as donations tells it; without a name.

A guest who is linked to a donor is a member if the entry that stands for that donor is one. Whoever hears of either
locks the persons first, so a link and a membership that are heard at the same moment wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import DONOR_LINK, MEMBER
from shared.contracts.donations import DonorLinked, MembershipChanged
from shared.messaging.states import lock_or_make
from shared.messaging.unit import Unit


def save(unit: Unit, facts: Mapping[UUID, MembershipChanged]) -> None:
    """Keep what was told of persons; their rows are there and locked."""
    rows = [
        {
            "id": key,
            "version": each.version,
            "member": each.member,
            "language": each.language,
            "may_invite": each.may_invite,
        }
        for key, each in facts.items()
    ]
    unit.writes.change(MEMBER, rows)


async def save_links(
    unit: Unit, before: Iterable[RowMapping | None], facts: Mapping[UUID, DonorLinked]
) -> None:
    """Keep which entries stand for these donors, whose rows are there and locked; both entries' persons are locked
    with them, and those of the entries that stood for them before.
    """
    rows = [{"id": key, "version": each.version, "kept_id": each.kept_id} for key, each in facts.items()]
    unit.writes.change(DONOR_LINK, rows)
    kept = [*(each.kept_id for each in facts.values()), *(row["kept_id"] for row in before if row)]
    await lock_or_make(unit.session, MEMBER, {*facts, *(each for each in kept if each)})


async def entries(session: AsyncSession, persons: Collection[UUID]) -> set[UUID]:
    """These persons, and all entries for which one of them stands."""
    row = DONOR_LINK.c
    linked = await session.scalars(select(row.id).where(row.kept_id.in_(persons)))
    return {*persons, *linked}


async def are_members(session: AsyncSession, persons: Collection[UUID]) -> dict[UUID, bool]:
    """Whether the entry that stands for each of these persons is a member."""
    row = DONOR_LINK.c
    links = await session.execute(select(row.id, row.kept_id).where(row.id.in_(persons)))
    stands = {**{each: each for each in persons}, **{key: kept for key, kept in links if kept}}
    query = select(MEMBER.c.id).where(MEMBER.c.id.in_(set(stands.values())), MEMBER.c.member)
    found = set(await session.scalars(query))
    return {key: kept in found for key, kept in stands.items()}


async def lock(session: AsyncSession, person_id: UUID) -> bool:
    """Whether donations says that this person is a member. The person is locked, and made if nothing was heard yet: so
    whoever hears something at this moment waits, and then finds the guest.
    """
    # Both at once, in one order: whoever hears that the two are linked locks both too.
    kept = await stands_for(session, person_id)
    while True:
        await lock_or_make(session, MEMBER, {person_id, kept})
        now = await stands_for(session, person_id)
        if now in (kept, person_id):
            return (await are_members(session, [person_id]))[person_id]
        kept = now


async def stands_for(session: AsyncSession, person_id: UUID) -> UUID:
    """The entry that stands for this person: another one's, or their own."""
    row = DONOR_LINK.c
    found = await session.scalar(select(row.kept_id).where(row.id == person_id))
    return found or person_id
