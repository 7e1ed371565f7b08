"""Cases of advocacy as intake tells them: which topics they offer for hearings. Without who it is."""

from collections.abc import Mapping
from uuid import UUID

from services.events.tables import CASE
from shared.contracts.intake import AdvocacyChanged
from shared.messaging.unit import Unit


def save(unit: Unit, facts: Mapping[UUID, AdvocacyChanged]) -> None:
    """Keep what was told of cases; their rows are there and locked."""
    rows = [
        {
            "id": key,
            "version": each.version,
            "status": each.status,
            "topics": sorted(each.topics),
            "since": each.on,
        }
        for key, each in facts.items()
    ]
    unit.writes.change(CASE, rows)
