"""Intake and inventory in this process, on a real broker and a real database server, with a clock turned by hand."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any, Generic, TypeVar, cast
from uuid import UUID, uuid4

import aio_pika
import httpx
from aio_pika.abc import AbstractConnection
from fastapi import FastAPI
from sqlalchemy import func, select, text

import services.intake.main
import services.intake.settings
import services.inventory.main
import services.inventory.settings
from shared.cli.operate.parked import Parked, browse
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import heard_by
from shared.contracts.base import Contract
from shared.database.tables import inbox, journal, outbox
from shared.messaging.definitions import EXCHANGE, OPERATOR
from shared.messaging.envelope import Envelope, headers_of
from shared.messaging.unit import SAID
from shared.service.addresses import address_of
from shared.service.parts import Service
from shared.settings import ClockMode
from tests.flow.catalogue import CATALOGUE, depot_of, person
from tests.servers import Servers

T = TypeVar("T")
C = TypeVar("C", bound=Contract)

FIRST_DAY = date(2006, 11, 1)
DEADLINE_SECONDS = 30.0
WAITING = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
POLL_SECONDS = 0.03
NAMES = ("intake", "inventory")


_numbers = count(1)


@contextmanager
def fresh_databases(servers: Servers, templates: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """A new database of each service, by service, copied from the templates."""
    number = next(_numbers)
    made = {service: f"{service}_{number}" for service in NAMES}
    for service, name in made.items():
        servers.new_database(name, service, templates[service])
    yield made
    for name in made.values():
        servers.drop_database(name)


@contextmanager
def fresh_vhost(servers: Servers) -> Iterator[str]:
    """A new virtual host."""
    name = f"test-{next(_numbers)}"
    servers.new_vhost(name)
    yield name
    servers.delete_vhost(name)


async def until(
    look: Callable[[], Awaitable[T]], enough: Callable[[T], Any], seconds: float = DEADLINE_SECONDS
) -> T:
    """Look until it is enough; after the deadline an AssertionError that tells what was seen last."""
    deadline = time.monotonic() + seconds
    while not enough(seen := await look()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s; seen last: {str(seen)[:2000]}"
        await asyncio.sleep(POLL_SECONDS)
    return seen


@dataclass
class Replica:
    """One running copy of a service, and a client that calls it."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient

    @property
    def service(self) -> Service:
        return cast(Service, self.app.state.service)

    async def get(self, path: str, **params: Any) -> Any:
        """The answer to a GET, which must be 200."""
        answer = await self.client.get(_url(path), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def try_post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """Whatever answer a POST gets; each has a key of its own if none is given."""
        return await self.client.post(_url(path), json=body, headers={"Idempotency-Key": key or str(uuid4())})

    async def post(self, path: str, body: object = None, key: str | None = None) -> Any:
        """The answer to a POST, which must succeed."""
        answer = await self.try_post(path, body, key)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name with at least these labels."""
        metrics = self.service.metrics.registry.collect()
        samples = [sample for metric in metrics for sample in metric.samples if sample.name == name]
        return sum(each.value for each in samples if labels.items() <= each.labels.items())


@dataclass
class Heard(Generic[C]):
    """What was said since somebody began to listen."""

    contract: type[C]
    facts: list[C] = field(default_factory=list)

    async def until(self, enough: Callable[[list[C]], Any], seconds: float = DEADLINE_SECONDS) -> list[C]:
        async def look() -> list[C]:
            return self.facts

        return await until(look, enough, seconds)


@dataclass
class World:
    """The services with their databases and virtual host; `intake` and `inventory` are the first replicas."""

    servers: Servers
    vhost: str
    databases: dict[str, str]
    stack: AsyncExitStack
    replicas: list[Replica] = field(default_factory=list)
    _references: int = 0

    @property
    def intake(self) -> Replica:
        return self._first("intake")

    @property
    def inventory(self) -> Replica:
        return self._first("inventory")

    def _first(self, name: str) -> Replica:
        return next(each for each in self.replicas if each.name == name)

    # starting and stopping

    def settings(self, name: str, **more: Any) -> Any:
        """Settings of one service on this world's database and virtual host."""
        values = {
            "database_url": self.servers.database_url(name, self.databases[name]),
            "database_password": self.servers.passwords[name],
            "broker_url": self.servers.broker_url(name, self.vhost),
            "broker_password": self.servers.passwords[name],
            "port": 1,
            "clock": ClockMode.MANUAL,
            "first_day": FIRST_DAY,
            "retry_delays_seconds": (1,),
            **more,
        }
        if name == "intake":
            return services.intake.settings.Settings(register_key="k" * 32, **values)
        return services.inventory.settings.Settings(**values)

    def build(self, name: str, **more: Any) -> FastAPI:
        main: Any = services.intake.main if name == "intake" else services.inventory.main
        return cast(FastAPI, main.build(self.settings(name, **more)))

    async def start(self, *names: str, **more: Any) -> list[Replica]:
        """Start a replica of each service at the same time; return when all are ready."""
        started = [Replica(name, app, _client(app)) for name in names for app in [self.build(name, **more)]]
        for each in started:
            await self.stack.enter_async_context(_alive(each))
        self.replicas += started

        async def look() -> list[bool]:
            return [each.service.link.ready for each in started]

        await until(look, all)
        return started

    @asynccontextmanager
    async def another(self, name: str, **more: Any) -> AsyncIterator[Replica]:
        """A further replica of a service, for as long as the block lasts."""
        app = self.build(name, **more)
        replica = Replica(name, app, _client(app))
        async with _alive(replica):
            self.replicas.append(replica)

            async def look() -> bool:
                return replica.service.link.ready

            await until(look, bool)
            yield replica
        self.replicas.remove(replica)

    # what people do

    async def load_catalogue(self) -> None:
        await self.inventory.post("/catalogue", CATALOGUE)

    async def stock(self, region: str = "north", **quantities: int) -> Any:
        """Goods received: `stock(rice=5_000, winter_M=2, bed=4)`; returns the last answer."""
        by_depot: dict[str, list[dict[str, Any]]] = {}
        for name, quantity in quantities.items():
            item = name.replace("_", "-")
            by_depot.setdefault(depot_of(item, region), []).append({"item": item, "quantity": quantity})
        answers = [await self.receive(depot, lines) for depot, lines in by_depot.items()]
        return answers[-1]

    async def receive(self, depot: str, lines: Sequence[dict[str, Any]], **more: Any) -> Any:
        self._references += 1
        body = {"depot": depot, "reference": f"waybill {self._references}", "lines": list(lines), **more}
        return await self.inventory.post("/receipts", body)

    async def register(
        self,
        members: int | Sequence[dict[str, Any]] = 1,
        needs: Iterable[str] = ("food", "clothing", "kit", "shelter"),
        priorities: Iterable[str] = (),
        region: str = "north",
        **more: Any,
    ) -> Any:
        """Take a household in through intake; does not wait for what follows."""
        people = [person(n) for n in range(members)] if isinstance(members, int) else list(members)
        body = {
            "region": region,
            "arrived_on": "2006-10-20",
            "needs": list(needs),
            "priorities": list(priorities),
            "members": people,
            **more,
        }
        return await self.intake.post("/households", body)

    async def hand_out(self, household: Any, **body: Any) -> Any:
        """The household fetches everything that is set aside for it."""
        receiver = household["members"][0]["member_id"]
        path = f"/households/{household['household_id']}/deliveries"
        return await self.inventory.post(path, {"received_by": receiver, **body})

    async def turn(self, to: date | str) -> None:
        """Turn the days of both services, one after another."""
        for name in NAMES:
            await self._first(name).post("/clock", {"to": str(to)})

    # what can be seen

    async def reservations(self, household: Any) -> list[dict[str, Any]]:
        """Everything that was ever asked for a household."""
        path = f"/households/{household['household_id']}/reservations"
        found = await self.inventory.get(path)
        return cast(list[dict[str, Any]], found)

    async def set_aside(self, household: Any) -> dict[str, int]:
        """What is set aside for a household now, by the item given; what is not there is 0."""
        totals: dict[str, int] = {}
        for row in await self.reservations(household):
            totals[row["given_item"]] = totals.get(row["given_item"], 0) + row["reserved"]
        return {item: total for item, total in totals.items() if total}

    async def missing(self, household: Any) -> dict[str, int]:
        """What is backordered for a household now, by the item asked for."""
        totals: dict[str, int] = {}
        for row in await self.reservations(household):
            totals[row["item"]] = totals.get(row["item"], 0) + row["short"]
        return {item: total for item, total in totals.items() if total}

    async def shelf(self, item: str, depot: str | None = None) -> dict[str, int]:
        """On hand, reserved and free of an item, over all depots or in one."""
        params = {"item": item} if depot is None else {"item": item, "depot": depot}
        found = (await self.inventory.get("/stock", **params))["items"]
        return {name: sum(row[name] for row in found) for name in ("on_hand", "reserved", "free")}

    async def timeline(self, household: Any) -> list[dict[str, Any]]:
        """What intake knows to have happened to a household, the newest first."""
        path = f"/households/{household['household_id']}/timeline"
        return cast(list[dict[str, Any]], (await self.intake.get(path, limit=500))["items"])

    async def items(self) -> dict[str, dict[str, Any]]:
        """Inventory's totals by item."""
        return {each["item"]: each for each in (await self.inventory.get("/summary"))["items"]}

    async def settled(self, seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until everything that was said has been handled or parked."""
        await until(self._under_way, lambda left: not any(left.values()), seconds)

    async def _under_way(self) -> dict[str, int]:
        left: dict[str, int] = {}
        # In this order: what inventory says in answer is in its journal before its inbox is seen to be full.
        for publisher, consumer in (("intake", "inventory"), ("inventory", "intake")):
            wires = [each.wire for each in heard_by(consumer) if each.publisher() == publisher]
            async with self._first(publisher).service.units.read() as session:
                left[f"{publisher}'s outbox"] = (
                    await session.execute(select(func.count()).where(outbox.c.queue == SAID))
                ).scalar_one()
                query = select(journal.c.message_id).where(journal.c.contract.in_(wires))
                said = set(await session.scalars(query))
            async with self._first(consumer).service.units.read() as session:
                handled = set(await session.scalars(select(inbox.c.message_id)))
            missing = len(said - handled)
            if missing:
                parked = await self._first(consumer).service.link.parked() or {}
                missing -= sum(parked.values())
            left[f"not handled by {consumer}"] = max(missing, 0)
        return left

    async def waiting_for_locks(self) -> int:
        """How many sessions on inventory's database wait for a lock now."""
        return int(await asyncio.to_thread(self.servers.sql, WAITING, self.databases["inventory"]))

    async def sound(self) -> None:
        """Assert that no invariant of either service is broken."""
        for name in NAMES:
            counts = await self._first(name).get("/checks")
            assert [each for each in counts if each["breaches"]] == []

    # on the wire

    @asynccontextmanager
    async def listen(self, contract: type[C]) -> AsyncIterator[Heard[C]]:
        """Hear everything of a contract that is said from now on, on a queue of one's own."""
        heard = Heard(contract)

        async def keep(message: aio_pika.abc.AbstractIncomingMessage) -> None:
            heard.facts.append(contract.model_validate_json(message.body))

        async with self.broker() as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue(exclusive=True)
            await queue.bind(EXCHANGE, contract.wire)
            await queue.consume(keep, no_ack=True)
            yield heard

    @asynccontextmanager
    async def broker(self, user: str = OPERATOR) -> AsyncIterator[AbstractConnection]:
        connection = await aio_pika.connect(self.servers.broker_url(user, self.vhost))
        async with connection:
            yield connection

    async def send(self, *envelopes: Envelope, routing_key: str | None = None, **changes: Any) -> None:
        """Publish envelopes as intake would, all at once; `changes` replace properties of the message."""
        async with self.broker("intake") as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(EXCHANGE, ensure=False)
            await asyncio.gather(
                *(
                    exchange.publish(message_of(each, **changes), routing_key or each.type, mandatory=True)
                    for each in envelopes
                )
            )

    async def parked(self, contract: type[Contract], consumer: str = "inventory") -> list[Parked]:
        """What lies in the parked queue of a contract."""
        async with self.broker() as connection:
            return [each async for _, each in browse(connection, f"{consumer}.{contract.wire}")]

    def addresses(self) -> Stack:
        """The world as the operator's commands see it; the services have no port of their own."""
        known = {
            name: ServiceAddress(
                name=name,
                url="http://nowhere",
                database_url=self.servers.database_url(name, self.databases[name]),
                broker_url=self.servers.broker_url(name, self.vhost),
            )
            for name in NAMES
        }
        return Stack(known, "http://nowhere", self.servers.management_url, self.vhost)

    async def dump(self, name: str, besides: Iterable[str] = ()) -> str:
        """Every row of every table of a service's database as text."""
        tables = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        async with self._first(name).service.units.read() as session:
            found = sorted(set(await session.scalars(tables)) - set(besides))
            assert "journal" in found
            parts = [
                str(row[0])
                for table in found
                for row in await session.execute(text(f'SELECT CAST(t AS text) FROM "{table}" t'))  # noqa: S608
            ]
        return "\n".join(parts)


def message_of(envelope: Envelope, **changes: Any) -> aio_pika.Message:
    """An envelope as the relay publishes it."""
    values: dict[str, Any] = {
        "body": envelope.data.encode(),
        "message_id": str(envelope.id),
        "headers": headers_of(envelope),
        "content_type": "application/json",
        "type": envelope.type,
        "delivery_mode": aio_pika.DeliveryMode.PERSISTENT,
        **changes,
    }
    return aio_pika.Message(**values)


def household_id(household: Any) -> UUID:
    return UUID(household["household_id"])


def _url(path: str) -> str:
    """Operations lie at the root; everything else under the client's base address."""
    return path if address_of(path) != path else f"http://test{path}"


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://test/api", timeout=120)


@asynccontextmanager
async def _alive(replica: Replica) -> AsyncIterator[None]:
    async with replica.app.router.lifespan_context(replica.app), replica.client:
        yield
