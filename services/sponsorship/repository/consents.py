"""What guardians agreed to that sponsors may be shown."""

from collections.abc import Iterable

from services.sponsorship.tables import CONSENT
from shared.contracts.intake import ConsentChanged
from shared.database.writes import Writes


def save(writes: Writes, facts: Iterable[ConsentChanged]) -> None:
    """Write the newest state of consents; their rows are there and locked."""
    rows = [
        {"id": each.consent_id, "version": each.version, "member_id": each.member_id}
        | {"scopes": sorted(each.scopes), "agreed": each.agreed, "until": each.until}
        for each in facts
    ]
    writes.change(CONSENT, rows)
