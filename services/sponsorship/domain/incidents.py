"""Contact between sponsors and children past the organisation: what it was, and how far it was looked at.

While an incident is open, its sponsor and no child write to each other, and no child is given to that sponsor, nor its
child to anybody, also not again (`together.py`). What was held off meanwhile is looked at once it is over.
Somebody who looked at it settles it, and restricts or declines the sponsor if need be; one that was a mistake is
withdrawn, and one that is wrong is corrected by another one. All of them are kept.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID


class IncidentKind(StrEnum):
    """How a sponsor and a child were in contact past the organisation."""

    WROTE_DIRECTLY = "wrote_directly"
    CALLED = "called"
    VISITED = "visited"
    SEARCHED_ONLINE = "searched_online"
    SENT_MONEY = "sent_money"
    ASKED_FOR_CONTACT = "asked_for_contact"
    OTHER = "other"


class IncidentState(StrEnum):
    """How far an incident was looked at."""

    OPEN = "open"
    """Letters of its sponsor are stopped, and nobody comes together with its sponsor or its child."""
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"
    """It was written down by mistake."""
    CORRECTED = "corrected"
    """Another one takes its place."""


@dataclass(frozen=True)
class Incident:
    """What happened, on which day, between whom. `strangers` have never been sponsor and child; then there may be no
    donor. `again` says that it is not the one that looks the same.
    """

    child_id: UUID
    kind: IncidentKind
    happened_on: date
    note: str = field(repr=False)
    donor_id: UUID | None = None
    strangers: bool = False
    again: bool = False


def why_not_so(incident: Incident, *, sponsored: bool) -> str | None:
    """Why this is not written down of these two, of whom the one `sponsored` the other or not; None if it is."""
    if incident.donor_id is None:
        say = "Say who it was (donor_id), or that it was somebody who is no donor (strangers=true)."
        return None if incident.strangers else say
    if sponsored and incident.strangers:
        return "This donor sponsors this child, or did: leave out `strangers`."
    if not sponsored and not incident.strangers:
        return "This donor has never sponsored this child. If that is so, say strangers=true; else correct the ids."
    return None
