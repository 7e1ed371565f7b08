"""`kill -9` at every step of a unit, and at random."""

import asyncio
import time
from functools import partial

from shared.contracts import talking
from shared.messaging.crashpoints import (
    AFTER_CLAIM,
    AFTER_COMMIT,
    AFTER_PUBLISH,
    AFTER_RECEIVE,
    BEFORE_COMMIT,
    TIMER_DONE,
)
from tests.faults.load import under_load
from tests.faults.registry import add, scenario
from tests.faults.replicas import Replica
from tests.faults.site import Site, until

WORDS = {
    AFTER_RECEIVE: "after receiving a message",
    BEFORE_COMMIT: "before a commit",
    AFTER_COMMIT: "after a commit and before the acknowledgement",
    AFTER_CLAIM: "after claiming an outbox row",
    AFTER_PUBLISH: "after publishing and before deleting the outbox row",
}
SHORT = {("inventory", AFTER_COMMIT), ("donations", AFTER_COMMIT)}
CRASHES = 2
RANDOM_SECONDS = 60.0


async def crash_at(service: str, point: str, site: Site) -> None:
    """Under load the replicas in turn end themselves at this point, and are started again."""
    async with under_load(site) as load:
        for number in range(CRASHES):
            replica = site.replicas[service][number % 2]
            await asyncio.to_thread(replica.kill)
            replica.launch_to_crash(point, nth=site.rng.randint(1, 3))
            await gone(replica)
            site.fault()
            replica.launch()
            await asyncio.to_thread(replica.wait_ready)
            await load.more(site.households // 10)


async def gone(replica: Replica) -> None:
    async def look() -> bool:
        return replica.running

    await until(look, lambda running: not running)


for name in talking():
    for point, words in WORDS.items():
        add(f"{name} is killed {words}", partial(crash_at, name, point), short=(name, point) in SHORT)

# Those whose timers go off under load: shelves are dealt, and grants are served when money has come.
for name in ("inventory", "donations"):
    add(f"{name} is killed when a timer is done and not committed", partial(crash_at, name, TIMER_DONE))


@scenario()
async def replicas_are_killed_at_random_for_a_minute(site: Site) -> None:
    async with under_load(site) as load:
        until_then = time.monotonic() + RANDOM_SECONDS
        while time.monotonic() < until_then:
            replica = site.rng.choice(site.every())
            await asyncio.to_thread(replica.kill)
            site.fault()
            await asyncio.sleep(site.rng.uniform(0, 3))
            replica.launch()
            await load.more(site.rng.randint(0, 20))
