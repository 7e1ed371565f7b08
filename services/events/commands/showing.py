"""What is behind the door is shown with a reason: where a gathering is, who comes, whom to thank. Each is recorded."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from services.events import contacts
from services.events.commands.seats import NO_GATHERING
from services.events.contacts import Contact, Reading, Venue
from services.events.domain.gatherings import OVER, not_now
from services.events.domain.seats import SeatRules
from services.events.printing import door_list as printing
from services.events.printing.door_list import AtDoor
from services.events.repository import gatherings, seats
from services.events.repository.seats import Comer
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from shared.printing.press import Press, Unprintable


@dataclass(frozen=True)
class Shown:
    """Somebody on a list, with name and contact data."""

    comer: Comer
    contact: Contact = field(repr=False)


@dataclass(frozen=True)
class Letters:
    """Whom to write to, and what may be told of the gathering."""

    venue: Venue = field(repr=False)
    guests: Sequence[Shown]


async def venue(unit: Unit, gathering_id: UUID, reading: Reading) -> Venue | Refused:
    """What a gathering is called, where it is, and whom to call there."""
    found = await contacts.read_venue(unit.session, gathering_id)
    if found is None:
        return NO_GATHERING
    contacts.record(unit, reading)
    return found


async def door_list(unit: Unit, gathering_id: UUID, reading: Reading) -> Sequence[Shown] | Refused:
    """Everybody who has a seat, staff and speakers too, by name, and whoever came without one: for whoever checks names
    at the door.
    """
    if await gatherings.find(unit.session, gathering_id) is None:
        return NO_GATHERING
    contacts.record(unit, reading)
    found = await _shown(unit, await seats.comers(unit.session, gathering_id))
    return sorted(found, key=lambda each: (each.contact.name, each.comer.seat_id))


async def door_list_printed(
    unit: Unit, press: Press, gathering_id: UUID, reading: Reading
) -> bytes | Refused:
    """The same as PDF. Refused if the fonts lack a character of somebody's name: nobody's is printed wrong."""
    found = await door_list(unit, gathering_id, reading)
    gathering = await gatherings.find(unit.session, gathering_id)
    if isinstance(found, Refused) or gathering is None:
        return NO_GATHERING
    people = [
        AtDoor(
            each.contact.name,
            each.contact.phone,
            each.comer.role,
            each.comer.came,
            seated=each.comer.seated,
        )
        for each in found
    ]
    words = printing.door_list(gathering, people, unit.today)
    printed = await asyncio.to_thread(press.printed, printing.DOOR_LIST, words, unit.today)
    if isinstance(printed, Unprintable):
        return conflict(f"This list cannot be printed. {printed.words} The list as CSV has everybody.")
    return printed


async def tell_place(
    unit: Unit, rules: SeatRules, before: timedelta, gathering_id: UUID, reading: Reading
) -> Letters | Refused:
    """Where the gathering is, for those whose seat is confirmed: late, so that few others can learn it in time. Each is
    told once; who may not be written to is left out.
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
    found = [each for each in await seats.comers(unit.session, gathering_id) if not each.place_told]
    wanted = [each for each in found if each.seated and not each.no_contact]
    return await _letters(unit, gathering_id, wanted, "place_told_on", reading)


async def thank(unit: Unit, gathering_id: UUID, reading: Reading) -> Letters | Refused:
    """Whom to thank after a gathering was held: everybody who had a seat and is not known to have stayed away, staff
    and speakers too, and whoever came without one; once each, if they may be written to.
    """
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if gathering.status is not GatheringStatus.HELD:
        return conflict("Guests are thanked once the gathering was held.")
    found = [each for each in await seats.comers(unit.session, gathering_id) if not each.thanked]
    wanted = [each for each in found if each.came is not False and not each.no_contact]
    return await _letters(unit, gathering_id, wanted, "thanked_on", reading)


async def _letters(
    unit: Unit, gathering_id: UUID, wanted: Sequence[Comer], mark: str, reading: Reading
) -> Letters | Refused:
    found = await contacts.read_venue(unit.session, gathering_id)
    if found is None:
        return NO_GATHERING
    contacts.record(unit, reading)
    guests = await _shown(unit, wanted)
    seats.mark(unit, [each.seat_id for each in wanted], mark)
    return Letters(found, guests)


async def _shown(unit: Unit, comers: Sequence[Comer]) -> Sequence[Shown]:
    names = await contacts.names(unit.session, [each.guest_id for each in comers])
    return [Shown(each, names[each.guest_id]) for each in comers]
