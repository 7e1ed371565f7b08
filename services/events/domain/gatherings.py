"""Gatherings: their kinds, states and times, and what the other services are told of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.domain.hours import end_of
from shared.contracts.events import GatheringChanged, GatheringStatus
from shared.outcomes import Refused, conflict, invalid


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
WORDS = {
    GatheringStatus.PLANNED: "is planned and not announced",
    GatheringStatus.ANNOUNCED: "is announced",
    GatheringStatus.FULL: "is full",
    GatheringStatus.MOVED: "was moved",
    GatheringStatus.HELD: "was held",
    GatheringStatus.CANCELLED: "was cancelled",
}
"""What of a gathering each state says."""


@dataclass(frozen=True)
class Language:
    """Whom a gathering needs: somebody who puts one language into another, at this level at least (cefr:b2, say); who
    knows this `variety` and the words of this `topic`, if they are named.
    """

    source: str
    target: str
    level: str
    mode: str = "consecutive"
    people: int = 1
    variety: str | None = None
    topic: str | None = None


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


@dataclass(frozen=True)
class Deadlines:
    """By which day papers and their translations are to be there: until the end of that day where the gathering is."""

    papers: date | None = None
    translation: date | None = None

    def day(self, what: Paper) -> date | None:
        """By which day this is to be there; None if that was not said."""
        return self.papers if what is Paper.TEXT else self.translation


NO_DEADLINES = Deadlines()


@dataclass(frozen=True)
class Gathering:
    """A gathering as the rules see it. `status` is never FULL: that is seen in `shown_status`. `plan_version` counts
    how often languages, topics and safety class were written, `version` what the other services were told.
    """

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
    plan_version: int = 1
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

    def in_time(self, what: Paper, received_at: datetime) -> bool:
        """Whether something that is handed in for it at this moment is in time."""
        return in_time(received_at, self.deadlines.day(what), self.times.zone)

    def still_in_time(self, what: Paper, received_at: datetime, *, was: bool) -> bool:
        """Whether something that was handed in, and was in time then or not, is so: the gathering may have been moved
        since, and what was in time stays so.
        """
        return was or self.in_time(what, received_at)

    def awaited(self, now: datetime) -> list[Paper]:
        """What would be in time now."""
        return [each for each in Paper if self.in_time(each, now)]

    def takes_guests(self, now: datetime) -> bool:
        """Whether seats are given and offered at this moment."""
        return self.status in TAKES_GUESTS and now < self.times.closes_at


@dataclass(frozen=True)
class Moving:
    """Another time for a gathering. What is None moves along with its beginning."""

    zone: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime | None = None
    papers: date | None = None
    translation: date | None = None

    def of(self, before: Gathering) -> tuple[Times, Deadlines]:
        """The times and deadlines of a gathering that is moved like this.

        Example: it was to begin on 12 April at 14:00, closed on 11 April at 14:00, with papers due on 2 April. Moved to
        2 May at 10:00 it closes on 1 May at 10:00, and papers are due on 22 April. Moved back, all is as it was.
        """
        old, dues = before.times, before.deadlines
        closes_at = self.closes_at or self.starts_at - (old.starts_at - old.closes_at)
        times = Times(self.zone, self.starts_at, self.ends_at, closes_at)
        later = times.starts_on - old.starts_on
        return times, Deadlines(
            self.papers or (dues.papers and dues.papers + later),
            self.translation or (dues.translation and dues.translation + later),
        )


def not_now(gathering: Gathering, why: str) -> Refused:
    """Something is not done with a gathering that stands like this."""
    return conflict(f"This gathering {WORDS[gathering.status]}: {why}.")


def languages_refused(languages: Sequence[Language]) -> Refused | None:
    """Why nobody interprets like this: each way between two languages is wanted once, by as many as it takes."""
    ways = [(each.source, each.target, each.mode) for each in languages]
    if any(each.source == each.target for each in languages):
        return invalid(
            "Nobody interprets from a language into the same one.", ("languages", "source is target")
        )
    if len(set(ways)) < len(ways):
        return invalid(
            "Each pair of languages stands once in each mode: say in `people` how many it takes.",
            ("languages", "has a pair twice"),
        )
    return None


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
