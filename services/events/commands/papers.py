"""Papers and their translations are handed in for a gathering, in time or late by the clock of its place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.domain.gatherings import Paper, not_now
from services.events.domain.hours import Hours
from services.events.repository import gatherings
from services.events.tables import PAPER
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing


@dataclass(frozen=True)
class HandedIn:
    """A paper that was handed in."""

    id: UUID
    in_time: bool


async def hand_in(
    unit: Unit, hours: Hours, gathering_id: UUID, what: Paper, reference: str, received_at: datetime | None
) -> HandedIn | Refused:
    """Keep that something was handed in, at a moment or now."""
    gathering = await gatherings.find(unit.session, gathering_id)
    if gathering is None:
        return missing("such gathering")
    if gathering.status is GatheringStatus.CANCELLED:
        return not_now(gathering, "no paper is needed for it")
    now = hours.now(unit.today, unit.now)
    at = received_at or now
    if at > max(now, unit.now):
        return invalid(
            "A paper is handed in before it is written down.", ("received_at", "lies in the future")
        )
    done = HandedIn(uuid7(), gathering.in_time(what, at))
    row: dict[str, Any] = {
        "id": done.id,
        "gathering_id": gathering_id,
        "what": what.value,
        "reference": reference,
    }
    row |= {"received_at": at, "in_time": done.in_time, "actor": unit.actor.id}
    unit.writes.insert(PAPER, [row])
    return done
