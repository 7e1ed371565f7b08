"""A movement of goods is undone in the lots that it moved, or refused."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.inventory.commands import undoing
from shared.contracts.intake import NeedKind
from shared.outcomes import Refused
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.store_story import Step, Story, done, lives, told
from tests.support.world import FIRST_DAY

ITEMS = st.sampled_from(("rice", "first-aid-kit"))
GOODS = done(ITEMS, 40)
NEEDS = st.just(frozenset({NeedKind.FOOD, NeedKind.KIT}))
BEFORE = st.lists(st.one_of(GOODS, GOODS, GOODS, told(NEEDS), lives()), max_size=8)
UNDOABLE = ("received", "adjusted", "counted")


async def lots(room: StoreRoom) -> dict[UUID, tuple[Any, ...]]:
    """What is left of which lot, where, and until when."""
    rows = await room.rows("SELECT id, depot, item, expires_on, on_hand FROM lot WHERE on_hand > 0")
    return {row["id"]: tuple(row.values())[1:] for row in rows}


async def lines(room: StoreRoom) -> list[Any]:
    """The lines of the ledger about goods, the newest first."""
    return await room.rows("SELECT * FROM movement WHERE on_hand <> 0 ORDER BY id DESC")


async def undo(room: StoreRoom, movement: UUID) -> bool:
    """Whether it was undone."""
    answer = await room.do(lambda unit: undoing.reverse(unit, room.rules, movement, "wrong"))
    return not isinstance(answer, Refused)


@tried_with(15)
@given(BEFORE, GOODS)
@example([("receives", ("north", "rice", 10, 3))], ("adjusts", ("north", "rice", -4)))
@example([("receives", ("north", "rice", 10, 3))], ("receives", ("north", "rice", 10, None)))
def test_a_movement_that_is_undone_at_once_leaves_the_lots_as_they_were(
    room_url: str, steps: list[Step], last: Step
) -> None:
    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in steps:
                await story.tell(each)
            before, known = await lots(room), {each["id"] for each in await lines(room)}
            await story.tell(last)
            new = [each for each in await lines(room) if each["id"] not in known]
            undone = [await undo(room, each["id"]) for each in new]
            assert undone == [each["kind"] in UNDOABLE for each in new]
            if all(undone):
                assert await lots(room) == before
            assert await room.breaches() == set()

    asyncio.run(telling())


@tried_with(15)
@given(BEFORE, st.integers(0, 6))
@example([("receives", ("north", "rice", 10, 3)), ("receives", ("north", "rice", 10, None))], 0)
def test_a_movement_that_is_undone_later_changes_its_own_lot_or_nothing(
    room_url: str, steps: list[Step], place: int
) -> None:
    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in steps:
                await story.tell(each)
            before, known = await lots(room), await lines(room)
            if place >= len(known):
                return
            line = known[place]
            own = line["lot_id"]
            (lot,) = await room.rows("SELECT * FROM lot WHERE id = :own", own=own)
            left = lot["on_hand"] - line["on_hand"]
            expired = lot["expires_on"] and lot["expires_on"] < await room.today()
            may = (
                line["kind"] in UNDOABLE
                and left >= 0
                and not (line["on_hand"] < 0 and expired)
                and all(each["reverses"] != line["id"] for each in known)
            )
            assert await undo(room, line["id"]) == may
            if may:
                before[own] = (lot["depot"], lot["item"], lot["expires_on"], left)
            assert await lots(room) == {key: each for key, each in before.items() if each[-1]}
            assert not await undo(room, line["id"])
            assert await room.breaches() == set()

    asyncio.run(telling())


REFUSED: dict[str, tuple[list[Step], str]] = {
    "handed out since": (
        [
            ("receives", ("north", "rice", 20_000, 30)),
            ("registers", (1, 1, "north", frozenset({NeedKind.FOOD}))),
            ("fetches", (1, 4_000)),
        ],
        "Of the 20,000 of rice that came in, 4,000 left depot-north since. Count what is there instead.",
    ),
    "expired since": (
        [
            ("receives", ("north", "rice", 9_000, 2)),
            ("adjusts", ("north", "rice", -500)),
            ("nights", (3,)),
        ],
        "This rice expired on 2006-11-03; it does not come back to depot-north.",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_cannot_be_undone_says_why(room_url: str, why: str) -> None:
    steps, words = REFUSED[why]

    async def telling() -> Any:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            story = Story(room)
            for each in steps:
                await story.tell(each)
            line = next(each for each in await lines(room) if each["kind"] in UNDOABLE)
            return await room.do(lambda unit: undoing.reverse(unit, room.rules, line["id"], "wrong"))

    answer = asyncio.run(telling())
    assert isinstance(answer, Refused)
    assert answer.words == words
