"""Who came to a gathering: also who had lost the seat, still waited, or was never asked. Each person counts once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.commands.guests import NewGuest, write_down
from services.events.commands.seats import NO_GATHERING
from services.events.domain.gatherings import Gathering, not_now
from services.events.domain.seats import LIVE, Seat, SeatRole, SeatState
from services.events.repository import gatherings, guests, seats
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Attendance:
    """Whether each came, by the id of a seat or place, and who came besides: known guests, and new ones."""

    seats: Mapping[UUID, bool] = field(default_factory=dict)
    guests: Sequence[UUID] = ()
    new: Sequence[NewGuest] = ()


async def came(unit: Unit, gathering_id: UUID, told: Attendance) -> int | Refused:
    """Keep who came; gives how many are known by now to have come. Who has or had a seat or place here is marked at it,
    whatever became of it; who came without any is written down as having walked in.
    """
    who = [*told.guests, *await write_down(unit, told.new)]
    known = await guests.members(unit.session, who)
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if refused := _nobody_came(unit, gathering):
        return refused
    if not known.keys() >= set(who):
        return missing("such guest")
    found = await seats.some(unit.session, gathering_id, told.seats)
    if len(found) < len(told.seats):
        return missing("such seat at this gathering")
    there = _of_each(await seats.of_guests(unit.session, gathering_id, known))
    walked_in = [_walked_in(guest, known[guest]) for guest in sorted(known.keys() - there.keys())]
    seats.add(unit, gathering_id, walked_in)
    marked = {**told.seats, **{each.id: True for each in (*there.values(), *walked_in)}}
    seats.set_came(unit, marked)
    await seats.settle_members_of(unit, [key for key, value in marked.items() if value])
    return await seats.came(unit.session, gathering_id)


def _nobody_came(unit: Unit, gathering: Gathering) -> Refused | None:
    if gathering.status in (GatheringStatus.PLANNED, GatheringStatus.CANCELLED):
        return not_now(gathering, "nobody comes to it")
    if unit.today < gathering.times.starts_on:
        return conflict(
            f"This gathering has not begun: who came is told from {gathering.times.starts_on} on."
        )
    return None


def _of_each(found: Iterable[Seat]) -> dict[UUID, Seat]:
    """The one seat or place of each guest: the seat that they have, or else the last one that they had."""

    def rank(seat: Seat) -> tuple[bool, bool, UUID]:
        return seat.state is SeatState.SEATED, seat.state in LIVE, seat.id

    return {each.guest_id: each for each in sorted(found, key=rank)}


def _walked_in(guest_id: UUID, member: bool) -> Seat:
    return Seat(uuid7(), guest_id, uuid7(), 0, SeatRole.GUEST, SeatState.WALKED_IN, member)
