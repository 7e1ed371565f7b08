"""What a shortage, the turn of a month and a look cost, by the number of households: inventory alone, on its database.

The service runs in this process without its link: units are opened and timers are done as its tasks would. What counts
is processor time, of this process and of the sessions that the database serves it with.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import date, timedelta
from statistics import median
from typing import Any, cast

import psutil
from pydantic import SecretStr
from sqlalchemy import func, make_url, select
from uuid_utils.compat import uuid7

from services.inventory import handlers
from services.inventory.commands import goods
from services.inventory.ledger import StockLedger
from services.inventory.settings import Settings
from services.inventory.tables import MARKED_SHELF
from shared.cli.wiring import application
from shared.contracts.intake import AgeBand, ClothingSize, HouseholdRegistered, MemberFacts, NeedKind
from shared.service.parts import Service
from shared.settings import ClockMode
from tests.bench.facts import REGION
from tests.bench.ground import Ground, Site
from tests.bench.lane import POLL_SECONDS
from tests.bench.peers.roster import OURS
from tests.bench.trial import Measured, Unsound

REGISTERED, TURNED = date(2006, 11, 29), date(2006, 12, 1)
"""Rations of two days and then of a month, so that much of the one lapses and all of the other is made."""
PEOPLE, RATION_GRAMS = 2, 500
BATCH, LOOKS = 100, 15
PROBE_SECONDS = 0.1
STALLED_SECONDS = 300.0
_RICE = """
    WITH kept AS (INSERT INTO item (code, name, kind, unit) VALUES ('rice', 'Rice', 'food', 'g') RETURNING code)
    INSERT INTO shelf (depot, item) SELECT 'depot', code FROM kept
"""


async def growth(ground: Ground, households: int) -> list[Measured]:
    """Rice for a third: CPU seconds to take all in until the shelf is dealt, and to turn the month until it is dealt
    again; CPU milliseconds of one more household and of a scrape; seconds that another unit waited longest."""
    async with ground.site(kits=0, items=1) as site, _inventory(site) as service:
        await _receive(service, households * PEOPLE * RATION_GRAMS * 2 // 3)
        with _cpu(site) as imported:
            await _register(service, households, BATCH)
            await _until_dealt(service)
        one_more = [await _cost_of(lambda: _register(service, 1, 1)) for _ in range(LOOKS)]
        await _until_dealt(service)
        await service.days.turn_to(TURNED - timedelta(days=1))
        async with _probing(service) as waits:
            with _cpu(site) as turned:
                await service.days.turn_to(TURNED)
            turning = max(waits)
            with _cpu(site) as dealt:
                await _until_dealt(service)
        scrape = [await _cost_of(lambda: _scrape(service)) for _ in range(LOOKS)]
        await _check(service)
    values = {
        "short_import": (imported[0], "CPU s"),
        "one_more_when_short": (median(one_more) * 1000, "CPU ms"),
        "month_turn": (turned[0] + dealt[0], "CPU s"),
        "month_turn wait": (turning, "s"),
        "deal wait": (max(waits), "s"),
        "scrape": (median(scrape) * 1000, "CPU ms"),
    }
    return [Measured(OURS, f"{name} {households:,}", *value) for name, value in values.items()]


@asynccontextmanager
async def _inventory(site: Site) -> AsyncIterator[Service]:
    url = site.database_url("inventory")
    await site.execute("inventory", _RICE)
    await site.execute("inventory", "UPDATE day SET processed = $1", REGISTERED)
    app = application(
        "inventory",
        database_url=url,
        database_password=SecretStr(make_url(url).password or ""),
        clock=ClockMode.MANUAL,
    )
    service: Service = app.state.service
    try:
        yield service
    finally:
        await service.engine.dispose()
        await service.lookout.dispose()


async def _receive(service: Service, grams: int) -> None:
    async with service.units.open() as unit:
        rules = cast(Settings, service.settings).rules
        await goods.receive(unit, rules, "depot", "waybill", [goods.GoodsLine("rice", grams)], None)


async def _register(service: Service, count: int, at_once: int) -> None:
    rules, facts = cast(Settings, service.settings).rules, [_household() for _ in range(count)]
    for start in range(0, count, at_once):
        async with service.units.open() as unit:
            await handlers.on_household_registered(rules, facts[start : start + at_once], unit)


def _household() -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=uuid7(),
        version=1,
        code="LF-06-0001",
        region=REGION,
        registered_on=REGISTERED,
        on=REGISTERED,
        members=tuple(
            MemberFacts(member_id=uuid7(), age_band=AgeBand.ADULT, size=ClothingSize.ADULT_M)
            for _ in range(PEOPLE)
        ),
        needs=frozenset({NeedKind.FOOD}),
    )


async def _until_dealt(service: Service) -> None:
    """Do the service's timers until no shelf is marked. Raises TimeoutError if that takes very long."""
    async with asyncio.timeout(STALLED_SECONDS):
        while True:
            if await service.timers.do_next():
                continue
            async with service.units.read() as session:
                if not await session.scalar(select(func.count()).select_from(MARKED_SHELF)):
                    return
            await asyncio.sleep(POLL_SECONDS)


async def _scrape(service: Service) -> None:
    assert service.observe
    async with service.units.read() as session:
        await service.observe(session)


async def _check(service: Service) -> None:
    assert service.parts.check
    async with service.units.read() as session:
        counts = await service.parts.check(session)
    if broken := {each.name: each.breaches for each in counts if each.breaches}:
        raise Unsound(OURS, broken)


async def _cost_of(do: Callable[[], Awaitable[Any]]) -> float:
    """Processor seconds of this process."""
    before = time.process_time()
    await do()
    return time.process_time() - before


@contextmanager
def _cpu(site: Site) -> Iterator[list[float]]:
    """Processor seconds of this process and of the sessions on the site's database, put into the list at the end."""
    before, spent = time.process_time() + _sessions(site), list[float]()
    yield spent
    spent.append(time.process_time() + _sessions(site) - before)


def _sessions(site: Site) -> float:
    seconds = 0.0
    for process in psutil.process_iter(["cmdline"]):
        title = " ".join(process.info["cmdline"] or ())
        if title.startswith("postgres:") and f" inventory_{site.name} " in title:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seconds += times.user + times.system
    return seconds


@asynccontextmanager
async def _probing(service: Service) -> AsyncIterator[list[float]]:
    """Others who want the shelf all the time; the list gets how long each waited, until its unit was over."""
    waits: list[float] = []

    async def probe() -> None:
        rules = cast(Settings, service.settings).rules
        while True:
            since = time.monotonic()
            async with service.units.open() as unit, StockLedger.open(unit, rules, {"rice"}, puts_off=True):
                pass
            waits.append(time.monotonic() - since)
            await asyncio.sleep(PROBE_SECONDS)

    probing = asyncio.create_task(probe())
    try:
        yield waits
    finally:
        probing.cancel()
        await asyncio.gather(probing, return_exceptions=True)
