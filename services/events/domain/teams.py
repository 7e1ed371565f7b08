"""How many interpret together, and how much they rest.

The sizes follow the tables of the interpreters' associations: two take turns of half an hour, and more are needed the
longer a day is. The hours and the rest follow the working-time rules that Engelsystem's users asked for.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from services.events.domain.lacks import Lack

DAY = timedelta(hours=24)
SIMULTANEOUS = frozenset({"simultaneous", "whispered"})


class Span(NamedTuple):
    """A time from `start` up to `end`, both instants."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True)
class TeamRules:
    """Above how many minutes of simultaneous work two, three and four people are needed, and above how many of
    consecutive work two; how many hours somebody may work in any 24, and how many they rest between two days.
    """

    two_above: int = 40
    three_above: int = 240
    four_above: int = 360
    consecutive_two_above: int = 300
    most_hours: int = 10
    rest_hours: int = 11


def team_size(mode: str | None, time: Span | None, rules: TeamRules) -> int:
    """How many people the work takes; 1 where nobody interprets or the hours are not known."""
    if mode is None or time is None:
        return 1
    minutes = time.length // timedelta(minutes=1)
    if mode in SIMULTANEOUS:
        return 1 + sum(minutes > above for above in (rules.two_above, rules.three_above, rules.four_above))
    return 2 if mode == "consecutive" and minutes > rules.consecutive_two_above else 1


def tired(booked: Iterable[Span], time: Span, rules: TeamRules) -> Lack | None:
    """Why somebody with these tasks cannot take one more at this time; None if they can.

    Between two days of work lie at least `rest_hours`: so what has shorter breaks is one day, and a day ends 24 hours
    less the rest after it began. 11 hours of rest make days of at most 13 hours, from the first task to the last.
    """
    spans = sorted([*booked, time])
    if any(second.start < first.end for first, second in pairwise(spans)):
        return Lack.BUSY
    if any(_worked(spans, each.start) > timedelta(hours=rules.most_hours) for each in spans):
        return Lack.HOURS
    rest = timedelta(hours=rules.rest_hours)
    began = spans[0].start
    for first, second in pairwise(spans):
        began = second.start if second.start - first.end >= rest else began
        if second.end - began > DAY - rest:
            return Lack.REST
    return None


def _worked(spans: Sequence[Span], since: datetime) -> timedelta:
    """How much of the 24 hours after a moment is work. The busiest such 24 hours begin with a task."""
    until = since + DAY
    parts = (min(each.end, until) - max(each.start, since) for each in spans)
    return sum((part for part in parts if part > timedelta(0)), timedelta(0))
