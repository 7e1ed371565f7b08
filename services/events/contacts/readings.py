"""Who was shown what lies behind this door."""

from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.tables import READING
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class Reading:
    """Something is shown: what (contact, venue, guests), of whom, in which role, by which route, and why."""

    what: str
    subject: UUID
    role: str
    route: str
    note: str


def record(unit: Unit, reading: Reading) -> None:
    """Keep that it was shown, with the unit that shows it."""
    row = {"id": uuid7(), "at": unit.now, "actor": unit.actor.id, **vars(reading)}
    unit.writes.insert(READING, [row])
