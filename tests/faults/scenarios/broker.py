"""The broker goes away, stalls, runs out of room, or loses a queue."""

import asyncio
from functools import partial

from httpx import codes

from shared.cli.operate.replay import feed
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.topology import Topology
from tests.faults.counting import not_handled, outboxes
from tests.faults.load import under_load
from tests.faults.proxy import Way
from tests.faults.registry import add, scenario
from tests.faults.site import Site, until

STALL_SECONDS = 15.0
ALARM_SECONDS = 12.0
CUTS = 10
QUEUE = Topology("inventory", ()).queue_name(HouseholdRegistered)


@scenario()
async def the_broker_is_restarted(site: Site) -> None:
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            await asyncio.to_thread(site.ground.node.restart)
            site.fault()


@scenario(short=True)
async def the_broker_is_killed(site: Site) -> None:
    async with under_load(site) as load:
        await load.more(site.households // 4)
        await asyncio.to_thread(site.ground.node.kill)
        site.fault()
        await load.more(site.households // 4)
        await asyncio.to_thread(site.ground.node.start)
        site.calm()


@scenario(short=True)
async def connections_to_the_broker_are_cut(site: Site) -> None:
    async with under_load(site) as load:
        for _ in range(CUTS):
            await load.more(site.rng.randint(1, site.households // CUTS))
            site.fault(site.broker.cut(share=0.7, rng=site.rng))


async def stalled(ways: tuple[Way, ...], site: Site) -> None:
    """Nothing passes these ways for a while; then all of it does."""
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            site.broker.stall(*ways)
            site.fault()
            await asyncio.sleep(STALL_SECONDS)
            site.broker.resume()
            site.calm()


for way in Way:
    add(f"connections to the broker stall on the way {way.value}", partial(stalled, (way,)))
add("connections to the broker stall both ways", partial(stalled, tuple(Way)))


@scenario()
async def connections_to_the_broker_go_silent_for_ever(site: Site) -> None:
    """As when a firewall forgets them: nobody is told, and only new connections work."""
    async with under_load(site) as load:
        await load.more(site.households // 4)
        site.fault(site.broker.lose())
        await load.more(site.households // 4)


async def alarm(on: tuple[str, ...], off: tuple[str, ...], site: Site) -> None:
    """The broker blocks all publishers, and lets them go again."""
    node = site.ground.node
    async with under_load(site) as load:
        for _ in range(2):
            await load.more(site.households // 4)
            await asyncio.to_thread(node.run, "rabbitmqctl", *on)
            site.fault()
            try:
                await asyncio.sleep(ALARM_SECONDS)
            finally:
                await asyncio.to_thread(node.run, "rabbitmqctl", *off)
            site.calm()


_MEMORY, _DISK = "set_vm_memory_high_watermark", "set_disk_free_limit"
add("the broker runs out of memory", partial(alarm, (_MEMORY, "0.0000001"), (_MEMORY, "0.4")))
add("the broker runs out of disk", partial(alarm, (_DISK, "900000GB"), (_DISK, "50MB")))


@scenario()
async def a_queue_is_deleted_by_hand_while_it_is_consumed(site: Site) -> None:
    """Its consumers come back by themselves; what lay in it is fed again from the journal."""
    async with under_load(site) as load:
        await load.more(site.households // 4)
        await delete_queue(site)
        await until(partial(consumers, site), lambda count: count == len(site.inventory))
        site.calm()
    await feed_again(site)


@scenario()
async def a_queue_full_of_messages_is_deleted_by_hand_and_declared_anew(site: Site) -> None:
    """Facts wait in the outbox while there is no queue; what was lost with it is fed again from the journal."""
    async with under_load(site) as load:
        for replica in site.inventory:
            await asyncio.to_thread(replica.kill)
        await load.more(site.households // 4)
        await delete_queue(site)
        await load.more(site.households // 4)
        await site.bring_back()
        site.calm()
    lost = await feed_again(site)
    assert lost, "no message was in the queue when it was deleted"


async def delete_queue(site: Site) -> None:
    answer = await site.manage("DELETE", f"queues/{{vhost}}/{QUEUE}")
    assert answer.status_code == codes.NO_CONTENT, answer.text
    site.fault()


async def consumers(site: Site) -> int:
    """Of the queue that was deleted; 0 as long as it is not there."""
    answer = await site.manage("GET", f"queues/{{vhost}}/{QUEUE}")
    return int(answer.json().get("consumers", 0)) if answer.is_success else 0


async def feed_again(site: Site) -> int:
    """What `./relief replay inventory` does, once the outboxes are empty; returns how many had been lost."""
    await until(partial(outboxes, site), lambda rows: rows == 0)

    async def look() -> tuple[int, int]:
        waiting = await site.manage("GET", f"queues/{{vhost}}/{QUEUE}")
        return waiting.json().get("messages", 1), len(await not_handled(site, "intake", "inventory"))

    _, lost = await until(look, lambda found: found[0] == 0)
    await feed(site.stack, "inventory", [HouseholdRegistered])
    return lost
