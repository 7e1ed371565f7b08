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
        self._free: dict[str, set[str]] = {}

    def take(self) -> tuple[str, set[str]]:
        """A virtual host with every user's permissions as they ought to be, and the services that have all that they
        declare there."""
        name, declared = self._free.popitem() if self._free else (new_vhost_name(), set())
        self._servers.new_vhost(name)
        return name, declared

    async def give_back(self, name: str) -> None:
        """Nobody is connected to it any more. It is kept if only services have declared things there."""
        there = await asyncio.to_thread(self._servers.on_vhost, name)
        if (found := _found(there)) <= _known() and not there["policies"] and not there.get("parameters"):
            await self._empty(name, [each["name"] for each in there["queues"]])
            self._free[name] = {service for service in SERVICES if _declared_by(service) <= found}
        else:
            self.drop(name)

    def drop(self, name: str) -> None:
        """It is gone, with all that is in it."""
        self._servers.delete_vhost(name)

    def close(self) -> None:
        """All are gone."""
        while self._free:
            self.drop(self._free.popitem()[0])

    async def _empty(self, name: str, queues: list[str]) -> None:
        async with await aio_pika.connect(self._servers.broker_url(OPERATOR, name)) as connection:
            channel = await connection.channel()
            for queue in queues:
                await (await channel.get_queue(queue, ensure=False)).purge()


def _found(there: dict[str, Any]) -> set[str | Binding]:
    """The names of queues and exchanges, and the bindings."""
    return {
        *(each["name"] for each in (*there["queues"], *there["exchanges"])),
        *((each["source"], each["destination"], each["routing_key"]) for each in there["bindings"]),
    }


@cache
def _known() -> frozenset[str | Binding]:
    """What is there if all services have declared what they have, and nobody else anything."""
    return frozenset({*map(facts_exchange, SERVICES)}).union(*map(_declared_by, SERVICES))


@cache
def _declared_by(service: str) -> frozenset[str | Binding]:
    """What a service declares by itself."""
    topology = Topology(service, RETRY_DELAYS)
    made = (*topology.queues(), *topology.exchanges())
    return frozenset({*(each.name for each in made), *topology.bindings()})
