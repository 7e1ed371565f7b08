"""Clocks that differ, days that turn twice at once, and months that end in the middle of everything."""

import asyncio
from datetime import UTC, date, datetime
from functools import partial
from itertools import pairwise
from typing import Any

from shared.cli.local.processes import stop_all
from shared.settings import ClockMode
from tests.faults.counting import settle
from tests.faults.load import Caller, calling, prepare, register, under_load
from tests.faults.registry import scenario
from tests.faults.replicas import Replica
from tests.faults.site import Site, until

MONTHS = (date(2006, 12, 1), date(2007, 1, 1))
MONTHS_END = date(2006, 11, 29)
FORECASTS_SAID = """
    SELECT concat_ws(' ', data::json ->> 'short_days', data::json ->> 'short_days_after_transfers') FROM journal
    WHERE contract = 'inventory.shortfall_forecast.v1' ORDER BY message_id
"""


@scenario(prepared=False)
async def the_clock_of_one_service_is_an_hour_ahead(site: Site) -> None:
    """In two time zones an hour apart between which it is midnight now: their todays differ."""
    await asyncio.to_thread(stop_all, [replica.daemon for replica in site.every()])
    for service in site.replicas.values():
        for replica in service:
            await site.value(replica.name, "DELETE FROM day")
    hour = datetime.now(UTC).hour
    behind = 23 - hour if hour >= 10 else -1 - hour
    for replica, offset in [(each, behind) for each in site.intake] + [
        (each, behind + 1) for each in site.inventory
    ]:
        # In the names of these zones east is negative.
        replica.settings["RELIEF_TIME_ZONE"] = f"Etc/GMT{-offset:+d}"
        replica.settings["RELIEF_CLOCK"] = ClockMode.WALL.value
    await site.bring_back()
    site.fault()
    await prepare(site)
    todays = [await site.value(name, "SELECT processed FROM day") for name in site.replicas]
    assert todays[1] > todays[0], f"the todays do not differ: {todays}"
    await register(site)


@scenario(short=True)
async def two_replicas_renew_the_rations_at_the_same_time(site: Site) -> None:
    await register(site)
    await settle(site)
    async with calling(site) as caller:
        for first in MONTHS:
            await turn(caller, site.inventory, first)
            await turn(caller, site.intake, first)
            site.fault()
    await renewed_once(site)


@scenario()
async def the_month_ends_under_load_while_replicas_are_killed(site: Site) -> None:
    """The clock jumps over the end of the month, and each replica dies once on the way."""
    async with under_load(site) as load, calling(site) as caller:
        await load.more(site.households // 2)
        await turn(caller, site.inventory, MONTHS_END)
        for replica in site.inventory:
            turning = asyncio.create_task(turn(caller, site.inventory, MONTHS[0]))
            await asyncio.sleep(site.rng.uniform(0, 0.5))
            await asyncio.to_thread(replica.kill)
            site.fault()
            replica.launch()
            await asyncio.to_thread(replica.wait_ready)
            await turning
        await turn(caller, site.intake, MONTHS[0])
        await turn(caller, site.inventory, MONTHS[1])
        await turn(caller, site.intake, MONTHS[1])
    await settle(site)
    await renewed_once(site)


async def turn(caller: Caller, replicas: list[Replica], to: date) -> None:
    """Ask every replica at the same time; one that dies is asked again."""

    async def ask(replica: Replica) -> None:
        await until(partial(caller.post_to, replica, "/clock", {"to": to.isoformat()}), bool)

    await asyncio.gather(*(ask(replica) for replica in replicas))


async def renewed_once(site: Site) -> None:
    """AssertionError if a household has two rations from the first of a month, or none although it ate before.

    Of households that were changed or closed meanwhile only the doctor can say what they should have.
    """
    for first in MONTHS:
        twice = await site.value("inventory", RENEWED_TWICE, first, list(site.settled))
        missed = await site.value("inventory", NOT_RENEWED, first, list(site.settled))
        assert (twice, missed) == (0, 0), f"from {first}: {twice} households twice, {missed} not at all"


RENEWED_TWICE = """
    SELECT count(*) FROM (
        SELECT FROM reservation WHERE kind = 'food' AND first_day = $1 AND household_id <> ALL($2::uuid[])
        GROUP BY household_id HAVING count(*) > 1) each
"""
NOT_RENEWED = """
    SELECT count(DISTINCT household_id) FROM reservation before
    WHERE kind = 'food' AND first_day < $1 AND household_id <> ALL($2::uuid[])
    AND NOT EXISTS (SELECT FROM reservation renewed WHERE renewed.household_id = before.household_id
                    AND renewed.kind = 'food' AND renewed.first_day = $1)
"""


@scenario()
async def two_replicas_forecast_at_the_same_time(site: Site) -> None:
    """There is too little rice, and what is missing changes with each registration: each news is told once."""
    async with calling(site) as caller:
        for region in ("north", "south"):
            body = {"depot": f"depot-{region}", "item": "rice", "quantity": -190_000 * site.households}
            await caller.post("inventory", "/adjustments", {**body, "reason": "a fault of the tests"})
        body = {"item": "rice", "until": "2006-12-31"}
        async with under_load(site) as load:
            for _ in range(20):
                await load.more(3)
                await asyncio.gather(*(ask_for_forecast(caller, each, body) for each in site.inventory))
                site.fault()
    await settle(site)
    async with site.connect("inventory") as database:
        said = [row[0] for row in await database.fetch(FORECASTS_SAID)]
    assert said, "no shortfall was said"
    again = sum(earlier == later for earlier, later in pairwise(said))
    assert not again, f"{again} of {len(said)} forecasts were said again without news"


async def ask_for_forecast(caller: Caller, replica: Replica, body: dict[str, Any]) -> None:
    assert await caller.post_to(replica, "/forecasts", body), "no forecast"
