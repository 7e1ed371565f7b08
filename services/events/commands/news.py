"""Whom to tell that their gathering was moved or called off, or that their task is another one or gone; shown with a
reason, which is recorded.

Everybody who knew is listed, each person once, and once for each change: who is never written to in person, and members
of households by whoever helps them at intake. Who is asked something by the change, to confirm a seat, say, stands in
that list instead (`letters.py`), and here if the time to answer is over before anybody was listed there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.events import contacts
from services.events.commands.seats import NO_GATHERING
from services.events.contacts import Contact, Reading
from services.events.domain.gatherings import not_now
from services.events.repository import gatherings, helping, news, speakers
from services.events.repository.news import Untold
from services.events.tables import SEAT
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused


@dataclass(frozen=True)
class ToTell:
    """Somebody, and all that they are to be told. Without contact data it is a speaker whom intake alone reaches."""

    things: Sequence[Untold]
    contact: Contact | None = field(repr=False)

    @property
    def first(self) -> Untold:
        return self.things[0]


async def of_gathering(
    unit: Unit, gathering_id: UUID, reading: Reading, *, again: bool
) -> Sequence[ToTell] | Refused:
    """Guests, speakers and helpers who knew of a gathering that was moved or called off: each once, or all with
    `again`. That it was shown is kept of the gathering, and of each speaker and helper by themselves.
    """
    await speakers.lock_at(unit.session, gathering_id)
    await helping.take_desk(unit.session)
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return NO_GATHERING
    if gathering.status is GatheringStatus.HELD:
        return not_now(gathering, "nobody is told that it changes any more")
    contacts.record(unit, reading)
    told = await _told(unit, await news.of_gathering(unit.session, gathering_id, again=again))
    _record_each(unit, reading, [each for each in told if any(one.table is not SEAT for one in each.things)])
    return told


async def of_helpers(unit: Unit, reading: Reading, *, again: bool) -> Sequence[ToTell]:
    """Helpers who are asked anew for a task that they had, or have it no longer, whoever wanted them: each once, or
    all with `again`, until the task would be over. That each was shown is kept.
    """
    await helping.take_desk(unit.session)
    told = await _told(unit, await news.of_helpers(unit.session, unit.today, again=again))
    _record_each(unit, reading, told)
    return told


def _record_each(unit: Unit, reading: Reading, told: Sequence[ToTell]) -> None:
    """Keep of each of these people that their contact data were shown."""
    for each in told:
        if each.first.contact_id:
            contacts.record(unit, replace(reading, what="contact", subject=each.first.contact_id))


async def _told(unit: Unit, found: Sequence[Untold]) -> list[ToTell]:
    """Each person with all that they are to be told, which is marked."""
    names = await contacts.names(unit.session, {each.contact_id for each in found if each.contact_id})
    news.mark(unit, found)
    told = news.by_person(found)
    return [ToTell(some, names[key] if (key := some[0].contact_id) else None) for some in told]
