"""Whatever the order in which sponsorship hears of requests and closed households, the same people learn; and of many
who ask at once as many get a place as there are.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from shared.contracts.intake import HouseholdClosed, SettlementAsked
from tests.support.classroom import Classroom
from tests.support.properties import tried_with
from tests.support.settlers import asked, later

DAY = date(2006, 11, 20)
HOME, OTHER = UUID(int=100), UUID(int=101)
ANNA, BAE, CHA, DOO = (UUID(int=number) for number in range(1, 5))
Fact = SettlementAsked | HouseholdClosed


def request(number: int, *members: UUID, day: int, **more: Any) -> SettlementAsked:
    return asked(*members, request_id=UUID(int=number), on=date(2006, 11, day), **more)


def story() -> list[Fact]:
    """All that intake said of two households, in the order in which it happened."""
    first = request(200, ANNA, BAE, household_id=HOME, day=1)
    second = request(201, CHA, household_id=OTHER, day=2)
    withdrawn = later(second, status="withdrawn", on=date(2006, 11, 3))
    closed = HouseholdClosed(household_id=HOME, version=4, on=date(2006, 11, 8))
    again = request(202, BAE, household_id=HOME, household_version=5, day=9)
    return [
        first,
        second,
        later(first, member_ids=(ANNA, BAE, DOO), on=date(2006, 11, 3)),
        withdrawn,
        later(withdrawn, on=date(2006, 11, 5), wishes=frozenset({"lessons", "helper"})),
        closed,
        again,
        # After the household was closed and reopened its first request is changed once more: it stays over.
        first.model_copy(update={"version": 3, "on": date(2006, 11, 10)}),
    ]


async def learn(
    sponsors_url: str, facts: Sequence[Fact], sizes: Sequence[int]
) -> dict[UUID, tuple[object, ...]]:
    """Who has a place or waits in the end: with which request, and since when; told in batches of these sizes."""
    async with Classroom.open(sponsors_url, DAY) as room:
        await room.course("japanese", 2, date(2006, 12, 1))
        start = 0
        for size in [*sizes, len(facts)]:
            await room.hears(facts[start : start + size])
            start += size
        assert await room.breaches() == set()
        found = await room.rows(
            "SELECT member_id, request_id, waiting_since, state FROM lesson_place WHERE state IN ('waiting', 'placed')"
        )
        return {row["member_id"]: (row["request_id"], row["waiting_since"], row["state"]) for row in found}


@tried_with(12)
@given(
    order=st.permutations(range(len(story()))),
    repeats=st.lists(st.integers(0, len(story()) - 1), max_size=3),
    sizes=st.lists(st.integers(1, 4), max_size=8),
)
def test_the_same_people_learn_in_whatever_order_the_facts_are_heard(
    sponsors_url: str, order: list[int], repeats: list[int], sizes: list[int]
) -> None:
    facts = story()
    told = [facts[each] for each in [*order, *repeats]]
    assert asyncio.run(learn(sponsors_url, told, sizes)) == {
        BAE: (UUID(int=202), date(2006, 11, 9), "placed"),
        CHA: (UUID(int=201), date(2006, 11, 2), "placed"),
    }


async def test_of_fifty_who_ask_at_once_as_many_get_a_place_as_there_are(sponsors_url: str) -> None:
    """While courses are opened beside them, from several connections: nobody twice, no course too full, none free."""
    members = [uuid7() for _ in range(50)]
    async with Classroom.open(sponsors_url, DAY, pool_size=12) as room:
        asking = [room.hears([asked(each)]) for each in members]
        courses = [room.course(f"course_{each}", 9, date(2006, 12, 1)) for each in range(4)]
        await asyncio.gather(*asking[:20], *courses, *asking[20:])
        assert await room.breaches() == set()
        (count,) = await room.rows(
            "SELECT count(*) FILTER (WHERE state = 'placed') AS placed, count(*) AS places FROM lesson_place"
        )
        assert (count["placed"], count["places"]) == (36, 50)
