"""Gatherings: their kinds, states and times, and what the other services are told of them."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.domain.hours import end_of
from shared.contracts.events import GatheringChanged, GatheringStatus


class Kind(StrEnum):
    """The known kinds of gatherings."""

    HEARING = "hearing"
    SEMINAR = "seminar"
    ROUND_TABLE = "round_table"
    WORKSHOP = "workshop"
    SPEAKERS_TRAINING = "speakers_training"
    MEMBERS_MEETING = "members_meeting"


class Safety(StrEnum):
    """OPEN: anybody may ask for a seat. INVITED: who was invited. CLOSED: the same, and its name is in no calendar and
    its list of guests is shown with a reason alone.
    """

    OPEN = "open"
    INVITED = "invited"
    CLOSED = "closed"


class Paper(StrEnum):
    """What is handed in for a gathering, each by a day of its own."""

    TEXT = "text"
    TRANSLATION = "translation"


TAKES_GUESTS = frozenset({GatheringStatus.ANNOUNCED, GatheringStatus.MOVED})
OVER = frozenset({GatheringStatus.HELD, GatheringStatus.CANCELLED})


@dataclass(frozen=True)
class Language:
    """Whom a gathering needs: somebody who puts one language into another, at this level at least (cefr:b2, say)."""

    source: str
    target: str
    level: str
    mode: str = "consecutive"
    people: int = 1


@dataclass(frozen=True)
class Times:
    """When a gathering is, in which zone, and until when guests may ask for seats."""

    zone: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime

    @property
    def starts_on(self) -> date:
        """The day on which it begins, where it is."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def wrong(self) -> str:
        """What is wrong with these times, in words; empty if nothing is."""
        if self.ends_at <= self.starts_at:
            return "A gathering ends after it has begun."
        if self.closes_at > self.starts_at:
            return "Guests ask for seats before the gathering begins: it closes for them by then."
        return ""


@dataclass(frozen=True)
class Deadlines:
    """By which day papers and their translations are to be there: until the end of that day where the gathering is."""

    papers: date | None = None
    translation: date | None = None

    @property
    def wrong(self) -> str:
        """What is wrong with these days, in words; empty if nothing is."""
        if self.papers and self.translation and self.translation > self.papers:
            return "Translations are due before the papers are handed in, or on that day."
        return ""

    def day(self, what: Paper) -> date | None:
        """By which day this is to be there; None if that was not said."""
        return self.papers if what is Paper.TEXT else self.translation


NO_DEADLINES = Deadlines()


@dataclass(frozen=True)
class Gathering:
    """A gathering as the rules see it. `status` is never FULL: that is seen in `shown_status`."""

    id: UUID
    code: str
    kind: str
    safety: Safety
    times: Times
    seats: int
    languages: tuple[Language, ...] = ()
    topics: frozenset[str] = frozenset()
    deadlines: Deadlines = NO_DEADLINES
    smaller_may_pass: bool = False
    status: GatheringStatus = GatheringStatus.PLANNED
    version: int = 0
    taken: int = 0
    waiting: int = 0
    arrivals: int = 0
    confirm_until: datetime | None = None
    untold: bool = False

    @property
    def free(self) -> int:
        """Seats that nobody has and nobody is offered; 0 as well where there are fewer seats than are taken."""
        return max(self.seats - self.taken, 0)

    @property
    def shown_status(self) -> GatheringStatus:
        """The state that people and other services are shown."""
        full = self.status is GatheringStatus.ANNOUNCED and self.free == 0
        return GatheringStatus.FULL if full else self.status

    def takes_guests(self, now: datetime) -> bool:
        """Whether seats are given and offered at this moment."""
        return self.status in TAKES_GUESTS and now < self.times.closes_at


def told(gathering: Gathering, on: date) -> tuple[Gathering, GatheringChanged]:
    """A gathering of the next version, and what the other services are told of it."""
    after = replace(gathering, version=gathering.version + 1, untold=False)
    languages = {code for each in after.languages for code in (each.source, each.target)}
    fact = GatheringChanged(
        gathering_id=after.id,
        version=after.version,
        kind=after.kind,
        status=after.shown_status,
        starts_on=after.times.starts_on,
        topics=after.topics,
        languages=tuple(sorted(languages)),
        seats=after.seats,
        taken=after.taken,
        waiting=after.waiting,
        on=on,
    )
    return after, fact


def in_time(received_at: datetime, due_on: date | None, zone: str) -> bool:
    """Whether something came before the end of its last day, where the gathering is. What has no last day is in time.

    Example: due on 30 March in Brussels, where summer time has begun; at 00:30 on 31 March in Tokyo it is 17:30 on
    30 March there, which is in time.
    """
    return due_on is None or received_at < end_of(due_on, zone)
