"""What a calendar shows of gatherings, and which."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.events.domain.gatherings import Gathering, Safety

HIDDEN = "Assignment"
"""What a gathering is called where its name may not be shown; its code tells it from others."""


@dataclass(frozen=True)
class Entry:
    """One gathering in a calendar. There is no place in it: that is told late, and by hand."""

    id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    private: bool
    status: str
    version: int


def entry(gathering: Gathering, title: str, *, public: bool) -> Entry | None:
    """A gathering as a calendar shows it; None where a public calendar shows nothing of it.

    Of a closed one the times and a code are shown. One for the invited has its name in the calendars of people alone.
    """
    if public and gathering.safety is not Safety.OPEN:
        return None
    private = gathering.safety is not Safety.OPEN
    shown = f"{HIDDEN} {gathering.code}" if gathering.safety is Safety.CLOSED else title
    times = gathering.times
    status = gathering.shown_status.value
    return Entry(gathering.id, shown, times.starts_at, times.ends_at, private, status, gathering.version)
