"""Whatever is taken back, freed or comes in, of whole things nothing lies free that somebody waits for."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.inventory.domain.items import Kind
from services.inventory.domain.reservations import Reservation
from services.inventory.repository.reservations import reservations_where
from shared.contracts.intake import NeedKind
from tests.support.catalogue import CATALOGUE
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.store_story import WHOLE, Step, Story, done, lives, told
from tests.support.world import FIRST_DAY

IDLE = "no whole thing lies free that somebody waits for"
KIT, CLOTHES = frozenset({NeedKind.KIT}), frozenset({NeedKind.CLOTHING})
KINDS = st.frozensets(st.sampled_from((NeedKind.KIT, NeedKind.CLOTHING, NeedKind.SHELTER)), min_size=1)
GOODS = done(st.sampled_from(WHOLE), 3)
STEPS = st.lists(st.one_of(told(KINDS), GOODS, GOODS, lives()), min_size=3, max_size=14)


async def all_rows(room: StoreRoom) -> dict[Any, Reservation]:
    async with room.units.read() as session:
        return {each.id: each for each in await reservations_where(session)}


def passed(before: dict[Any, Reservation], after: dict[Any, Reservation]) -> list[Reservation]:
    """Who was given a thing in a step, while somebody before them in line went on waiting for the same."""
    waiting = [each for each in after.values() if each.short and each.kind is not Kind.FOOD]
    given = [
        each for key, each in after.items() if each.reserved and not (key in before and before[key].reserved)
    ]
    return [
        each
        for each in given
        if any(of.requested_item == each.requested_item and of.order < each.order for of in waiting)
    ]


def told_in(room_url: str, steps: Sequence[Step]) -> list[Reservation]:
    async def telling() -> list[Reservation]:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in steps:
                before = await all_rows(room)
                await story.tell(each)
                assert await room.breaches() == set(), each
                assert passed(before, await all_rows(room)) == [], each
            return list((await all_rows(room)).values())

    return asyncio.run(telling())


def kits(north: int, south: int, days: int | None = None) -> list[Step]:
    pairs = (("north", north), ("south", south))
    return [("receives", (region, "first-aid-kit", many, days)) for region, many in pairs if many]


ON_A_SHELF = "INSERT INTO shelf (depot, item, on_hand) VALUES ('depot-south', :item, 1)"
ONE_THERE: list[Step] = [*kits(1, 0), ("registers", (1, 1, "north", KIT)), *kits(0, 1)]
LOST: dict[str, list[Step]] = {
    "counted away": [*ONE_THERE, ("counts", ("north", {WHOLE[0]: 0}))],
    "written off": [*ONE_THERE, ("adjusts", ("north", WHOLE[0], -1))],
    "expired": [*kits(1, 0, 1), *ONE_THERE[1:], ("nights", (2,))],
    "undone": [*ONE_THERE, ("undoes", (1,))],
}


@pytest.mark.parametrize("how", LOST)
def test_who_loses_a_thing_is_given_one_from_another_depot_at_once(room_url: str, how: str) -> None:
    (kit,) = told_in(room_url, LOST[how])
    assert (kit.reserved, kit.depot) == (1, "depot-south")


@tried_with(15)
@given(STEPS)
@example(
    [
        *kits(1, 0),
        ("registers", (2, 1, "north", KIT)),
        ("registers", (1, 1, "north", KIT)),
        ("moves_while_another_comes", (2, 1, "south")),
    ]
)
@example(
    [
        ("receives", ("north", "winter-M", 1, None)),
        ("registers", (1, 2, "north", CLOTHES)),
        ("receives", ("south", "winter-M", 1, None)),
        ("counts", ("north", {"winter-M": 0, "winter-S": 1})),
    ]
)
def test_no_whole_thing_lies_free_that_somebody_waits_for_and_nobody_is_passed(
    room_url: str, steps: list[Step]
) -> None:
    told_in(room_url, steps)


def test_a_long_line_for_one_thing_hides_nobody_who_waits_for_another_that_comes_with_it(
    room_url: str,
) -> None:
    counted: Step = ("counts", ("north", {"first-aid-kit": 1, "winter-S": 1}))
    rows = told_in(
        room_url,
        [
            *(("registers", (number, 9, "north", CLOTHES)) for number in range(1, 40)),
            ("registers", (200, 1, "north", KIT)),
            counted,
        ],
    )
    assert [each.reserved for each in rows if each.kind is Kind.KIT] == [1]


def test_an_item_that_is_another_size_after_all_goes_to_those_who_wait_for_that(room_url: str) -> None:
    box = {**next(each for each in CATALOGUE["items"] if each["code"] == "winter-S"), "code": "box"}

    async def telling() -> tuple[list[Reservation], set[str]]:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            await room.rows("DELETE FROM item WHERE code IN ('winter-S', 'summer-XXL')")
            await room.load({"items": [{**box, "season": "summer", "size": "XXL"}]})
            await story.tell(("receives", ("north", "box", 1, None)))
            await story.tell(("registers", (1, 1, "north", CLOTHES)))
            assert [each.short for each in (await all_rows(room)).values()] == [1]
            await room.load({"items": [box]})
            return list((await all_rows(room)).values()), await room.breaches()

    (row,), breaches = asyncio.run(telling())
    assert (row.reserved, row.item, breaches) == (1, "box", set())


def test_the_doctor_sees_a_thing_that_lies_free_while_somebody_waits(room_url: str) -> None:
    async def telling() -> list[set[str]]:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            await Story(room).tell(("registers", (1, 1, "north", KIT | CLOTHES)))
            seen = []
            for item in ("first-aid-kit", "winter-S", "winter-M", "winter-L", "bed"):
                await room.rows(ON_A_SHELF, item=item)
                seen.append(await room.breaches() & {IDLE})
                await room.rows("DELETE FROM shelf")
            return seen

    assert asyncio.run(telling()) == [{IDLE}, {IDLE}, {IDLE}, set(), set()]
