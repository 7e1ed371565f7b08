"""What is behind the door is shown with a reason: where a gathering is, and who comes. Each is recorded."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.events import contacts
from services.events.commands.seats import NO_GATHERING
from services.events.contacts import Contact, Reading, Venue
from services.events.printing import door_list as printing
from services.events.printing.door_list import AtDoor
from services.events.repository import comers, gatherings
from services.events.repository.comers import Comer
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from shared.printing.press import Press, Unprintable


@dataclass(frozen=True)
class Shown:
    """Somebody on a list, with name and contact data."""

    comer: Comer
    contact: Contact = field(repr=False)


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
    found = await shown_of(unit, await comers.comers(unit.session, gathering_id))
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


async def shown_of(unit: Unit, people: Sequence[Comer]) -> Sequence[Shown]:
    """These with their contact data, for what is recorded."""
    names = await contacts.names(unit.session, [each.guest_id for each in people])
    return [Shown(each, names[each.guest_id]) for each in people]
