"""What a person was given in a period is counted once, whatever becomes of the household.

`RELIEF_EXAMPLES=2000` makes the property a long run.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.inventory.commands.asking import OnceMore
from shared.contracts.intake import NeedKind
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.store_story import NUMBERS, REGION, Step, Story, step, told
from tests.support.world import FIRST_DAY

MONTH_DAYS = 30
ALL = frozenset(NeedKind)
FOOD = frozenset({NeedKind.FOOD})
ORDERS = ("old", "new", "both")
SHELTER = frozenset({NeedKind.SHELTER})
PLENTY: tuple[Step, ...] = tuple(
    ("receives", (region, item, 10_000_000 if item == "rice" else 50, None))
    for region in ("north", "south")
    for item in ("rice", "first-aid-kit", "winter-S", "winter-M", "winter-L", "bed")
)


async def given_to(room: StoreRoom) -> dict[tuple[Any, ...], int]:
    """Sets by person, kits by household, grams of November by household."""
    rows = await room.rows("SELECT * FROM reservation WHERE delivered > 0")
    found: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if row["first_day"] is None or row["first_day"] < date(2006, 12, 1):
            who = row["member_id"] if row["kind"] == "clothing" else row["household_id"]
            found[row["kind"], who] = found.get((row["kind"], who), 0) + row["delivered"]
    return found


def told_in(room_url: str, steps: Sequence[Step]) -> dict[str, list[int]]:
    """What was given in a story, by kind."""

    async def telling() -> dict[str, list[int]]:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in (*PLENTY, *steps):
                await story.tell(each)
                assert await room.breaches() == set(), each
            found: dict[str, list[int]] = {}
            for (kind, _), quantity in sorted((await given_to(room)).items(), key=str):
                found.setdefault(kind, []).append(quantity)
            return {kind: sorted(each) for kind, each in found.items()}

    return asyncio.run(telling())


FETCH: Step = ("fetches", (1, None))
TWO: Step = ("registers", (1, 2, "north", ALL))
CLOTHED: Step = ("registers", (1, 2, "north", frozenset({NeedKind.CLOTHING})))
FED: Step = ("registers", (1, 2, "north", FOOD))
HISTORIES: dict[str, list[Step]] = {
    "needs there and back": [("asks", (1, SHELTER)), ("asks", (1, ALL))],
    "closed and open again": [("closes", (1,)), ("reopens", (1, 0))],
    "moved": [("moves", (1, "south"))],
    "moved there and back": [("moves", (1, "south")), ("moves", (1, "north"))],
    "one leaves": [("leaves", (1,))],
    "needs there and back twice": [("asks", (1, SHELTER)), ("asks", (1, ALL))] * 2,
    "closed with other needs": [
        ("closes", (1,)),
        ("reopens", (1, 0)),
        ("asks", (1, SHELTER)),
        ("asks", (1, ALL)),
    ],
}


@pytest.mark.parametrize("history", HISTORIES)
def test_what_was_fetched_is_not_given_again(room_url: str, history: str) -> None:
    found = told_in(room_url, [TWO, FETCH, *HISTORIES[history], FETCH])
    assert found == {"food": [30_000], "kit": [1], "clothing": [1, 1]}


def test_who_leaves_and_comes_back_is_given_nothing_again(room_url: str) -> None:
    three: Step = ("registers", (1, 3, "north", ALL))
    found = told_in(room_url, [three, FETCH, ("leaves", (1,)), ("returns", (1,)), FETCH])
    assert found == {"food": [45_000], "kit": [1], "clothing": [1, 1, 1]}


@pytest.mark.parametrize("told_first", ORDERS)
def test_who_moves_to_another_household_takes_set_and_food_along(room_url: str, told_first: str) -> None:
    other: Step = ("registers", (2, 1, "north", ALL))
    over: Step = ("goes_over", (1, 2, told_first))
    found = told_in(room_url, [TWO, FETCH, other, over, ("fetches", (2, None)), FETCH])
    assert found["clothing"] == [1, 1, 1]
    assert found["food"] == [15_000, 30_000]


@pytest.mark.parametrize("told_first", ORDERS)
def test_who_joins_where_somebody_took_food_along_is_fed_for_all_days(room_url: str, told_first: str) -> None:
    """What was fetched for two feeds one who left and one who stays: nothing of it is left for a third."""
    other: Step = ("registers", (2, 1, "north", FOOD))
    over: Step = ("goes_over", (1, 2, told_first))
    found = told_in(room_url, [FED, FETCH, other, over, ("joins", (1,)), ("fetches", (2, None)), FETCH])
    assert found["food"] == [15_000, 45_000]


@pytest.mark.parametrize("told_first", ORDERS)
def test_what_the_new_household_fetched_before_it_heard_stays_with_it(room_url: str, told_first: str) -> None:
    """Half of the month is fetched in the old household only: the other half is given in the new one."""
    other: Step = ("registers", (2, 1, "north", FOOD))
    one: Step = ("registers", (1, 1, "north", FOOD))
    over: Step = ("goes_over", (1, 2, told_first))
    found = told_in(room_url, [one, ("fetches", (1, 7_700)), other, over, ("fetches", (2, None)), FETCH])
    assert found["food"] == [7_700, 22_300]


@pytest.mark.parametrize("closes_first", [True, False])
def test_who_is_taken_in_elsewhere_brings_the_food_of_a_household_that_closes(
    room_url: str, closes_first: bool
) -> None:
    one: Step = ("registers", (1, 1, "north", FOOD))
    steps: list[Step] = [("closes", (1,)), ("takes_in", (2, 1))]
    steps = steps if closes_first else steps[::-1]
    found = told_in(
        room_url, [one, FETCH, ("registers", (2, 1, "north", FOOD)), *steps, ("fetches", (2, None))]
    )
    assert found["food"] == [15_000, 15_000]


def test_two_who_change_places_in_one_batch_bring_their_food(room_url: str) -> None:
    homes: list[Step] = [("registers", (number, 2, "north", FOOD)) for number in (1, 2)]
    both: list[Step] = [FETCH, ("fetches", (2, None))]
    found = told_in(room_url, [*homes, *both, ("change_places", (1, 2)), *both])
    assert found["food"] == [30_000, 30_000]


def test_a_part_of_a_day_is_counted_too(room_url: str) -> None:
    one: Step = ("registers", (1, 1, "north", FOOD))
    assert told_in(room_url, [one, ("fetches", (1, 700)), ("moves", (1, "south")), FETCH, FETCH]) == {
        "food": [15_000]
    }


@pytest.mark.parametrize("reason", ["lost", "worn_out"])
def test_one_more_is_asked_for_with_a_reason(room_url: str, reason: str) -> None:
    again = [("asks_again", (1, kit, OnceMore(reason))) for kit in (True, False)]
    assert told_in(room_url, [TWO, FETCH, *again, FETCH]) == {
        "food": [30_000],
        "kit": [2],
        "clothing": [1, 2],
    }


@pytest.mark.parametrize(
    ("before", "reason"), [("nights", "not_fetched"), ("gives_up", "cancelled"), ("fetches", "lost")]
)
def test_one_more_needs_an_earlier_one_of_which_the_reason_can_be_said(
    room_url: str, before: str, reason: str
) -> None:
    kit: Step = ("registers", (1, 1, "north", frozenset({NeedKind.KIT})))
    became: Step = {"nights": ("nights", (32,)), "gives_up": ("gives_up", (1, 0)), "fetches": FETCH}[before]
    others = [("asks_again", (1, True, each)) for each in OnceMore if each not in (reason, "worn_out")]
    given = 1 if before == "fetches" else 0
    assert told_in(room_url, [kit, became, *others, FETCH]).get("kit", [0]) == [given]
    right: Step = ("asks_again", (1, True, OnceMore(reason)))
    assert told_in(room_url, [kit, became, right, right, FETCH]) == {"kit": [given + 1]}


@tried_with(15)
@given(
    st.lists(
        st.one_of(
            told(),
            told(),
            step("fetches", NUMBERS, st.none() | st.integers(1, 20_000)),
            step("fetches", NUMBERS, st.none()),
            step("returns", NUMBERS),
            step("goes_over", NUMBERS, NUMBERS, st.sampled_from(ORDERS)),
            step("change_places", NUMBERS, NUMBERS),
            step("brings_back", st.integers(0, 2)),
            step("moves", NUMBERS, REGION),
            step("nights", st.integers(1, 3)),
        ),
        min_size=3,
        max_size=12,
    )
)
@example([TWO, FETCH, ("leaves", (1,)), ("joins", (1,)), FETCH])
@example([TWO, FETCH, ("leaves", (1,)), ("brings_back", (0,)), FETCH])
@example([CLOTHED, FETCH, ("leaves", (1,)), ("brings_back", (0,)), FETCH])
@example([FED, FETCH, ("leaves", (1,)), ("brings_back", (0,)), FETCH])
@example([TWO, FETCH, ("asks", (1, SHELTER)), ("brings_back", (0,)), FETCH])
@example([TWO, FETCH, ("asks_again", (1, True, OnceMore("lost"))), ("brings_back", (0,))])
@example([TWO, ("fetches", (1, 9_001)), ("moves", (1, "south")), ("leaves", (1,)), ("returns", (1,)), FETCH])
def test_nothing_is_given_twice(room_url: str, steps: list[Step]) -> None:
    """Nobody has two sets, no household two kits; and no household more grams than its people could eat in November,
    counting everybody who ever was in it for the whole month; nor all households more than all people could eat.
    """

    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            people: dict[UUID, set[object]] = {}
            for each in (*PLENTY, *steps):
                await story.tell(each)
                for home in story.homes.values():
                    people.setdefault(home.id, set()).update(home.people)
                assert await room.breaches() == set(), each
            for (kind, who), quantity in (await given_to(room)).items():
                most = len(people[who]) * MONTH_DAYS * 500 if kind == "food" else 1
                assert quantity <= most, (kind, who)
            everybody = set().union(*people.values())
            eaten = sum(grams for (kind, _), grams in (await given_to(room)).items() if kind == "food")
            assert eaten <= len(everybody) * MONTH_DAYS * 500

    asyncio.run(telling())
