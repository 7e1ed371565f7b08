"""Guests without their names."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import DONOR_LINK, GUEST, MEMBER
from shared.messaging.unit import Unit

_LINK, _OTHER = DONOR_LINK.alias(), DONOR_LINK.alias()
# Said to be of the guest outside: by itself each would look at all guests.
_KEPT = select(_LINK.c.kept_id).where(_LINK.c.id == GUEST.c.person_id).correlate(GUEST)
_STANDS_FOR = func.coalesce(_KEPT.scalar_subquery(), GUEST.c.person_id)
_LINKED = select(_OTHER.c.id).where(_OTHER.c.kept_id == _STANDS_FOR).correlate(GUEST)
NOT_INVITED = or_(
    GUEST.c.no_contact,
    exists().where(
        MEMBER.c.version > 0,
        ~MEMBER.c.may_invite,
        or_(MEMBER.c.id.in_((GUEST.c.person_id, _STANDS_FOR)), MEMBER.c.id.in_(_LINKED)),
    ),
)
"""Whether a guest asked not to be written to: here, or at donations, where each entry of a person can say so."""


@dataclass(frozen=True)
class Choices:
    """What a guest is and wants. Who agrees to be written to says about what; `no_contact` is written to never."""

    language: str = "ja"
    member: bool = False
    purposes: frozenset[str] = frozenset()
    no_contact: bool = False


async def add(unit: Unit, new: Mapping[UUID, Choices]) -> set[UUID]:
    """Write those down who were no guests yet; gives their ids. Who is a guest already stays as known."""
    rows = [
        {
            "id": key,
            "language": each.language,
            "member": each.member,
            "purposes": sorted(each.purposes),
            "no_contact": each.no_contact,
            "since": unit.today,
            "actor": unit.actor.id,
        }
        for key, each in sorted(new.items())
    ]
    adding = insert(GUEST).values(rows).on_conflict_do_nothing().returning(GUEST.c.id)
    return set(await unit.session.scalars(adding)) if rows else set()


async def members(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, bool]:
    """Which of these are guests, and whether each is a member of the group."""
    query = select(GUEST.c.id, GUEST.c.member).where(GUEST.c.id.in_(ids))
    return {row.id: row.member for row in await session.execute(query)}


async def not_invited(session: AsyncSession, ids: Collection[UUID]) -> set[UUID]:
    """Who of these is neither invited nor thanked: they said so here, or donations says so of them."""
    return set(await session.scalars(select(GUEST.c.id).where(GUEST.c.id.in_(ids), NOT_INVITED)))


async def lock(session: AsyncSession, guest_id: UUID) -> RowMapping | None:
    """A guest, locked; None if there is none. Seats of the guest may still be written."""
    query = select(GUEST).where(GUEST.c.id == guest_id).with_for_update(key_share=True)
    return (await session.execute(query)).mappings().one_or_none()


async def lock_all(session: AsyncSession, ids: Collection[UUID]) -> Sequence[RowMapping]:
    """Those of these who are guests, locked in the order of their ids."""
    query = select(GUEST).where(GUEST.c.id.in_(ids)).order_by(GUEST.c.id)
    return (await session.execute(query.with_for_update(key_share=True))).mappings().all()


async def of_persons(session: AsyncSession, persons: Collection[UUID]) -> Sequence[RowMapping]:
    """The guests whom donations calls so, locked in the order of their ids."""
    query = select(GUEST).where(GUEST.c.person_id.in_(persons)).order_by(GUEST.c.id)
    return (await session.execute(query.with_for_update(key_share=True))).mappings().all()


async def another(session: AsyncSession, persons: Collection[UUID], guest_id: UUID) -> bool:
    """Whether somebody else is a guest whom donations calls one of these."""
    query = select(GUEST.c.id).where(GUEST.c.person_id.in_(persons), GUEST.c.id != guest_id).limit(1)
    return await session.scalar(query) is not None


def change(unit: Unit, guest_id: UUID, values: Mapping[str, Any]) -> None:
    """Give a locked guest new values."""
    unit.writes.change(GUEST, [{"id": guest_id, **values, "actor": unit.actor.id}])
