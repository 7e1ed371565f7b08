"""Monthly gifts for children, as donations told of them: when one began, which months it no longer covers.

All of it follows from what was ever told of its payments, and not from the order in which that came.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shared.contracts.donations import MonthlyGiftStatus
from shared.dates import month_later

PURPOSE = "education"
"""What a gift for children is given for."""
SLACK = timedelta(days=3)
"""So many days a month may be longer than another one that begins on its last day."""
OVER = frozenset({MonthlyGiftStatus.LAPSED.value, MonthlyGiftStatus.ENDED.value})


@dataclass(frozen=True, order=True)
class Days:
    """From `start` up to `end`, which is not one of them."""

    start: date
    end: date


@dataclass(frozen=True)
class Paid:
    """A payment of a gift: the days that it covers now, and all that it ever was said to cover."""

    covers: Days | None
    ever: Days | None


@dataclass(frozen=True)
class Gift:
    """A monthly gift for children.

    It began on the first day that was ever covered: a part payment covers none, so it begins nothing. `uncovered` are
    the months that were covered once and are no longer. `on` is the day of what was told of it last. The group
    does not want whoever gives a gift that is `declined` as a sponsor. While it is told of as at risk, it is so
    since the day `failing_since`. `person` gives it: the entry that stands for the donor, if the donor is known. While
    an incident of that person is open it is `paused`, and gets no further child, also none that it had.
    """

    id: UUID
    status: str
    wanted: int
    on: date
    begun_on: date | None = None
    uncovered: int = 0
    declined: bool = False
    failing_since: date | None = None
    person: UUID | None = None
    paused: bool = False

    @property
    def over(self) -> bool:
        return self.status in OVER or self.wanted == 0

    def at_risk(self, most_uncovered: int) -> bool:
        """Whether the child of this gift may soon have no sponsor."""
        return self.status == MonthlyGiftStatus.AT_RISK or self.uncovered >= most_uncovered


@dataclass(frozen=True)
class Told:
    """What one fact said of a gift: in which version, on which day, and whether the gift was at risk."""

    version: int
    at_risk: bool
    on: date


def failing_since(told: Collection[Told]) -> date | None:
    """The day of the first fact since which all say that the gift is at risk; None if the newest one does not.

    Facts are ordered by their versions. Of versions 2 to 5 that say at risk, active, at risk and at risk, it is the day
    of version 4, in whatever order they came.
    """
    well = max((each.version for each in told if not each.at_risk), default=0)
    return min((each.on for each in told if each.version > well), default=None)


def begun_on(paid: Iterable[Paid]) -> date | None:
    """The first day that any payment ever covered."""
    return min((each.ever.start for each in paid if each.ever), default=None)


def together(days: Iterable[Days | None]) -> Days | None:
    """All days from the first to the last of these, the same in whatever order they come."""
    known = [each for each in days if each]
    return Days(min(each.start for each in known), max(each.end for each in known)) if known else None


def uncovered_months(paid: Collection[Paid]) -> int:
    """How many months were covered once and are not now. Of 20 Oct to 20 Dec, refunded from 20 Nov on, it is one."""
    left = _joined(each.ever for each in paid)
    for covered in _joined(each.covers for each in paid):
        left = [part for each in left for part in _without(each, covered)]
    return sum(_months(each) for each in left)


def _joined(days: Iterable[Days | None]) -> list[Days]:
    """The same days as pieces that do not overlap."""
    found: list[Days] = []
    for each in sorted(each for each in days if each):
        if found and each.start <= found[-1].end:
            found[-1] = Days(found[-1].start, max(found[-1].end, each.end))
        else:
            found.append(each)
    return found


def _without(days: Days, covered: Days) -> list[Days]:
    parts = [Days(days.start, min(days.end, covered.start)), Days(max(days.start, covered.end), days.end)]
    return [each for each in parts if each.start < each.end]


def _months(days: Days) -> int:
    """How many months begin within these days, counted from the first.

    From 28 February to 31 March is one: payments of the 31st are of the 28th in February, and the three days that are
    over are no second month.
    """
    count = 0
    while month_later(days.start, count) + SLACK < days.end:
        count += 1
    return count
