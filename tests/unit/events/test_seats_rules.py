"""Who is seated, who waits, and who is offered a seat next."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.events.commands.seats import closed
from services.events.domain.calendars import entry
from services.events.domain.gatherings import Gathering, Safety, Times, in_time, told
from services.events.domain.hours import Hours
from services.events.domain.seats import (
    SeatRules,
    SeatState,
    Waiting,
    first_state,
    moved,
    offer_ends,
    to_offer,
    why_waiting,
)
from services.events.ledger import Hall
from shared.contracts.events import GatheringStatus

BEGINS = datetime(2007, 4, 12, 12, tzinfo=UTC)
TIMES = Times("Europe/Brussels", BEGINS, BEGINS + timedelta(hours=3), BEGINS - timedelta(hours=2))
TOKYO = ZoneInfo("Asia/Tokyo")


def gathering(seats: int = 10, taken: int = 0, waiting: int = 0, **more: object) -> Gathering:
    values = {"status": GatheringStatus.ANNOUNCED, "taken": taken, "waiting": waiting, **more}
    base = Gathering(UUID(int=1), "G1", "hearing", Safety.OPEN, TIMES, seats)
    return replace(base, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seats", "taken", "waiting", "passing", "heads", "expected"),
    [
        (10, 9, 0, False, 1, SeatState.SEATED),
        (10, 10, 0, False, 1, SeatState.WAITING),
        (10, 8, 0, False, 3, SeatState.WAITING),
        (10, 8, 3, False, 1, SeatState.WAITING),
        (10, 8, 3, True, 1, SeatState.SEATED),
        (10, 12, 0, False, 1, SeatState.WAITING),
        (0, 0, 0, False, 0, SeatState.SEATED),
    ],
)
def test_a_party_is_seated_as_a_whole_or_waits(
    seats: int, taken: int, waiting: int, passing: bool, heads: int, expected: SeatState
) -> None:
    assert first_state(gathering(seats, taken, waiting, smaller_may_pass=passing), heads) is expected


@pytest.mark.parametrize(
    ("sizes", "passing", "offered"),
    [
        ([1, 1, 1], False, [1, 2]),
        ([3, 1, 1], False, []),
        ([3, 1, 1], True, [2, 3]),
        ([2, 1], False, [1]),
        ([1, 3, 1], False, [1]),
        ([1, 3, 1], True, [1, 3]),
        # Larger than the whole gathering: it holds nobody up.
        ([9, 1], False, [2]),
    ],
)
def test_two_free_seats_are_offered_in_the_order_of_arrival(
    sizes: list[int], passing: bool, offered: list[int]
) -> None:
    waiting = [Waiting(UUID(int=n), n, heads) for n, heads in enumerate(sizes, 1)]
    chosen = to_offer(gathering(5, 3, sum(sizes), smaller_may_pass=passing), waiting)
    assert [each.number for each in chosen] == offered


def test_counts_follow_states_and_a_gathering_without_a_free_seat_is_full() -> None:
    full = moved(gathering(2, 1, 1), 1, SeatState.WAITING, SeatState.OFFERED)
    assert (full.taken, full.waiting, full.shown_status) == (2, 0, GatheringStatus.FULL)
    assert moved(full, 1, SeatState.OFFERED, SeatState.SEATED) == full
    assert moved(full, 1, SeatState.SEATED, SeatState.GIVEN_UP).taken == 1
    assert told(full, date(2007, 4, 1))[1].status == "full"


def test_an_offer_ends_by_the_time_the_gathering_closes() -> None:
    rules = SeatRules(Hours(TOKYO, by_hand=False), timedelta(hours=48), timedelta(days=5))
    early = BEGINS - timedelta(days=9)
    assert offer_ends(gathering(), early, rules) == early + timedelta(hours=48)
    assert offer_ends(gathering(), BEGINS - timedelta(hours=3), rules) == TIMES.closes_at
    assert not gathering().takes_guests(TIMES.closes_at)
    assert "No more seats" in why_waiting(gathering(), 1, 0, TIMES.closes_at)


@pytest.mark.parametrize(
    ("hour", "day"), [(10, date(2007, 3, 4)), (12, date(2007, 3, 4)), (15, date(2007, 3, 5))]
)
def test_with_a_clock_turned_by_hand_an_hour_is_due_on_the_first_day_whose_noon_has_come(
    hour: int, day: date
) -> None:
    at = datetime(2007, 3, 4, hour, tzinfo=TOKYO)
    hours = Hours(TOKYO, by_hand=True)
    assert hours.due(at) == day
    assert hours.now(day, BEGINS) >= at > hours.now(day - timedelta(days=1), BEGINS)
    assert Hours(TOKYO, by_hand=False).due(at) == at


def test_a_deadline_is_over_when_its_day_is_over_where_the_gathering_is() -> None:
    last = datetime(2007, 3, 31, 6, 59, 59, tzinfo=TOKYO)
    assert in_time(last, date(2007, 3, 30), "Europe/Brussels")
    assert not in_time(last + timedelta(seconds=1), date(2007, 3, 30), "Europe/Brussels")
    assert in_time(last, None, "Europe/Brussels")


@pytest.mark.parametrize(
    ("safety", "public", "own"),
    [(Safety.OPEN, "Talk", "Talk"), (Safety.INVITED, None, "Talk"), (Safety.CLOSED, None, "Assignment G1")],
)
def test_what_a_calendar_shows(safety: Safety, public: str | None, own: str) -> None:
    shown = [entry(gathering(safety=safety), "Talk", public=each) for each in (True, False)]
    assert [each.title if each else None for each in shown] == [public, own]


@pytest.mark.parametrize(
    ("seats", "taken", "heads", "ahead", "words"),
    [
        (
            0,
            0,
            1,
            0,
            "This gathering has no seats for guests. Whoever waits is offered one once it has some.",
        ),
        (1, 1, 1, 0, "The only seat is taken; nobody waits before this party."),
        (1, 1, 1, 1, "The only seat is taken; 1 waits before this party."),
        (5, 5, 1, 2, "All 5 seats are taken; 2 wait before this party."),
        (2, 0, 3, 0, "This party needs 3 seats, and there are 2 in all: ask again as smaller parties."),
        (5, 4, 2, 1, "This party needs 2 seats together, and 1 is free; 1 waits before it."),
        (5, 3, 1, 3, "3 wait before this party, and need more seats together than the 2 that are free."),
    ],
)
def test_why_a_party_waits_is_said_in_whole_sentences(
    seats: int, taken: int, heads: int, ahead: int, words: str
) -> None:
    assert why_waiting(gathering(seats, taken), heads, ahead, BEGINS - timedelta(days=1)) == words


@pytest.mark.parametrize(
    ("status", "taken", "words"),
    [
        (GatheringStatus.ANNOUNCED, 0, "this one has closed for guests"),
        (GatheringStatus.ANNOUNCED, 10, "this one has closed for guests"),
        (GatheringStatus.MOVED, 0, "this one has closed for guests"),
        (GatheringStatus.PLANNED, 0, "this one is planned"),
        (GatheringStatus.CANCELLED, 0, "this one was cancelled"),
    ],
)
def test_who_gets_no_seat_is_told_why(status: GatheringStatus, taken: int, words: str) -> None:
    hall = SimpleNamespace(gathering=gathering(taken=taken, status=status), takes_guests=False)
    refused = closed(cast(Hall, hall))
    assert refused
    assert words in refused.words
