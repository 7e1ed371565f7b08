"""With a part of the messaging layer switched off, something is lost or given away twice, and the doctor says so."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

import httpx
import pytest
from aio_pika import connect

from shared.cli.local.processes import stop_all
from shared.cli.operate.doctor import examine
from shared.contracts.intake import HouseholdClosed
from shared.messaging.crashpoints import AFTER_RECEIVE
from shared.messaging.envelope import message_of, seal
from shared.messaging.names import facts_exchange
from tests.faults.command import standing
from tests.faults.counting import outboxes, settle
from tests.faults.ground import Ground
from tests.faults.load import calling, household, prepare
from tests.faults.scenarios.crashes import gone
from tests.faults.site import Site, open_site, until

pytestmark = [pytest.mark.faults, pytest.mark.slow]

HOUSEHOLDS = 60
IN_HAND = 20
DOCTOR_SECONDS = 10.0
BESIDE = ("intake", "sponsorship", "events", "donations")
"""One replica of these is enough."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with standing(nodes=1) as made:
        yield made


async def settled(site: Site) -> None:
    await settle(site)


async def all_served(site: Site) -> None:
    query = "SELECT count(DISTINCT household_id) FROM reservation"
    await until(lambda: site.value("inventory", query), lambda count: count == HOUSEHOLDS)


async def nothing_arrives(site: Site) -> None:
    """The doctor need not wait for it."""


async def dies_with_messages_in_hand(site: Site) -> None:
    """...which the broker believes to be done."""
    first, second = site.inventory
    await asyncio.to_thread(stop_all, [first.daemon, second.daemon])
    await register(site)
    first.launch_to_crash(AFTER_RECEIVE, nth=IN_HAND)
    await gone(first)
    first.without.clear()
    second.without.clear()
    await site.bring_back()


async def a_close_is_forged(site: Site) -> None:
    """...with intake's password, and of the highest version: inventory then takes nothing more about the household."""
    await settle(site)
    household_id = await site.value("intake", "SELECT min(id::text) FROM household")
    fact = HouseholdClosed(household_id=household_id, version=2**31 - 1, on=date(2006, 11, 1))
    connection = await connect(site.broker_url())
    async with connection, connection.channel() as channel:
        exchange = await channel.get_exchange(facts_exchange("intake"), ensure=False)
        await exchange.publish(message_of(seal(fact, datetime.now(UTC))), fact.wire, mandatory=True)
    query = "SELECT max(version) FROM household"
    await until(lambda: site.value("inventory", query), lambda version: version == fact.version)


async def dies_before_it_has_sent(site: Site) -> None:
    """...what it holds for sent."""
    await until(lambda: outboxes(site), lambda rows: not rows)
    for replica in site.intake:
        replica.kill()
        replica.without.clear()
    await site.bring_back()


async def register(site: Site) -> None:
    async with calling(site) as caller:
        bodies = [household(site) for _ in range(HOUSEHOLDS)]
        await asyncio.gather(*(caller.post("intake", "/households", body) for body in bodies))


async def breaches(site: Site) -> dict[str, int]:
    """What the doctor finds wrong, by name."""
    async with httpx.AsyncClient(timeout=60, trust_env=False) as client:
        report = await examine(site.stack, client, DOCTOR_SECONDS)
    return {each.name: each.breaches for each in report.findings if each.breaches}


@dataclass(frozen=True)
class Sabotage:
    """A part of a service is switched off (see sabotage.py); what follows, and what the doctor must find."""

    service: str
    part: str
    follows: Callable[[Site], Awaitable[None]]
    finding: str


HANDLED_ONCE = "inventory.intake.household_registered.v1: handled once, parked or discarded"
SABOTAGES = {
    "inbox": Sabotage("inventory", "no_inbox", all_served, HANDLED_ONCE),
    "outbox": Sabotage("intake", "no_outbox", nothing_arrives, HANDLED_ONCE),
    "delete after the confirm": Sabotage("intake", "early_delete", dies_before_it_has_sent, HANDLED_ONCE),
    "acknowledgement after the commit": Sabotage(
        "inventory", "early_ack", dies_with_messages_in_hand, HANDLED_ONCE
    ),
    "constraint": Sabotage("inventory", "no_guard", settled, "inventory: reserved never exceeds on hand"),
    "limit of a version": Sabotage(
        "inventory", "no_limit", a_close_is_forged, "households: intake and inventory know the same"
    ),
}


@pytest.mark.parametrize("sabotage", SABOTAGES.values(), ids=SABOTAGES)
async def test_the_doctor_reports_what_is_switched_off(ground: Ground, sabotage: Sabotage) -> None:
    async with open_site(ground, random.Random(7), HOUSEHOLDS) as site:
        await site.start({sabotage.service: sabotage.part}, BESIDE)
        if sabotage.part == "no_guard":
            await site.sql("inventory", "ALTER TABLE shelf DROP CONSTRAINT ck_shelf_reserved_within_on_hand")
        await prepare(site)
        await register(site)
        await sabotage.follows(site)
        found = await breaches(site)
    print(found)
    assert found.get(sabotage.finding, 0) > 0


async def test_the_doctor_reports_nothing_when_nothing_is_switched_off(ground: Ground) -> None:
    async with open_site(ground, random.Random(7), HOUSEHOLDS) as site:
        await site.start(alone=BESIDE)
        await prepare(site)
        await register(site)
        await settled(site)
        assert await breaches(site) == {}
