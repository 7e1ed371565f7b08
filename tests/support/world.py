"""Services in this process, on a real broker and a real database server, with a clock turned by hand.

The world knows no service by name: `world.<service>` is the service's driver (`driver.py`), and what is under way
follows from the contracts.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractConnection
from fastapi import FastAPI
from faststream.rabbit import RabbitBroker
from sqlalchemy import func, select, text

from shared.cli.operate.parked import Parked, browse
from shared.cli.stack import ServiceAddress, Stack
from shared.cli.wiring import build, filled_in
from shared.contracts import HEARD_BY, SERVICES, heard_by
from shared.contracts.base import Contract
from shared.database.tables import inbox, journal, outbox, timer
from shared.messaging.definitions import OPERATOR
from shared.messaging.envelope import Envelope
from shared.messaging.names import facts_exchange, queue_of
from shared.messaging.topology import Depths, Topology
from shared.settings import ClockMode, ServiceSettings
from tests.support.databases import Databases
from tests.support.driver import Driver, driver_of
from tests.support.messages import message_of
from tests.support.replica import Replica
from tests.support.servers import Servers
from tests.support.vhosts import RETRY_DELAYS
from tests.support.waiting import DEADLINE_SECONDS, until

C = TypeVar("C", bound=Contract)

FIRST_DAY = date(2006, 11, 1)

_REMINDERS = text("""
    UPDATE timer SET due_at = clock_timestamp(), ready_at = clock_timestamp()
    WHERE key ~ ('^' || name || ' [0-9]{14}$') AND payload = '{}' AND tries = 0 AND ready_at > clock_timestamp()
""")
"""Shared reminders are due at once (`timer_rows.share_reminder`). The moment of any other timer has a meaning."""


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
    """The services that a test has started, with their databases and virtual host."""

    servers: Servers
    vhost: str
    databases: Databases
    stack: AsyncExitStack
    replicas: list[Replica] = field(default_factory=list)
    _drivers: dict[str, Driver] = field(default_factory=dict)
    declared: set[str] = field(default_factory=set)
    """The services whose queues are known to be there."""
    _sent: dict[UUID, str] = field(default_factory=dict)
    """What a test itself has said as some service: in no journal, and handled like anything else."""

    def __getattr__(self, name: str) -> Any:
        """The driver of a service. A type checker sees no more of it than that it is there."""
        if name not in SERVICES:
            raise AttributeError(name)
        return self.driver(name)

    def driver(self, name: str) -> Driver:
        """The same one for the whole test."""
        if name not in self._drivers:
            self._drivers[name] = driver_of(self, name)
        return self._drivers[name]

    @property
    def started(self) -> list[str]:
        """The services that run now, by name, in the order of their start."""
        return list(dict.fromkeys(each.name for each in self.replicas))

    # starting and stopping

    def settings(self, name: str, **more: Any) -> ServiceSettings:
        """Settings of one service on this world's database and virtual host."""
        values = {
            "database_url": self.servers.database_url(name, self.databases[name]),
            "database_password": self.servers.passwords[name],
            "broker_url": self.servers.broker_url(name, self.vhost),
            "broker_password": self.servers.passwords[name],
            "clock": ClockMode.MANUAL,
            "first_day": FIRST_DAY,
            "retry_delays_seconds": RETRY_DELAYS,
            "site_hosts": "test nowhere",
            **self.driver(name).settings,
        }
        return filled_in(name, **{**values, **more})

    def build(self, name: str, **more: Any) -> FastAPI:
        return build(name, self.settings(name, **more))

    async def start(self, *names: str, **more: Any) -> list[Replica]:
        """Start a replica of each service at the same time; return when all are ready."""
        await self._declare_those_before()
        self.databases.make(*names)
        started = [Replica.of(name, self.build(name, **more)) for name in names]
        for each in started:
            await self.stack.enter_async_context(each.alive())
        self.replicas += started

        async def look() -> list[bool]:
            return [each.service.link.ready for each in started]

        await until(look, all)
        return started

    async def _declare_those_before(self) -> None:
        await self.declare(*(name for name in SERVICES if self.driver(name).has_run_before))

    async def declare(self, *names: str) -> None:
        """Have the queues of services there, so that what is said to them has somewhere to go without them."""
        for name in names:
            if name not in self.declared:
                self.declared.add(name)
                async with RabbitBroker(self.servers.broker_url(name, self.vhost)) as broker:
                    await Topology(name, RETRY_DELAYS).declare(broker)

    async def prepare(self) -> None:
        """What a test finds there already in each service that runs."""
        for name in self.started:
            await self.driver(name).prepare()

    @asynccontextmanager
    async def another(self, name: str, **more: Any) -> AsyncIterator[Replica]:
        """A further replica of a service, for as long as the block lasts."""
        await self._declare_those_before()
        replica = Replica.of(name, self.build(name, **more))
        async with replica.alive():
            self.replicas.append(replica)

            async def look() -> bool:
                return replica.service.link.ready

            await until(look, bool)
            yield replica
        self.replicas.remove(replica)

    async def turn(self, to: date | str) -> None:
        """Turn the days of all services that run, one after another."""
        for name in self.started:
            await self.driver(name).post("/clock", {"to": str(to)})

    # what can be seen

    async def settled(self, seconds: float = DEADLINE_SECONDS) -> None:
        """Wait until everything that was said has been handled or parked, and what was put off is done."""
        await until(self._under_way, lambda left: not any(left.values()), seconds)

    async def at_rest(self) -> None:
        """Wait until no service has anything to do by itself either, like the forecast that follows every change, and
        until what it said then was handled. What a service does in an hour or on another day, it does not do yet.
        """
        rest = False
        async with asyncio.timeout(2 * DEADLINE_SECONDS):
            while not rest:
                await until(self._to_be_done_soon, lambda left: not left)
                await self.settled()
                # Whoever handled something meanwhile may have something to do now.
                rest = not await self._to_be_done_soon()

    async def _to_be_done_soon(self) -> int:
        soon = select(func.count()).where(
            timer.c.due_at < func.clock_timestamp() + timedelta(minutes=1), timer.c.parked_at.is_(None)
        )
        left = 0
        for name in self.started:
            async with self.driver(name).service.units.read() as session:
                left += (await session.execute(soon)).scalar_one()
        return left

    async def _under_way(self) -> dict[str, int]:
        """What is left to be done, in words. What was said is read twice: nobody may have answered in between."""
        said = {name: await self._said(name) for name in self.started}
        heard = {**said, "what the test sent": dict(self._sent)}
        left = {
            f"not handled by {consumer}": await self._unhandled(consumer, heard) for consumer in self.started
        }
        for name, before in said.items():
            async with self.driver(name).service.units.read() as session:
                rows = select(func.count()).select_from(outbox)
                left[f"{name}'s outbox"] = (await session.execute(rows)).scalar_one()
            left |= {f"{name}'s {what}": count for what, count in (await self._put_off(name)).items()}
            left[f"said by {name} meanwhile"] = len(await self._said(name)) - len(before)
        return left

    async def _put_off(self, name: str) -> Mapping[str, int]:
        """What a service gathers for a moment, which is over now: a test that waits for it does nothing more."""
        service = self.driver(name).service
        if service.parts.put_off is None:
            return {}
        async with service.units.read() as session:
            found = await service.parts.put_off(session)
        if any(found.values()):
            async with service.engine.begin() as connection:
                await connection.execute(_REMINDERS)
        return found

    async def _said(self, publisher: str) -> dict[UUID, str]:
        """What a service has said so far: ids, and of which contract."""
        async with self.driver(publisher).service.units.read() as session:
            rows = await session.execute(select(journal.c.message_id, journal.c.contract))
            return {row.message_id: row.contract for row in rows}

    async def _unhandled(self, consumer: str, said: dict[str, dict[UUID, str]]) -> int:
        """How much of what was said to a service is neither in its inbox nor parked."""
        wires = {each.wire for each in heard_by(consumer)}
        heard = {key for known in said.values() for key, wire in known.items() if wire in wires}
        service = self.driver(consumer).service
        async with service.units.read() as session:
            missing = len(heard - set(await session.scalars(select(inbox.c.message_id))))
        if missing:
            missing -= sum((await service.link.depths() or Depths()).parked.values())
        return max(missing, 0)

    async def sound(self) -> None:
        """Assert that no invariant of any service that runs is broken."""
        for name in self.started:
            counts = await self.driver(name).get("/checks")
            broken = [each for each in counts if each["breaches"]]
            assert broken == [], f"{name}: {broken}"

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
            await queue.bind(facts_exchange(contract.publisher()), contract.wire)
            await queue.consume(keep, no_ack=True)
            yield heard

    @asynccontextmanager
    async def broker(self, user: str = OPERATOR) -> AsyncIterator[AbstractConnection]:
        connection = await aio_pika.connect(self.servers.broker_url(user, self.vhost))
        async with connection:
            yield connection

    async def send(self, *envelopes: Envelope, routing_key: str | None = None, **changes: Any) -> None:
        """Publish envelopes of one publisher as it would, all at once; `changes` replace properties of the message.

        What is sent unchanged is waited for by `settled`. Otherwise a test would look before its facts are handled.
        """
        if not changes and routing_key is None:
            self._sent |= {each.id: each.type for each in envelopes}
        async with self.broker(envelopes[0].source) as connection:
            channel = await connection.channel()
            exchange = await channel.get_exchange(facts_exchange(envelopes[0].source), ensure=False)
            await asyncio.gather(
                *(
                    exchange.publish(message_of(each, **changes), routing_key or each.type, mandatory=True)
                    for each in envelopes
                )
            )

    async def parked(self, contract: type[Contract], consumer: str | None = None) -> list[Parked]:
        """What lies in the parked queue of a contract, of its first consumer if none is named."""
        async with self.broker() as connection:
            queue = queue_of(consumer or HEARD_BY[contract][0], contract.wire)
            return [each async for _, each in browse(connection, queue)]

    def addresses(self) -> Stack:
        """The world as the operator's commands see it; the services have no port of their own."""
        known = {
            name: ServiceAddress(
                name=name,
                url="http://nowhere",
                database_url=self.servers.database_url(name, self.databases[name]),
                broker_url=self.servers.broker_url(name, self.vhost),
            )
            for name in self.started
        }
        return Stack(known, "http://nowhere", self.servers.management_url, self.vhost)

    async def dump(self, name: str, besides: Iterable[str] = ()) -> str:
        """Every row of every table of a service's database as text."""
        tables = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        async with self.driver(name).service.units.read() as session:
            found = sorted(set(await session.scalars(tables)) - set(besides))
            assert "journal" in found
            parts = [
                str(row[0])
                for table in found
                for row in await session.execute(text(f'SELECT CAST(t AS text) FROM "{table}" t'))  # noqa: S608
            ]
        return "\n".join(parts)


def household_id(household: Any) -> UUID:
    return UUID(household["household_id"])
