"""What units wanted done later is done once, in time, by one replica, or parked where an operator sees it."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from shared.cli.operate import parked_timers
from shared.cli.operate.doctor.services import timer_findings
from shared.cli.stack import ROOT
from shared.database.tables import discard, target, timer
from shared.messaging import unit as units
from shared.messaging.crashpoints import SETTING, TIMER_DONE
from shared.messaging.timer_rows import parked_timers as parked_by_name
from shared.messaging.timer_rows import share_reminder
from shared.messaging.timers import LOST_IN_A_ROW
from shared.messaging.turning import Days
from shared.messaging.unit import Unit
from tests.support.clockwork import FIRST_DAY, NAME, OWNER, Shop, note, running
from tests.support.databases import Databases
from tests.support.driver import WAITING
from tests.support.servers import Servers
from tests.support.waiting import until

PROCESS_SECONDS = 60


@pytest.fixture
async def shop(servers: Servers, databases: Databases) -> AsyncIterator[Shop]:
    async with AsyncExitStack() as stack:
        yield Shop(servers.database_url(OWNER, databases[OWNER]), servers.passwords[OWNER], stack)


def now() -> datetime:
    return datetime.now(UTC)


async def clock() -> datetime:
    return now()


@dataclass
class Held:
    """A timer's work that is begun and does not end until it is told to."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, payload: Mapping[str, Any], unit: Unit) -> None:
        await note(payload, unit)
        self.begun.set()
        await self.go_on.wait()


async def test_each_timer_is_done_once_by_two_replicas(shop: Shop) -> None:
    held = Held()
    first = await shop.replica(runs=False, held=held)
    second = await shop.replica(runs=False, held=held)
    await shop.set(now(), "held", name="held")
    doing = asyncio.create_task(first.timers.do_next())
    await held.begun.wait()
    # Another looks while it is being done: it neither does it too nor waits for it.
    async with asyncio.timeout(5):
        assert await second.timers.do_next() is False
    held.go_on.set()
    assert await doing
    keys = [f"key {n}" for n in range(60)]
    await shop.set(now(), *keys)
    async with running(first), running(second):
        await shop.none_left()
    assert sorted(await shop.noted()) == sorted(["held", *keys])


class Behind(datetime):
    """The clock of a service that is a minute behind the database's."""

    @classmethod
    def now(cls, tz: Any = None) -> "Behind":
        return super().now(tz) - timedelta(minutes=1)


async def test_what_a_timer_does_never_finds_that_its_time_has_not_come(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[datetime] = []

    async def look(_: Mapping[str, Any], unit: Unit) -> None:
        seen.append(unit.now)

    replica = await shop.replica(runs=False, look=look)
    due = now()
    await shop.set(due, "look", name="look")
    monkeypatch.setattr(units, "datetime", Behind)
    assert await replica.timers.do_next()
    assert seen == [due]


async def test_a_timer_whose_replica_is_killed_before_it_commits_is_done_by_another(shop: Shop) -> None:
    await shop.replica(runs=False)
    await shop.set(now(), "once")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), SETTING: TIMER_DONE}
    command = (sys.executable, "-m", "tests.support.clockwork", shop.url, shop.password)
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment)
    async with asyncio.timeout(PROCESS_SECONDS):
        assert await process.wait() == -signal.SIGKILL
    assert await shop.noted() == []
    assert [(row.key, row.tries) for row in await shop.rows()] == [("once", 0)]
    await shop.replica()
    await shop.none_left()
    assert await shop.noted() == ["once"]


async def test_a_timer_is_cancelled_in_time_or_not_at_all(shop: Shop) -> None:
    held = Held()
    service = await shop.replica(held=held)
    await shop.set(now() + timedelta(hours=1), "early", "kept")
    with suppress(ZeroDivisionError):
        async with service.units.open() as unit:
            assert await unit.cancel("kept")
            raise ZeroDivisionError
    async with service.units.open() as unit:
        unit.later("note", {"what": "at once"}, now(), "at once")
        assert await unit.cancel("early")
        assert await unit.cancel("at once")
        assert not await unit.cancel("early")
    assert [row.key for row in await shop.rows()] == ["kept"]
    await shop.set(now(), "late", name="held")
    await held.begun.wait()
    async with asyncio.timeout(5), service.units.open() as unit:
        assert not await unit.cancel("late")
    held.go_on.set()
    await until(shop.noted, lambda found: found == ["late"])


async def test_a_timer_that_is_set_again_is_done_once_at_its_new_time(shop: Shop) -> None:
    await shop.replica()
    await shop.set(now() + timedelta(hours=1), "moved")
    await shop.set(now(), "moved")
    await shop.none_left()
    assert await shop.noted() == ["moved"]


@dataclass
class Failing:
    """A timer's work that fails so often; what it wrote before is undone each time."""

    times: int
    fail: Callable[[Unit], Awaitable[object]]
    tried: int = 0

    async def __call__(self, payload: Mapping[str, Any], unit: Unit) -> None:
        await note(payload, unit)
        self.tried += 1
        if self.tried <= self.times:
            await self.fail(unit)


async def by_a_bug(unit: Unit) -> None:
    raise ZeroDivisionError("a bug of the tests")


async def by_an_outage(unit: Unit) -> None:
    await unit.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def park_one(shop: Shop) -> None:
    """A timer that fails until it is parked."""
    await shop.set(now(), "bad", name="failing")
    while not (await shop.rows())[0].parked_at:
        await shop.services[0].timers.do_next()


async def test_each_failure_counts_as_one_try_whoever_tries_next(shop: Shop) -> None:
    failing = Failing(3, by_a_bug)
    for _ in range(2):
        await shop.replica((0, 0), failing=failing)
    await shop.set(now(), "bad", name="failing")
    (row,) = await until(shop.rows, lambda rows: rows[0].parked_at)
    assert (failing.tried, row.tries) == (3, 3)
    assert await shop.noted() == []


async def test_a_timer_is_parked_after_its_tries_shown_and_replayed(shop: Shop) -> None:
    failing = Failing(3, by_a_bug)
    service = await shop.replica((0, 0), runs=False, failing=failing)
    await park_one(shop)
    assert await service.timers.do_next() is False
    (row,) = await shop.rows()
    assert (failing.tried, row.tries) == (3, 3)
    (line,) = await parked_timers.parked_in(shop.addresses, NAME)
    assert (line.queue, line.key, line.payload) == ("timer:failing", "bad", {"what": "bad"})
    assert line.reason.startswith("ZeroDivisionError in ")
    assert "a bug of the tests" not in line.reason
    async with service.units.read() as session:
        assert await parked_by_name(session) == {"failing": 1}
    (finding,) = await timer_findings(shop.addresses)
    assert (finding.counted, finding.breaches) == (0, 0)
    assert await parked_timers.replay(shop.addresses, "timer:failing", "another") == 0
    assert await parked_timers.replay(shop.addresses, "timer:note", None) == 0
    assert await parked_timers.replay(shop.addresses, "timer:failing", "bad") == 1
    assert await service.timers.do_next() is True
    assert await shop.rows() == []
    assert await shop.noted() == ["bad"]


async def test_a_parked_timer_that_is_given_up_leaves_a_line_each_time(shop: Shop) -> None:
    await shop.replica(runs=False, failing=Failing(2, by_a_bug))
    for _ in range(2):
        await park_one(shop)
        assert await parked_timers.give_up(shop.addresses, "timer:failing", "other", "no use", "me") == 0
        assert await parked_timers.give_up(shop.addresses, "timer:failing", "bad", "no use", "me") == 1
        assert await shop.rows() == []
    async with shop.services[0].units.read() as session:
        lines = (await session.execute(select(discard))).all()
    assert {(each.message_id, each.contract, each.reason, each.discarded_by) for each in lines} == {
        ("bad", "timer:failing", "no use", "me")
    }
    assert len(lines) == 2


async def test_an_outage_costs_no_try(shop: Shop) -> None:
    """A single failure would park it."""
    failing = Failing(2, by_an_outage)
    await shop.replica((), failing=failing)
    await shop.set(now(), "in the end", name="failing")
    await shop.none_left()
    assert failing.tried == 3
    assert await shop.noted() == ["in the end"]


async def test_a_timer_that_always_loses_its_own_transaction_is_parked_in_the_end(shop: Shop) -> None:
    """The database is there for all others, so it is no outage."""
    failing = Failing(100, by_an_outage)
    service = await shop.replica((0,), runs=False, failing=failing)
    await shop.set(now(), "bad", name="failing")
    for _ in range(2 * LOST_IN_A_ROW):
        assert (await shop.rows())[0].parked_at is None
        with suppress(DBAPIError):
            await service.timers.do_next()
    (row,) = await shop.rows()
    assert (failing.tried, row.tries, row.parked_at is None) == (2 * LOST_IN_A_ROW, 2, False)


@pytest.mark.parametrize("runs", [False, True], ids=["by the turn alone", "beside the loops"])
async def test_a_date_is_done_on_its_day_before_the_next_day_turns(shop: Shop, *, runs: bool) -> None:
    service = await shop.replica((3600,), runs=runs, bad=Failing(9, by_a_bug))
    third = FIRST_DAY + timedelta(days=2)
    await shop.set(third, "third", "too")
    await shop.set(third, "bad", name="bad")
    await shop.set(FIRST_DAY + timedelta(days=30), "later")

    async def on_day(day: date, unit: Unit) -> None:
        await note({"what": f"day {day.day}"}, unit)

    for to in (FIRST_DAY + timedelta(days=1), FIRST_DAY + timedelta(days=4)):
        await Days(service.units, service.timers, on_day).turn_to(to)
    assert await shop.noted() == ["day 2", "day 3", "third", "too", "day 4", "day 5"]
    async with service.units.read() as session:
        days = set(await session.scalars(text("SELECT today FROM noted WHERE what IN ('third', 'too')")))
    assert days == {third}
    # One that fails is tried again later, and keeps no day from turning.
    assert [(row.key, row.tries) for row in await shop.rows()] == [("bad", 1), ("later", 0)]


async def test_a_date_that_has_come_is_done_at_once(shop: Shop) -> None:
    await shop.replica()
    await shop.set(FIRST_DAY, "today")
    await shop.none_left()
    assert await shop.noted() == ["today"]


async def test_who_made_a_reminder_waits_for_nobody_who_may_wait_for_the_reminder(shop: Shop) -> None:
    """Both write the same row; one of them wrote it before its end, the other one gathers it until then."""
    service = await shop.replica(runs=False)
    units, row = service.units, {"area": 8, "words": "gifts", "target": 1, "unit": "gifts"}
    ending = asyncio.Event()

    async def waiting() -> int:
        async with units.read() as session:
            return int(await session.scalar(text(WAITING)) or 0)

    async def gathers() -> None:
        async with units.open() as unit:
            unit.writes.replace(target, [{"measure": "gifts", **row}])
            unit.remind("look")
            await ending.wait()

    # Both share the reminder of one second, so they begin early in it.
    await until(clock, lambda found: found.microsecond < 300_000)
    other = asyncio.create_task(gathers())
    async with units.open() as unit:
        unit.writes.replace(target, [{"measure": "gifts", **row}])
        await unit.session.write()
        ending.set()
        await until(waiting, bool)
        unit.remind("look")
    await other


async def test_a_reminder_is_done_after_the_last_of_the_units_that_share_it(shop: Shop) -> None:
    seen: list[set[str]] = []

    async def look(_: Mapping[str, Any], unit: Unit) -> None:
        seen.append(set(await unit.session.scalars(text("SELECT what FROM noted"))))

    service = await shop.replica(runs=False, look=look)
    # Both share the reminder of one second, so they begin early in it.
    await until(clock, lambda found: found.microsecond < 300_000)
    async with service.units.open() as unit:
        await note({"what": "first"}, unit)
        unit.remind("look")
    async with service.units.open() as last:
        await share_reminder(last.session, "look")
        (row,) = await shop.rows()
        await note({"what": "last"}, last)
        await until(clock, lambda found: found > row.ready_at)
        assert await service.timers.do_next() is False
    assert await service.timers.do_next() is True
    assert await service.timers.do_next() is False
    assert seen == [{"first", "last"}]


async def test_the_doctor_tells_a_late_timer_from_one_that_waits(shop: Shop) -> None:
    await shop.replica(runs=False)
    await shop.set(now() - timedelta(seconds=50), "due")
    await shop.set(now() + timedelta(hours=1), "to come")
    await shop.set(FIRST_DAY + timedelta(days=1), "of tomorrow")
    await shop.set(FIRST_DAY, "of today")

    async def set_long_ago() -> None:
        async with shop.services[0].engine.begin() as connection:
            change = timer.update().where(timer.c.due_on.is_not(None))
            await connection.execute(change.values(ready_at=now() - timedelta(days=3)))

    await set_long_ago()
    (finding,) = await timer_findings(shop.addresses)
    assert (finding.name, finding.counted, finding.breaches) == (f"{NAME}: timers: none is late", 4, 0)
    assert len(finding.unsettled) == 1
    await shop.set(now() - timedelta(seconds=70), "due")
    (finding,) = await timer_findings(shop.addresses)
    assert finding.breaches == 1
