"""Who comes to a gathering or is asked to, with what letters need to know of each; without names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.news import News
from services.events.domain.seats import SeatState
from services.events.repository.guests import NOT_INVITED
from services.events.tables import GUEST, SEAT


@dataclass(frozen=True)
class Comer:
    """Somebody who has a seat that is confirmed, or came without one. `no_contact` is written to never, `not_invited`
    of nothing but their own seat.
    """

    seat_id: UUID
    guest_id: UUID
    role: str
    seated: bool
    language: str
    no_contact: bool
    not_invited: bool
    came: bool | None
    place_told: bool
    thanked: bool


async def comers(session: AsyncSession, gathering_id: UUID) -> Sequence[Comer]:
    """Everybody whose seat is confirmed, in the order of arrival, then whoever came without one; each person once."""
    row, guest = SEAT.c, GUEST.c
    seated = row.state == SeatState.SEATED.value
    columns = (row.id, row.guest_id, row.role, row.came, row.place_told_on, row.thanked_on)
    choices = (guest.language, guest.no_contact, NOT_INVITED.label("not_invited"))
    query = select(*columns, seated.label("seated"), *choices).join(GUEST, guest.id == row.guest_id)
    query = query.where(row.gathering_id == gathering_id)
    found = await session.execute(query.where(or_(seated, row.came)).order_by(~seated, row.number, row.id))
    once: dict[UUID, Row[Any]] = {}
    for each in found:
        once.setdefault(each.guest_id, each)
    return [
        Comer(
            seat_id=each.id,
            guest_id=each.guest_id,
            role=each.role,
            seated=each.seated,
            language=each.language,
            no_contact=each.no_contact,
            not_invited=each.not_invited,
            came=each.came,
            place_told=each.place_told_on is not None,
            thanked=each.thanked_on is not None,
        )
        for each in once.values()
    ]


@dataclass(frozen=True)
class Asked:
    """Somebody who is to be told of an invitation, of an offer, or that a seat is to be confirmed, and by when; `moved`
    says of an invitation that the gathering was moved since they were told of it.
    """

    seat_id: UUID
    guest_id: UUID
    party: UUID
    state: SeatState
    ends_at: datetime | None
    language: str
    no_contact: bool
    not_invited: bool
    told: bool
    moved: bool


async def asked(
    session: AsyncSession, gathering_id: UUID, states: Collection[SeatState], now: datetime
) -> Sequence[Asked]:
    """Everybody in one of these states, but for what has ended already; in the order of arrival."""
    row, guest = SEAT.c, GUEST.c
    columns = (row.id, row.guest_id, row.party, row.state, row.ends_at, row.told_on, row.news)
    query = select(*columns, guest.language, guest.no_contact, NOT_INVITED.label("not_invited"))
    query = query.join(GUEST, guest.id == row.guest_id)
    query = query.where(row.gathering_id == gathering_id, row.state.in_([each.value for each in states]))
    query = query.where(or_(row.ends_at.is_(None), row.ends_at > now)).order_by(row.number, row.id)
    return [
        Asked(
            seat_id=each.id,
            guest_id=each.guest_id,
            party=each.party,
            state=SeatState(each.state),
            ends_at=each.ends_at,
            language=each.language,
            no_contact=each.no_contact,
            not_invited=each.not_invited,
            told=each.told_on is not None,
            moved=each.news == News.MOVED,
        )
        for each in await session.execute(query)
    ]
