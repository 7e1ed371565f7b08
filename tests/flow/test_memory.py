"""What processes keep in memory is never older than the unit that reads it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.unit import Units
from tests.support.clockwork import OWNER, Shop
from tests.support.databases import Databases
from tests.support.servers import Servers


@pytest.fixture
async def shop(servers: Servers, databases: Databases) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as stack:
        yield Shop(servers.database_url(OWNER, databases[OWNER]), servers.passwords[OWNER], stack)


class Words:
    """How many words are noted, and how often that was counted."""

    def __init__(self) -> None:
        self.loaded = 0

    async def load(self, session: AsyncSession) -> int:
        self.loaded += 1
        return int(await session.scalar(text("SELECT count(*) FROM noted")) or 0)

    async def recalled(self, units: Units) -> int:
        async with units.open() as unit:
            return await unit.recall("words", self.load)


async def change(units: Units, words: Words, *, in_the_end: bool = True) -> None:
    with suppress(ZeroDivisionError):
        async with units.open(alone=True) as unit:
            await unit.session.execute(text("INSERT INTO noted (what) VALUES ('new')"))
            await unit.renew()
            # Who changes it sees what it wrote; nobody else may keep that.
            assert await unit.recall("words", words.load) >= 1
            assert in_the_end or 1 // 0


async def test_it_is_loaded_once_and_anew_by_every_process_after_a_change(shop: Shop) -> None:
    here, there = [(await shop.replica(runs=False)).units for _ in range(2)]
    words, others = Words(), Words()
    for _ in range(3):
        assert [await words.recalled(here), await others.recalled(there)] == [0, 0]
    assert (words.loaded, others.loaded) == (1, 1)
    await change(here, Words())
    assert [await words.recalled(here), await others.recalled(there)] == [1, 1]
    await change(there, Words(), in_the_end=False)
    assert [await words.recalled(here), await others.recalled(there)] == [1, 1]
    assert (words.loaded, others.loaded) == (2, 2)
