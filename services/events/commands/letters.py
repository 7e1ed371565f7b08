"""Whom to write to, and of what: invitations, offers, places, thanks. Each list is shown with a reason and recorded.

Who asked not to be written to gets neither invitation nor thanks. Of a seat that they asked for themselves they are
told: `no_contact` in person, for these are written to never; whoever does not agree at donations by letter.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events import contacts
from services.events.commands.seats import NO_GATHERING
from services.events.commands.showing import Shown, shown_of
from services.events.contacts import Contact, Reading, Venue
from services.events.domain.gatherings import OVER, Gathering, not_now
from services.events.domain.seats import SeatRules, SeatState
from services.events.repository import comers, gatherings, seats
from services.events.repository.comers import Asked, Comer
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict

TO_ANSWER = frozenset({SeatState.OFFERED, SeatState.ASKED_AGAIN})
"""Who is in one of these answers until an hour, or loses the seat."""


@dataclass(frozen=True)
class Letters:
    """Whom to write to, whom to tell in person, and what may be told of the gathering."""

    venue: Venue = field(repr=False)
    guests: Sequence[Shown]
    in_person: Sequence[Shown]


@dataclass(frozen=True)
class Told:
    """Somebody to be told what they are asked, and until when they answer, by the clock of the gathering's place."""

    asked: Asked
    contact: Contact = field(repr=False)
    until: datetime | None


async def invitations(
    unit: Unit, rules: SeatRules, gathering_id: UUID, reading: Reading, *, again: bool
) -> Sequence[Told] | Refused:
    """Who was invited, has not asked for a seat, and may be written to: each once, or all with `again`."""
    return await _to_tell(unit, rules, gathering_id, {SeatState.INVITED}, reading, again=again)


async def offers(
    unit: Unit, rules: SeatRules, gathering_id: UUID, reading: Reading, *, again: bool
) -> Sequence[Told] | Refused:
    """Who is offered a seat, or is to confirm one after a move: each offer once, or all with `again`."""
    return await _to_tell(unit, rules, gathering_id, TO_ANSWER, reading, again=again)


async def _to_tell(
    unit: Unit,
    rules: SeatRules,
    gathering_id: UUID,
    states: Collection[SeatState],
    reading: Reading,
    *,
    again: bool,
) -> Sequence[Told] | Refused:
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if gathering.status in OVER:
        return not_now(gathering, "nobody is asked to it any more")
    now = rules.hours.now(unit.today, unit.now)
    found = await comers.asked(unit.session, gathering_id, states, now)
    wanted = [each for each in found if (again or not each.told) and _is_told(each)]
    names = await contacts.names(unit.session, [each.guest_id for each in wanted])
    contacts.record(unit, reading)
    seats.mark(unit, [each.seat_id for each in wanted], "told_on")
    return [Told(each, names[each.guest_id], _there(each.ends_at, gathering)) for each in wanted]


def _is_told(asked: Asked) -> bool:
    return asked.state is not SeatState.INVITED or not asked.not_invited


def _there(moment: datetime | None, gathering: Gathering) -> datetime | None:
    return moment and moment.astimezone(ZoneInfo(gathering.times.zone))


async def tell_place(
    unit: Unit, rules: SeatRules, before: timedelta, gathering_id: UUID, reading: Reading
) -> Letters | Refused:
    """Where the gathering is, for those whose seat is confirmed: late, so that few others can learn it in time. Each is
    told once, and who is not written to in person.
    """
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if gathering.status in OVER:
        return not_now(gathering, "nobody needs its place any more")
    earliest = gathering.times.starts_at - before
    now = rules.hours.now(unit.today, unit.now)
    if now >= gathering.times.ends_at:
        return conflict("This gathering is over: nobody needs its place any more. Say that it was held.")
    if now < earliest:
        return conflict(
            f"The place of this gathering is told from {earliest:%Y-%m-%d %H:%M} UTC on, not earlier."
        )
    found = [each for each in await comers.comers(unit.session, gathering_id) if not each.place_told]
    wanted = [each for each in found if each.seated]
    return await _letters(unit, gathering_id, wanted, "place_told_on", reading)


async def thank(unit: Unit, gathering_id: UUID, reading: Reading) -> Letters | Refused:
    """Whom to thank after a gathering was held: everybody who had a seat and is not known to have stayed away, staff
    and speakers too, and whoever came without one; once each. Who asked not to be written to is not.
    """
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if gathering.status is not GatheringStatus.HELD:
        return conflict("Guests are thanked once the gathering was held.")
    found = [each for each in await comers.comers(unit.session, gathering_id) if not each.thanked]
    wanted = [each for each in found if each.came is not False and not each.not_invited]
    return await _letters(unit, gathering_id, wanted, "thanked_on", reading)


async def _letters(
    unit: Unit, gathering_id: UUID, wanted: Sequence[Comer], mark: str, reading: Reading
) -> Letters | Refused:
    found = await contacts.read_venue(unit.session, gathering_id)
    if found is None:
        return NO_GATHERING
    contacts.record(unit, reading)
    people = await shown_of(unit, wanted)
    seats.mark(unit, [each.seat_id for each in wanted], mark)
    in_person = [each for each in people if each.comer.no_contact]
    return Letters(found, [each for each in people if not each.comer.no_contact], in_person)
