"""Which days and moments can be meant: for gatherings, tasks, volunteers, and whatever ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain.days import (
    availability_refused,
    consent_end_refused,
    end_refused,
    move_refused,
    need_refused,
    plan_refused,
)
from services.events.domain.gatherings import Deadlines, Gathering, Moving, Safety, Times
from services.events.domain.helping import Need
from services.events.domain.teams import Span
from shared.outcomes import Refused

TODAY = date(2007, 3, 1)
BRUSSELS = ZoneInfo("Europe/Brussels")


def at(days: int, hour: int = 14) -> datetime:
    """So many days from today, where the gathering is."""
    day = TODAY + timedelta(days=days)
    return datetime(day.year, day.month, day.day, hour, tzinfo=BRUSSELS)


def on(days: int) -> date:
    return TODAY + timedelta(days=days)


TIMES = Times("Europe/Brussels", at(40), at(40, 17), at(39))
DEADLINES = Deadlines(on(30), on(25))


def field_of(refused: Refused | None) -> str | None:
    """The field that is named; there is one, and a sentence."""
    if refused is None:
        return None
    assert refused.words.endswith(".")
    ((field, _),) = refused.fields
    return field


@pytest.mark.parametrize(
    ("times", "deadlines", "wrong"),
    [
        ({}, {}, None),
        ({"ends_at": at(40)}, {}, "ends_at"),
        ({"ends_at": at(39)}, {}, "ends_at"),
        ({"ends_at": at(72)}, {}, "ends_at"),
        ({"ends_at": at(71)}, {}, None),
        ({"closes_at": at(40, 15)}, {}, "closes_at"),
        ({"closes_at": at(40)}, {}, None),
        ({"closes_at": at(0)}, {}, None),
        ({"closes_at": at(-1)}, {}, "closes_at"),
        ({}, {"papers": on(41)}, "papers_due_on"),
        ({}, {"papers": on(40)}, None),
        ({}, {"papers": on(-1), "translation": None}, "papers_due_on"),
        ({}, {"translation": on(31)}, "translation_due_on"),
        ({}, {"papers": None, "translation": on(41)}, "translation_due_on"),
        ({}, {"translation": on(-1)}, "translation_due_on"),
        ({"starts_at": at(3700), "ends_at": at(3700, 17)}, {}, "starts_at"),
        ({"starts_at": at(3600), "ends_at": at(3600, 17)}, {}, None),
    ],
)
def test_a_gathering_is_planned_and_moved_for_times_that_can_be(
    times: dict[str, Any], deadlines: dict[str, Any], wrong: str | None
) -> None:
    when, due = replace(TIMES, **times), replace(DEADLINES, **deadlines)
    assert field_of(plan_refused(when, due, TODAY)) == wrong
    before = Gathering(UUID(int=1), "G", "hearing", Safety.OPEN, TIMES, 10, deadlines=DEADLINES)
    assert field_of(move_refused(before, when, due, TODAY)) == wrong


@pytest.mark.parametrize(
    ("days", "planned", "moved"), [(0, None, None), (-31, None, "starts_at"), (-32, "starts_at", "starts_at")]
)
def test_what_was_held_is_written_down_soon_after_and_moved_no_more(
    days: int, planned: str | None, moved: str | None
) -> None:
    """Of what was held already nobody asks whether guests could ask or papers are due."""
    times = Times("Europe/Brussels", at(days), at(days, 17), at(days))
    due = Deadlines(on(days), on(days - 5) if days else None)
    before = Gathering(UUID(int=1), "G", "hearing", Safety.OPEN, TIMES, 10)
    assert field_of(plan_refused(times, due, TODAY)) == planned
    assert field_of(move_refused(before, times, due, TODAY)) == moved


def test_a_deadline_that_was_over_before_a_move_needs_no_other_one() -> None:
    over = Gathering(UUID(int=1), "G", "hearing", Safety.OPEN, TIMES, 10, deadlines=Deadlines(on(-3), on(-9)))
    times, due = Moving("Europe/Brussels", at(41), at(41, 17)).of(over)
    assert (due, move_refused(over, times, due, TODAY)) == (Deadlines(on(-2), on(-8)), None)
    open_ones = replace(over, deadlines=Deadlines(on(10), on(2)))
    times, due = Moving("Europe/Brussels", at(37), at(37, 17)).of(open_ones)
    assert field_of(move_refused(open_ones, times, due, TODAY)) == "translation_due_on"


MOMENTS = st.integers(2 * 1440, 600 * 1440).map(
    lambda minutes: datetime(2007, 3, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(["Europe/Brussels", "Asia/Tokyo", "America/New_York", "Pacific/Kiritimati"])


@given(
    MOMENTS,
    st.integers(0, 60 * 24 * 30),
    st.none() | st.integers(0, 90),
    st.none() | st.integers(0, 90),
    st.lists(MOMENTS, min_size=1, max_size=3),
    ZONES,
)
def test_moved_there_and_back_a_gathering_has_its_closing_hour_and_deadlines_again(
    begins: datetime,
    closes: int,
    papers: int | None,
    translation: int | None,
    moves: list[datetime],
    zone: str,
) -> None:
    hours = timedelta(hours=3)
    times = Times(zone, begins, begins + hours, begins - timedelta(minutes=closes))
    due = Deadlines(
        *(None if each is None else times.starts_on - timedelta(days=each) for each in (papers, translation))
    )
    gathering = Gathering(UUID(int=1), "G", "hearing", Safety.OPEN, times, 10, deadlines=due)
    now = gathering
    for moment in [*moves, begins]:
        when, deadlines = Moving(zone, moment, moment + hours).of(now)
        now = replace(now, times=when, deadlines=deadlines)
        assert when.starts_at - when.closes_at == timedelta(minutes=closes)
        assert (deadlines.papers is None) == (papers is None)
    assert now == gathering


NEED = Need(UUID(int=1), "teach", (), 1, on(10), on(20))
HOURS = Span(at(10), at(10, 16))


@pytest.mark.parametrize(
    ("need", "wrong"),
    [
        ({}, None),
        ({"ends_on": on(9)}, "ends_on"),
        ({"starts_on": on(-10), "ends_on": on(-1)}, "ends_on"),
        ({"starts_on": on(-10)}, None),
        ({"starts_on": on(-40), "ends_on": None}, "starts_on"),
        ({"ends_on": on(3700)}, "ends_on"),
        ({"starts_on": on(3700), "ends_on": None}, "starts_on"),
        ({"time": HOURS, "ends_on": on(10)}, None),
        ({"time": Span(at(10), at(10))}, "ends_at"),
        ({"time": HOURS, "starts_on": on(11), "ends_on": on(11)}, "starts_at"),
        ({"time": HOURS, "starts_on": on(9), "ends_on": on(9)}, "starts_at"),
        ({"time": Span(at(10), at(11, 15))}, "ends_at"),
    ],
)
def test_helpers_are_wanted_for_days_that_can_be(need: dict[str, Any], wrong: str | None) -> None:
    assert field_of(need_refused(replace(NEED, **need), TODAY)) == wrong


@pytest.mark.parametrize(
    ("since", "until", "wrong"),
    [
        (None, None, None),
        (5, 5, None),
        (6, 5, "available_until"),
        (None, -1, "available_until"),
        (None, 0, None),
        (-900, None, None),
        (3700, None, "available_from"),
        (None, 3700, "available_until"),
    ],
)
def test_a_volunteer_has_time_on_days_that_can_be(
    since: int | None, until: int | None, wrong: str | None
) -> None:
    first, last = (None if each is None else on(each) for each in (since, until))
    assert field_of(availability_refused(first, last, TODAY)) == wrong


Ends = Callable[[date | None], Refused | None]


@pytest.mark.parametrize(
    ("ends", "past"),
    [
        (lambda until: consent_end_refused(True, until, TODAY), "until"),
        (lambda until: consent_end_refused(False, until, TODAY), None),
        (lambda until: end_refused("A check", "until", until, TODAY), None),
    ],
)
def test_what_ends_ends_on_a_day_that_can_be(ends: Ends, past: str | None) -> None:
    """A check that has run out is written down: so a slip is corrected."""
    assert [field_of(ends(each)) for each in (None, on(0), on(-1), on(3700))] == [None, None, past, "until"]
