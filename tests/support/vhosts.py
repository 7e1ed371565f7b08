"""Virtual hosts that tests use one after another: making the queues of all services takes longer than most tests."""

import asyncio
from functools import cache
from typing import Any

import aio_pika

from shared.contracts import SERVICES
from shared.messaging.definitions import OPERATOR
from shared.messaging.names import facts_exchange
from shared.messaging.topology import Binding, Topology
from tests.support.databases import new_vhost_name
from tests.support.servers import Servers

RETRY_DELAYS = (1,)
"""Those of a world's services; whoever starts one with others has a virtual host that is not used again."""


class Vhosts:
    """Those that nobody uses now, with their queues, which are empty."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._free: list[str] = []

    def take(self) -> str:
        """A virtual host with every user's permissions as they ought to be."""
        name = self._free.pop() if self._free else new_vhost_name()
        self._servers.new_vhost(name)
        return name

    async def give_back(self, name: str) -> None:
        """Nobody is connected to it any more. It is kept if only services have declared things there."""
        there = await asyncio.to_thread(self._servers.on_vhost, name)
        if _is_known(there):
            await self._empty(name, [each["name"] for each in there["queues"]])
            self._free.append(name)
        else:
            self.drop(name)

    def drop(self, name: str) -> None:
        """It is gone, with all that is in it."""
        self._servers.delete_vhost(name)

    def close(self) -> None:
        """All are gone."""
        while self._free:
            self.drop(self._free.pop())

    async def _empty(self, name: str, queues: list[str]) -> None:
        async with await aio_pika.connect(self._servers.broker_url(OPERATOR, name)) as connection:
            channel = await connection.channel()
            for queue in queues:
                await (await channel.get_queue(queue, ensure=False)).purge()


def _is_known(there: dict[str, Any]) -> bool:
    """Whether nothing is there but what services declare by themselves."""
    found = {
        *(each["name"] for each in (*there["queues"], *there["exchanges"])),
        *((each["source"], each["destination"], each["routing_key"]) for each in there["bindings"]),
    }
    return found <= _known() and not there["policies"] and not there.get("parameters")


@cache
def _known() -> frozenset[str | Binding]:
    """The names of what all services declare, and the bindings."""
    known = [Topology(service, RETRY_DELAYS) for service in SERVICES]
    return frozenset(
        {
            *map(facts_exchange, SERVICES),
            *(made.name for each in known for made in (*each.queues(), *each.exchanges())),
            *(binding for each in known for binding in each.bindings()),
        }
    )
