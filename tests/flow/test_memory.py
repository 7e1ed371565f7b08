"""What processes keep in memory is never older than the unit that reads it."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.intake import HouseholdClosed
from shared.messaging.unit import Units
from tests.support.clockwork import FIRST_DAY, OWNER, Shop
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


async def test_after_a_restore_nothing_is_taken_for_what_was_kept_before_it(shop: Shop) -> None:
    here, there = [(await shop.replica(runs=False)).units for _ in range(2)]
    words, others = Words(), Words()
    assert await words.recalled(here) == 0
    async with there.engine.connect() as connection:
        before = await connection.scalar(text("SELECT edition FROM day"))
    for _ in range(2):
        await change(there, others)
    assert await words.recalled(here) == 2
    async with there.engine.begin() as connection:
        await connection.execute(text("DELETE FROM noted"))
        await connection.execute(text("UPDATE day SET edition = :before"), {"before": before})
    # As many changes as before, of which one writes more.
    await change(there, others)
    async with there.open(alone=True) as unit:
        await unit.session.execute(text("INSERT INTO noted (what) VALUES ('one'), ('two'), ('three')"))
        await unit.renew()
    assert await words.recalled(here) == 4


PARTS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'journal'::regclass"


async def drop_parts(units: Units) -> None:
    async with units.engine.begin() as connection:
        for part in (await connection.scalars(text(PARTS))).all():
            await connection.execute(text(f"DROP TABLE {part}"))


async def say(units: Units, *, times: int = 1, in_the_end: bool = True) -> None:
    async with units.open() as unit:
        for _ in range(times):
            unit.say(HouseholdClosed(household_id=uuid4(), version=2, on=FIRST_DAY))
            await units.write(unit)
        assert in_the_end or 1 // 0


async def test_a_month_of_the_journal_that_is_gone_is_made_anew(shop: Shop) -> None:
    units = (await shop.replica(runs=False)).units
    await drop_parts(units)
    for _ in range(3):
        await say(units)
    # Somebody drops the month under a process that knows it: that costs one failure, and no more.
    await drop_parts(units)
    with pytest.raises(IntegrityError):
        await say(units)
    await say(units)
    # Whoever made the month and then rolled back knows nothing.
    await drop_parts(units)
    with pytest.raises(ZeroDivisionError):
        await say(units, times=3, in_the_end=False)
    await say(units)
