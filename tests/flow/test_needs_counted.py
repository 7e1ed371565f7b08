"""The doctor finds nothing wrong with a store that works, whatever happens; and names what was broken by hand."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.checks import check
from shared.contracts.intake import NeedKind
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.store_story import WHOLE, Step, Story, done, lives, told
from tests.support.world import FIRST_DAY

NEEDS = "each active household has its needs written down once"
CLOSED = "closed households have nothing set aside and wait for nothing"
FOOD, ALL = frozenset({NeedKind.FOOD}), frozenset(NeedKind)
STORES: tuple[Step, ...] = (
    ("receives", ("north", "rice", 150_000, None)),
    ("receives", ("south", "rice", 40_000, None)),
    ("receives", ("north", "first-aid-kit", 2, None)),
    ("receives", ("north", "bed", 3, None)),
    ("receives", ("south", "winter-M", 2, None)),
)
STEPS = st.lists(
    st.one_of(
        told(), told(), lives(), done(st.sampled_from(("rice",)), 60_000), done(st.sampled_from(WHOLE), 3)
    ),
    min_size=3,
    max_size=12,
)


def told_in(room_url: str, steps: Sequence[Step], then: Callable[[StoreRoom], Any] | None = None) -> Any:
    """A story in which the doctor finds nothing after any step; what `then` finds at its end."""

    async def telling() -> Any:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in (*STORES, *steps):
                await story.tell(each)
                assert await room.breaches() == set(), each
            return await then(room) if then else None

    return asyncio.run(telling())


@tried_with(15)
@given(STEPS)
@example([("registers", (1, 2, "north", FOOD)), ("fetches", (1, None)), ("leaves", (1,)), ("nights", (31,))])
@example([("registers", (1, 2, "north", FOOD)), ("fetches", (1, 9_000)), ("leaves", (1,)), ("joins", (1,))])
@example(
    [("registers", (1, 2, "north", FOOD)), ("fetches", (1, 9_000)), ("moves", (1, "south")), ("leaves", (1,))]
)
@example(
    [("registers", (1, 1, "north", FOOD)), ("fetches", (1, 9_000)), ("closes", (1,)), ("reopens", (1, 1))]
)
@example([("registers", (1, 1, "north", FOOD)), ("fetches", (1, 9_000)), ("leaves", (1,)), ("joins", (1, 2))])
@example([("registers", (1, 1, "north", ALL)), ("gives_up", (1, 0)), ("gives_up", (1, 0)), ("joins", (1,))])
@example([("registers", (1, 1, "south", FOOD)), ("nights", (31,)), ("counts", ("south", {"rice": 0}))])
def test_the_doctor_finds_nothing_wrong_with_a_store_that_works(room_url: str, steps: list[Step]) -> None:
    told_in(room_url, steps)


STORY: tuple[Step, ...] = (
    ("registers", (1, 2, "north", ALL)),
    ("registers", (2, 1, "north", ALL)),
    ("closes", (2,)),
)
HOME, CLOSED_HOME = UUID(int=1), UUID(int=2)
Statement = tuple[str, str]
"""What is done to the rows of one kind."""
GONE = "DELETE FROM reservation WHERE id = :one"
TWICE = """
    INSERT INTO reservation (id, household_id, member_id, kind, requested_item, item, depot, region, wanted, reserved,
        rank, registered_on, first_day, last_day, per_day, fetch_by)
    SELECT gen_random_uuid(), household_id, member_id, kind, requested_item, item, depot, region, wanted, 0, rank,
        registered_on, first_day, last_day, per_day, fetch_by FROM reservation WHERE id = :one
"""
STRANGERS = "UPDATE reservation SET member_id = gen_random_uuid() WHERE id = :one"
GIVEN_UP = "UPDATE reservation SET reserved = 0, released = wanted, reason = 'moved' WHERE id = :one"
CANCELLED = GIVEN_UP.replace("moved", "cancelled")
RENAMED = "UPDATE reservation SET kind = 'bed' WHERE id = :one"
FOR_ONE = "UPDATE reservation SET per_day = 500 WHERE id = :one"
TOO_LATE = "UPDATE reservation SET first_day = first_day + 1 WHERE id = :one"
OPEN_AGAIN = "UPDATE reservation SET released = 0 WHERE id = :one"
NOT_ASKED = """
    UPDATE household SET needs = array_remove(needs, (
        SELECT CASE kind WHEN 'bed' THEN 'shelter' ELSE kind END FROM reservation WHERE id = :one))
    WHERE id = (SELECT household_id FROM reservation WHERE id = :one)
"""
ONE_MORE = """
    UPDATE household SET people = 3, members = members || '[{"id": "00000000-0000-0000-0000-000000000009"}]'
    WHERE id = (SELECT household_id FROM reservation WHERE id = :one)
"""
BROUGHT = """
    INSERT INTO taken_along (member_id, on_day, household_id, grams)
    SELECT CAST(members -> 0 ->> 'id' AS uuid), day.processed, gen_random_uuid(), 500 FROM household CROSS JOIN day
    WHERE household.id = (SELECT household_id FROM reservation WHERE id = :one)
"""
KINDS = ("food", "clothing", "kit", "bed")
BROKEN: dict[str, list[Statement]] = {
    **{f"{kind} is missing": [(GONE, kind)] for kind in KINDS},
    **{f"{kind} is there twice": [(TWICE, kind)] for kind in KINDS},
    **{f"{kind} is a stranger's": [(STRANGERS, kind)] for kind in ("clothing", "bed")},
    **{f"{kind} was given up and nothing followed": [(GIVEN_UP, kind)] for kind in KINDS},
    **{f"{kind} is not asked for": [(NOT_ASKED, kind)] for kind in KINDS},
    **{
        f"{kind} is missing, a kit was given up for good": [(CANCELLED, "kit"), (GONE, kind)]
        for kind in ("food", "bed")
    },
    "a kit is of another kind": [(RENAMED, "kit")],
    "a ration is for one too few": [(FOR_ONE, "food")],
    "a ration begins too late": [(TOO_LATE, "food")],
    "there is one more": [(ONE_MORE, "kit")],
    "food was brought from elsewhere and is wanted again": [(BROUGHT, "food")],
}


async def broken(room: StoreRoom, home: UUID, statements: Sequence[Statement]) -> set[str]:
    """What the doctor says of a household whose rows are so for a moment."""
    found: set[str] = set()
    first = "SELECT id FROM reservation WHERE household_id = :home AND kind = :kind ORDER BY id LIMIT 1"
    async with AsyncSession(room.engine) as session:
        for statement, kind in statements:
            one = await session.scalar(text(first), {"home": home, "kind": kind})
            await session.execute(text(statement), {"one": one})
        found = {each.name for each in await check(room.settings)(session) if each.breaches}
        await session.rollback()
    return found & {NEEDS, CLOSED}


def test_the_doctor_names_each_row_that_was_broken_by_hand(room_url: str) -> None:
    async def breaking(room: StoreRoom) -> dict[str, set[str]]:
        found = {name: await broken(room, HOME, statements) for name, statements in BROKEN.items()}
        return {**found, "of a closed one": await broken(room, CLOSED_HOME, [(OPEN_AGAIN, "kit")])}

    found = told_in(room_url, STORY, breaking)
    assert found == {name: {NEEDS} for name in BROKEN} | {"of a closed one": {CLOSED}}
