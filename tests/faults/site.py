"""What one scenario works on: databases, a virtual host, two replicas of each service, proxies before both servers."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
import httpx
from sqlalchemy import make_url

from shared.cli import Trouble
from shared.cli.local.ports import LOOPBACK, free_ports
from shared.cli.local.processes import Daemon, stop_all
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import talking
from shared.messaging.definitions import OPERATOR
from tests.faults.ground import Ground
from tests.faults.proxy import Proxy
from tests.faults.replicas import Replica
from tests.support import waiting

T = TypeVar("T")
POLL_SECONDS = 0.1
DEADLINE_SECONDS = 180.0
RETRY_DELAYS = "[1, 2]"


async def until(
    look: Callable[[], Awaitable[T]], enough: Callable[[T], Any], seconds: float = DEADLINE_SECONDS
) -> T:
    """As everywhere in the tests, with more patience."""
    return await waiting.until(look, enough, seconds, POLL_SECONDS)


@dataclass
class Site:
    """`households` is how many a scenario registers; all chance comes from `rng`; `faults` counts what was done."""

    ground: Ground
    name: str
    rng: random.Random
    households: int
    broker: Proxy
    database: Proxy
    replicas: dict[str, list[Replica]] = field(default_factory=dict)
    registered: set[str] = field(default_factory=set)
    """Ids of the households whose registration was answered with success."""
    settled: set[str] = field(default_factory=set)
    """Those of them that were changed or closed later."""
    sales: set[str] = field(default_factory=set)
    """Ids of the sales that PayPal told of and that were answered with success."""
    by_ipn: set[str] = field(default_factory=set)
    """Those of them that PayPal told of by an IPN alone: it is answered before anything is booked."""
    by_list: set[str] = field(default_factory=set)
    """Those of them of which PayPal's list alone told."""
    refunds: set[str] = field(default_factory=set)
    """Ids of the refunds that PayPal told of, in the same way."""
    payouts: set[str] = field(default_factory=set)
    """References of the parts of grants that were paid with success."""
    grants: set[str] = field(default_factory=set)
    """Ids of the grants that were asked for with success."""
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """More of the environment of a service's replicas, by service."""
    faults: int = 0
    may_be_parked: int = 0
    """How many messages must lie parked in the end."""
    calm_since: float = 0.0
    """When the last fault ended, by the monotonic clock."""

    @property
    def intake(self) -> list[Replica]:
        return self.replicas["intake"]

    @property
    def inventory(self) -> list[Replica]:
        return self.replicas["inventory"]

    def every(self) -> list[Replica]:
        return [replica for group in self.replicas.values() for replica in group]

    @property
    def folder(self) -> Path:
        """Where the replicas' logs lie."""
        return self.ground.folder / self.name

    @property
    def stack(self) -> Stack:
        """As the operator's commands see it: past the proxies, on the first replicas."""
        known = {name: self._address(name, direct=True) for name in talking()}
        return Stack(known, known["intake"].url, self.ground.servers.management_url, self.name)

    # starting, ending and calming down

    async def start(
        self, without: Mapping[str, str] | None = None, alone: Collection[str] = frozenset()
    ) -> None:
        """Two replicas of each service, ready to work, and one of those that are to be `alone`; `without` a part of a
        service (see sabotage.py)."""
        ports = iter(free_ports(2 * len(talking())))
        for name in talking():
            numbers = (1,) if name in alone else (1, 2)
            self.replicas[name] = [self._replica(name, number, next(ports)) for number in numbers]
        for name, part in (without or {}).items():
            for replica in self.replicas[name]:
                replica.without.append(part)
        await self.bring_back()

    async def bring_back(self) -> None:
        """Start whatever does not run and wait until all is ready."""
        for replica in self.every():
            replica.launch()
        await self.ready()

    async def ready(self) -> None:
        for replica in self.every():
            await asyncio.to_thread(replica.wait_ready)

    def fault(self, times: int = 1) -> None:
        """Something was done to it just now."""
        self.faults += times
        self.calm()

    def calm(self) -> None:
        """From now on nothing is done to it: the time to recovery counts from here."""
        self.calm_since = time.monotonic()

    async def stop(self) -> None:
        await asyncio.to_thread(stop_all, [replica.daemon for replica in self.every()])

    def _replica(self, name: str, number: int, port: int) -> Replica:
        file = self.folder / f"{name}{number}"
        daemon = Daemon(f"{name} {number}", file.with_suffix(".json"), file.with_suffix(".log"))
        settings = {"RELIEF_RETRY_DELAYS_SECONDS": RETRY_DELAYS, **self.settings.get(name, {})}
        return Replica(
            self._address(name, direct=False),
            port,
            self.ground.secrets_of(name),
            daemon,
            nursery=self.ground.nursery,
            settings=settings,
        )

    def _address(self, name: str, *, direct: bool) -> ServiceAddress:
        servers = self.ground.servers
        database = make_url(servers.database_url(name, f"{name}_{self.name}"))
        broker = make_url(servers.broker_url(name, self.name))
        if not direct:
            database = database.set(host=LOOPBACK, port=self.database.port)
            broker = broker.set(host=LOOPBACK, port=self.broker.port)
        known = self.replicas.get(name)
        return ServiceAddress(
            name=name,
            url=known[0].url if known else "",
            database_url=database.render_as_string(hide_password=False),
            broker_url=broker.render_as_string(hide_password=False),
        )

    # looking into the databases

    @asynccontextmanager
    async def connect(self, service: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
        """A connection to a service's database as its owner, past the proxy."""
        url = self._address(service, direct=True).database_url
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            yield connection
        finally:
            await connection.close()

    async def value(self, service: str, query: str, *values: object) -> Any:
        async with self.connect(service) as connection:
            return await connection.fetchval(query, *values)

    async def sql(self, service: str, statement: str) -> str:
        """As the superuser, in one transaction; again when that is ended for standing in the way of what runs."""
        whole = f"BEGIN;\n{statement};\nCOMMIT;"
        database = f"{service}_{self.name}"
        deadline = time.monotonic() + DEADLINE_SECONDS
        while True:
            try:
                return await asyncio.to_thread(self.ground.servers.sql, whole, database)
            except Trouble as trouble:
                if "deadlock detected" not in str(trouble) or time.monotonic() > deadline:
                    raise

    def broker_url(self, user: str = OPERATOR) -> str:
        """Past the proxy, password included."""
        return self.ground.servers.broker_url(user, self.name)

    async def manage(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Ask the broker's management API; `path` after `/api/`, `{vhost}` filled in."""
        url = f"{self.ground.servers.management_url}/api/{path.replace('{vhost}', self.name)}"
        async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
            return await client.request(method, url, **more)


@asynccontextmanager
async def open_site(ground: Ground, rng: random.Random, households: int) -> AsyncIterator[Site]:
    """Databases, a virtual host and proxies for one scenario; no service runs yet."""
    name = ground.new_name()
    databases = {f"{service}_{name}": (service, f"template_{service}") for service in talking()}
    await asyncio.to_thread(ground.servers.new_databases, databases)
    await asyncio.to_thread(ground.servers.new_vhost, name)
    broker = Proxy([(LOOPBACK, node.ports.amqp) for node in ground.nodes])
    database = Proxy([ground.servers.database_address])
    await broker.start()
    await database.start()
    site = Site(ground, name, rng, households, broker, database)
    try:
        async with ground.paypal.serving() as paypal:
            site.settings = {"donations": ground.believing(paypal)}
            yield site
    finally:
        await site.stop()
        await broker.stop()
        await database.stop()
        await asyncio.to_thread(ground.servers.delete_vhost, name)
        await asyncio.to_thread(ground.servers.drop_databases, *databases)
