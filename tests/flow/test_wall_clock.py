"""Days, months and what is trimmed, when the clock is wrong, was wrong, or stands at the end of a month."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, insert, select, text, update

from shared.contracts.intake import HouseholdClosed
from shared.database.tables import answer, day, inbox, journal
from shared.messaging import housekeeping
from shared.messaging.housekeeping import MONTHS_MADE, make_months, tidy
from shared.messaging.months import months_from
from shared.messaging.wall_clock import MOST_DAYS
from shared.service.parts import Service
from shared.settings import ClockMode
from tests.support.replica import Replica
from tests.support.waiting import until
from tests.support.world import World

JOURNAL_DAYS = 400
PARTS = text("""
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'journal'::regclass ORDER BY 1
""")


@pytest.fixture
async def intake(bare_world: World) -> Replica:
    (replica,) = await bare_world.start("intake", clock=ClockMode.WALL)
    return replica


async def parts(service: Service) -> list[str]:
    async with service.units.read() as session:
        return list(await session.scalars(PARTS))


async def test_a_first_start_on_30_january_makes_the_month_after(intake: Replica) -> None:
    async with intake.service.engine.begin() as connection:
        await make_months(connection, date(2031, 1, 30))
    assert (await parts(intake.service))[-3:] == ["journal_2031_01", "journal_2031_02", "journal_2031_03"]


async def test_who_speaks_in_a_month_without_a_part_makes_it(intake: Replica) -> None:
    """Two at once, and one that rolls back."""
    units = intake.service.units
    both = asyncio.Barrier(2)

    async def speak(at: datetime, *, fails: bool = False) -> None:
        async with units.open() as unit:
            if not fails:
                await both.wait()
            unit.now = at
            unit.say(closed())
            if fails:
                await units.write(unit)
                raise ZeroDivisionError

    february = datetime(2031, 2, 1, tzinfo=UTC)
    with pytest.raises(ZeroDivisionError):
        await speak(february, fails=True)
    await asyncio.gather(speak(february), speak(february))
    await asyncio.gather(speak(february), speak(datetime(2031, 3, 31, tzinfo=UTC)))
    async with units.read() as session:
        assert await session.scalar(select(func.count()).where(journal.c.said_at >= february)) == 4


def closed() -> HouseholdClosed:
    return HouseholdClosed(household_id=uuid4(), version=2, on=date(2031, 2, 1))


async def test_a_service_tidies_by_itself(bare_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "FIRST_SECONDS", 0.0)
    old = "INSERT INTO answer (actor, key, digest, answered_at) VALUES ('a', 'k', '', '2000-01-01')"
    bare_world.servers.sql(old, bare_world.databases["intake"])
    (replica,) = await bare_world.start("intake")
    await until(lambda: kept(replica.service), lambda there: "answer a" not in there)


async def test_a_wrong_clock_erases_nothing_and_a_right_one_what_is_old(intake: Replica) -> None:
    service = intake.service
    now = datetime.now(UTC)
    async with service.engine.begin() as connection:
        await make_months(connection, now.date() - timedelta(days=500))
        row = {"contract": "x", "digest": b"", "handled_at": now - timedelta(days=JOURNAL_DAYS + 20)}
        await connection.execute(insert(inbox).values(message_id=uuid4(), **row))
        row = {"actor": "a", "digest": b"", "answered_at": now - timedelta(days=20)}
        await connection.execute(insert(answer).values(key="k", **row))
    every = await kept(service)
    then = now + timedelta(days=MOST_DAYS)
    await tidy(service.engine, then, JOURNAL_DAYS)
    left = await kept(service)
    assert {"answer a", "inbox x", f"journal_{now:%Y_%m}"} <= left
    assert every - left, "the oldest months are dropped"
    # At the end of a month it is another one by then.
    ahead = {f"journal_{each:%Y_%m}" for each in months_from(then.date(), MONTHS_MADE)}
    assert left - every <= ahead
    for wrong in (now + timedelta(days=20 * 365), datetime(1970, 1, 1, tzinfo=UTC)):
        await tidy(service.engine, wrong, JOURNAL_DAYS)
        assert left <= await kept(service)

    later = now + timedelta(days=100)
    async with service.engine.begin() as connection:
        await connection.execute(update(day).values(processed=later.date()))
    await tidy(service.engine, later, JOURNAL_DAYS)
    assert not await kept(service) & {"answer a", "inbox x"}


async def kept(service: Service) -> set[str]:
    async with service.units.read() as session:
        rows = {f"answer {key}" for key in await session.scalars(select(answer.c.actor))}
        rows |= {f"inbox {key}" for key in await session.scalars(select(inbox.c.contract))}
    return rows | set(await parts(service))


async def test_days_wait_until_an_operator_confirms_a_date_far_ahead(
    intake: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, today = intake.service.wall_clock, intake.service.wall_clock.today()
    ahead = today + timedelta(days=8)
    monkeypatch.setattr(clock, "today", lambda: ahead)
    following = asyncio.create_task(follow(intake.service))

    async def held() -> str:
        return clock.held

    assert "8 days to make up" in await until(held, bool)

    async def broken() -> list[str]:
        return [each["name"] for each in await intake.get("/checks") if each["breaches"]]

    status = await intake.get("/status")
    assert (status["today"], status["days_behind"]) == (today.isoformat(), 8)
    assert f"is {ahead} the right date?" in status["days_held"]
    assert await broken() == ["the day follows the wall clock"]
    await intake.client.get("http://test/metrics")
    assert await intake.metric("relief_days_held") == 1
    assert await intake.metric("relief_days_behind") == 8
    assert (await intake.get("/readyz"))["problems"] == []

    for wrong in (today - timedelta(days=1), ahead + timedelta(days=1)):
        refused = await intake.try_post("/clock", {"to": wrong.isoformat()})
        assert refused.status_code == 409
        assert f"today is {today}, the clock says {ahead}" in refused.json()["detail"]
    assert (await intake.post("/clock", {"to": ahead.isoformat()}))["today"] == ahead.isoformat()
    await until(held, lambda why: not why)
    assert (await intake.get("/status"))["days_held"] == ""
    assert await broken() == []
    monkeypatch.setattr(clock, "today", lambda: ahead - timedelta(days=1))
    assert (await intake.get("/status"))["days_behind"] == -1
    assert await broken() == ["the day follows the wall clock"]
    following.cancel()


async def follow(service: Service) -> None:
    await service.days.follow(service.wall_clock, every=0.05)
