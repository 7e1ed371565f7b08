"""Contact past the organisation is written down, so that somebody decides what follows."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.repository import children
from services.sponsorship.tables import INCIDENT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing


class IncidentKind(StrEnum):
    """How a sponsor and a child were in contact past the organisation."""

    WROTE_DIRECTLY = "wrote_directly"
    CALLED = "called"
    VISITED = "visited"
    SEARCHED_ONLINE = "searched_online"
    SENT_MONEY = "sent_money"
    ASKED_FOR_CONTACT = "asked_for_contact"
    OTHER = "other"


@dataclass(frozen=True)
class Incident:
    """What happened, on which day, between whom."""

    child_id: UUID
    donor_id: UUID
    kind: IncidentKind
    happened_on: date
    note: str = field(repr=False)


async def record(unit: Unit, what: Incident) -> UUID | Refused:
    """Write it down. It stops no letter by itself: whoever looks at it restricts the sponsor, or does not."""
    if not await children.known(unit.session, {what.child_id}):
        return missing("such child")
    if what.happened_on > unit.today:
        return invalid("It happened today or earlier.", ("happened_on", "is in the future"))
    incident_id = uuid7()
    row = {**vars(what), "id": incident_id, "kind": what.kind.value, "on_day": unit.today}
    unit.writes.insert(INCIDENT, [{**row, "actor": unit.actor.id}])
    return incident_id
