"""A service of a world as a test speaks of it: `world.inventory.get(...)` asks its first replica.

A service that tests do something with has a driver of its own in a module of its name, a class of its name:
`tests/support/inventory.py` has `Inventory`, whose `stock(...)` a test calls as `world.inventory.stock(...)`.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
from fastapi import FastAPI

from shared.cli.wiring import modules_of
from shared.service.parts import Service
from tests.support.replica import Replica

if TYPE_CHECKING:
    from tests.support.world import World

WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


class Driver:
    """What can be done with any service."""

    settings: ClassVar[Mapping[str, Any]] = {}
    """Settings of the service in tests, beside those that all services have there."""
    has_run_before: ClassVar[bool] = False
    """Its queues are on the broker from the beginning: what is said to it has somewhere to go without it."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.name = name

    async def prepare(self) -> None:
        """What a test finds there already. Called once the services run."""

    @property
    def replica(self) -> Replica:
        """The first one that runs."""
        return next(each for each in self.world.replicas if each.name == self.name)

    @property
    def service(self) -> Service:
        return self.replica.service

    @property
    def app(self) -> FastAPI:
        return self.replica.app

    @property
    def client(self) -> httpx.AsyncClient:
        return self.replica.client

    async def get(self, path: str, **params: Any) -> Any:
        """The answer to a GET, which must be 200."""
        return await self.replica.get(path, **params)

    async def post(self, path: str, body: object = None, key: str | None = None) -> Any:
        """The answer to a POST, which must succeed."""
        return await self.replica.post(path, body, key)

    async def try_post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """Whatever answer a POST gets; each has a key of its own if none is given."""
        return await self.replica.try_post(path, body, key)

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name with at least these labels, of the first replica."""
        return await self.replica.metric(name, **labels)

    async def waiting_for_locks(self) -> int:
        """How many sessions on its database wait for a lock now."""
        return int(await asyncio.to_thread(self.world.servers.sql, WAITING, self.world.databases[self.name]))


def driver_of(world: "World", service: str) -> Driver:
    """The service's own driver; one that can do what can be done with any, if it has none."""
    module = modules_of("tests.support").get(service)
    kind: type[Driver] = getattr(module, service.title(), Driver)
    return kind(world, service)
