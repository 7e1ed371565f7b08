"""A broker of three nodes loses one of them."""

import asyncio

from shared.cli.local.broker import RabbitNode
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.topology import Topology
from tests.faults.load import under_load
from tests.faults.registry import scenario
from tests.faults.site import Site, until

QUEUE = Topology("inventory", ()).queue_name(HouseholdRegistered)
NODES = 3


@scenario(nodes=NODES)
async def a_node_of_three_is_killed_and_returns(site: Site) -> None:
    async with under_load(site) as load:
        for node in site.rng.sample(site.ground.nodes, 2):
            await load.more(site.households // 6)
            await kill_for_a_while(site, node, households=site.households // 4)
            await until(lambda: members_online(site), lambda count: count == NODES)


@scenario(nodes=NODES)
async def the_leader_of_a_queue_is_killed(site: Site) -> None:
    async with under_load(site) as load:
        await load.more(site.households // 4)
        queue = (await site.manage("GET", f"queues/{{vhost}}/{QUEUE}")).json()
        leader = next(node for node in site.ground.nodes if node.name == queue["leader"])
        await kill_for_a_while(site, leader, households=site.households // 4)
        await until(lambda: members_online(site), lambda count: count == NODES)


async def kill_for_a_while(site: Site, node: RabbitNode, households: int) -> None:
    """The node is gone until so many more are registered and served."""
    before = await served(site)
    await asyncio.to_thread(node.kill)
    site.fault()
    await until(lambda: served(site), lambda count: count >= before + households)
    await asyncio.to_thread(node.start)
    site.calm()


async def served(site: Site) -> int:
    """Households that inventory knows."""
    return int(await site.value("inventory", "SELECT count(*) FROM household"))


async def members_online(site: Site) -> int:
    """Nodes that keep a copy of the queue and are there."""
    answer = await site.manage("GET", f"queues/{{vhost}}/{QUEUE}")
    return len(answer.json().get("online", [])) if answer.is_success else 0
