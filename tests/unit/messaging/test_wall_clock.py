"""Which date the days are let turn to: whatever the wall clock says, they go no further than is believed."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.months import months_from
from shared.messaging.wall_clock import MOST_DAYS, MOST_SKEW_SECONDS, Reading, WallClock

MONDAY = date(2007, 1, 1)
A_DAY = 86_400.0


@dataclass
class Machine:
    """A machine whose clock can be set wrong; `up` is the time since it started, which cannot."""

    up: float = 1_000.0
    ahead: timedelta = timedelta()

    @property
    def wall(self) -> date:
        return (
            datetime.combine(MONDAY, time(12), UTC) + timedelta(seconds=self.up - 1_000) + self.ahead
        ).date()

    def clock(self) -> WallClock:
        return WallClock(lambda: self.wall, lambda: self.up)


def turned(clock: WallClock, today: date, skew: float = 0.0) -> date:
    return clock.may_turn_to(Reading(today, clock.today(), skew))


@given(stopped=st.integers(0, 400))
def test_after_a_stop_a_few_days_are_made_up_and_more_wait_for_an_operator(stopped: int) -> None:
    machine = Machine()
    clock, today = machine.clock(), machine.wall - timedelta(days=stopped)
    assert turned(clock, today) == (machine.wall if stopped <= MOST_DAYS else today)
    assert bool(clock.held) is (stopped > MOST_DAYS)
    assert turned(clock, machine.wall) == machine.wall, "the operator has confirmed the date"
    assert not clock.held


@given(
    jump=st.integers(MOST_DAYS + 2, 40_000),
    looks=st.lists(st.floats(1, A_DAY / 4), max_size=4),
)
def test_a_jump_of_the_clock_turns_nothing_while_it_lasts(jump: int, looks: list[float]) -> None:
    machine = Machine()
    clock = machine.clock()
    today = turned(clock, machine.wall)
    machine.ahead = timedelta(days=jump)
    for seconds in looks:
        machine.up += seconds
        assert turned(clock, today) == today
        assert clock.held
    machine.ahead = timedelta()
    assert turned(clock, today) == machine.wall
    assert not clock.held


@given(days=st.integers(0, 60), begun=st.integers(0, MOST_DAYS))
def test_days_that_the_process_saw_pass_are_made_up(days: int, begun: int) -> None:
    """Its database was away so long that not one day could turn."""
    machine = Machine()
    clock, today = machine.clock(), machine.wall - timedelta(days=begun)
    turned(clock, today)
    machine.up += days * A_DAY
    assert turned(clock, today) == machine.wall


@given(back=st.integers(1, 4_000))
def test_a_clock_that_was_set_back_turns_nothing(back: int) -> None:
    machine = Machine(ahead=timedelta(days=-back))
    assert turned(machine.clock(), MONDAY) <= MONDAY


def test_not_one_day_turns_while_two_clocks_differ() -> None:
    clock = Machine().clock()
    yesterday = MONDAY - timedelta(days=1)
    for skew in (-2 * MOST_SKEW_SECONDS, 2 * MOST_SKEW_SECONDS):
        assert turned(clock, yesterday, skew) == yesterday
        assert "differ by 600 s" in clock.held
    assert turned(clock, yesterday, MOST_SKEW_SECONDS / 2) == MONDAY


@given(day=st.dates(max_value=date(9998, 1, 1)), count=st.integers(1, 30))
def test_months_are_counted_as_months(day: date, count: int) -> None:
    months = months_from(day, count)
    assert len(months) == count
    assert months[0] == day.replace(day=1)
    for month, following in pairwise(months):
        assert following == (month + timedelta(days=31)).replace(day=1)
