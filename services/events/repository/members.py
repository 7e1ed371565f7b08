"""Who is a member of the group, as donations tells it; without a name."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import MEMBER
from shared.contracts.donations import MembershipChanged
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


async def lock(session: AsyncSession, person_id: UUID) -> bool:
    """Whether donations says that this person is a member. The row is locked, and made if nothing was heard yet: so
    whoever hears something at this moment waits, and then finds the guest.
    """
    row = (await lock_or_make(session, MEMBER, [person_id]))[person_id]
    return bool(row and row["member"])
