"""Who was shown what lies behind this door, or put something else there."""

from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.tables import READING
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class Reading:
    """Something is shown or changed: what (contact, contact_changed, venue, guests), of whom, in which role, by which
    route, and why; a guest's change has no reason.
    """

    what: str
    subject: UUID
    role: str
    route: str
    note: str | None


def record(unit: Unit, reading: Reading) -> None:
    """Keep that it was shown or changed, with the unit that does it."""
    row = {"id": uuid7(), "at": unit.now, "actor": unit.actor.id, **vars(reading)}
    unit.writes.insert(READING, [row])
