"""What is asked at the same time is one unit's; whoever is to blame for its failure stands alone in the end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from shared.messaging.gathering import Gathered
from shared.messaging.unit import Units
from shared.principals import Principal, PrincipalKind

ACTOR = Principal("somebody", PrincipalKind.SERVICE)


class Fake:
    """Units without a database, and the work that is done in them; `held` lets the first unit wait."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there
        self.batches: list[list[str]] = []
        self.committed: list[str] = []
        self.begun, self.held = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def open(self, **_: Any) -> AsyncIterator[list[str]]:
        done: list[str] = []
        yield done
        self.committed += done

    async def answer(self) -> bool:
        return self.there

    async def work(self, unit: Any, asked: Sequence[str]) -> list[str]:
        self.batches.append([*asked])
        self.begun.set()
        await self.held.wait()
        if not self.there or ("too much" in asked and len(asked) > 1):
            raise ConnectionResetError
        if "bad" in asked:
            raise ValueError("bad")
        unit += asked
        return [each.upper() for each in asked]

    async def ask(self, *asked: str, most: int = 100) -> list[str | BaseException]:
        """The first goes alone; the others come while it is under way."""
        gathered = Gathered[str, str](cast(Any, self.work), ACTOR, most)
        units = cast(Units, self)
        first = asyncio.ensure_future(gathered.ask(units, asked[0]))
        await self.begun.wait()
        others = [asyncio.ensure_future(gathered.ask(units, each)) for each in asked[1:]]
        await asyncio.sleep(0)
        self.held.set()
        return await asyncio.gather(first, *others, return_exceptions=True)


async def test_one_that_comes_alone_goes_at_once_and_what_waits_meanwhile_is_the_next_unit_s() -> None:
    fake = Fake()
    assert await fake.ask("a", "b", "c", "d") == ["A", "B", "C", "D"]
    assert fake.batches == [["a"], ["b", "c", "d"]]


async def test_a_unit_takes_no_more_than_its_most() -> None:
    fake = Fake()
    await fake.ask("a", "b", "c", "d", most=2)
    assert fake.batches == [["a"], ["b", "c"], ["d"]]


async def test_one_that_fails_costs_no_other() -> None:
    fake = Fake()
    *good, bad, last = await fake.ask("a", "b", "c", "d", "bad", "e")
    assert (good, last) == (["A", "B", "C", "D"], "E")
    assert isinstance(bad, ValueError)
    assert fake.committed == ["a", "b", "c", "d", "e"]


async def test_a_unit_that_is_too_much_for_a_database_that_is_there_is_halved() -> None:
    fake = Fake()
    assert await fake.ask("a", "b", "too much", "c") == ["A", "B", "TOO MUCH", "C"]


async def test_while_the_database_is_away_all_are_told_so_at_once() -> None:
    fake = Fake(there=False)
    answers = await fake.ask("a", "b", "c", "d")
    assert [type(each) for each in answers] == [ConnectionResetError] * 4
    assert fake.batches == [["a"], ["b", "c", "d"]]


async def test_who_does_not_wait_any_more_is_in_nobody_s_way() -> None:
    fake = Fake()
    gathered = Gathered[str, str](cast(Any, fake.work), ACTOR)
    units = cast(Units, fake)
    gone = asyncio.ensure_future(gathered.ask(units, "a"))
    await fake.begun.wait()
    stays = asyncio.ensure_future(gathered.ask(units, "b"))
    gone.cancel()
    fake.held.set()
    assert await stays == "B"
    assert fake.committed == ["a", "b"]
    with pytest.raises(asyncio.CancelledError):
        await gone
