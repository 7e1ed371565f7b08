"""The walls on the broker: no service can say what another says, nor hear what it is not told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from typing import Any, ClassVar
from uuid import UUID, uuid4

import aio_pika
import httpx
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from faststream.rabbit import RabbitBroker

from shared import contracts
from shared.contracts import HEARD_BY, SERVICES
from shared.contracts.base import Contract
from shared.messaging.definitions import OPERATOR
from shared.messaging.names import facts_exchange, feed_key, parked, retry
from shared.messaging.topology import Topology
from tests.support.databases import fresh_vhost
from tests.support.forgery import WAYS, Forger, Target
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

CONTROL = b"control"


def made_up(publisher: str) -> type[Contract]:
    """A contract that this service might say."""

    class Said(Contract):
        wire: ClassVar[str] = f"{publisher}.said.v1"

        @property
        def subject(self) -> UUID:
            return uuid4()

    return Said


class Connections:
    """A connection for each user, and a new channel for each try: a refusal closes it."""

    def __init__(self, servers: Servers, vhost: str) -> None:
        self.servers = servers
        self.vhost = vhost
        self._made: dict[str, AbstractConnection] = {}

    @asynccontextmanager
    async def channel(self, user: str) -> AsyncIterator[AbstractChannel]:
        made = self._made.get(user)
        if made is None or made.is_closed:
            made = self._made[user] = await aio_pika.connect(self.servers.broker_url(user, self.vhost))
        channel = await made.channel()
        try:
            yield channel
        finally:
            if not channel.is_closed:
                await channel.close()

    def management(self, user: str) -> Callable[..., Awaitable[httpx.Response]]:
        host, port = self.servers.management_address
        password = self.servers.operator_password if user == OPERATOR else self.servers.passwords[user]

        async def call(method: str, path: str, content: object) -> httpx.Response:
            async with httpx.AsyncClient(auth=(user, password), trust_env=False, timeout=30) as client:
                address = f"http://{host}:{port}/api/{path.replace('VHOST', self.vhost)}"
                return await client.request(method, address, json=content)

        return call

    async def close(self) -> None:
        for each in self._made.values():
            await each.close()


@pytest.fixture(scope="module")
def circle() -> Iterator[None]:
    """Besides what is said today, each service says something, which the next one hears."""
    heard = dict(HEARD_BY)
    for number, publisher in enumerate(SERVICES):
        heard[made_up(publisher)] = (SERVICES[(number + 1) % len(SERVICES)],)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contracts, "HEARD_BY", heard)
        yield


@asynccontextmanager
async def standing(servers: Servers) -> AsyncIterator[Connections]:
    """A broker as all five services leave it, each with its own permissions."""
    with fresh_vhost(servers) as vhost:
        for service in SERVICES:
            broker = RabbitBroker(servers.broker_url(service, vhost), logger=None)
            await Topology(service, (1,)).declare(broker)
            await broker.stop()
        made = Connections(servers, vhost)
        yield made
        await made.close()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def connections(circle: None, servers: Servers) -> AsyncIterator[Connections]:
    async with standing(servers) as made:
        yield made


def targets() -> Iterator[Target]:
    """One for each publisher: what it says to one consumer and nobody else."""
    for publisher in SERVICES:
        contract, hearers = next(
            (contract, hearers)
            for contract, hearers in contracts.HEARD_BY.items()
            if contract.publisher() == publisher and len(hearers) == 1
        )
        yield Target(publisher, hearers[0], contract.wire)


async def forge(connections: Connections, service: str, target: Target, way: str, user: str) -> None:
    """Try; whatever the broker answers is an answer."""
    async with connections.channel(user) as channel:
        body = f"forged by {service}: {target.publisher}'s {target.wire}, {way}".encode()
        forger = Forger(service, f"{service}.said.v1", channel, connections.management(user), body)
        with suppress(AMQPError, ChannelInvalidStateError):
            await WAYS[way](forger, target)


async def spy_on(connections: Connections, target: Target) -> str:
    """A queue of the operator's that hears all that is said on the publisher's exchange."""
    async with connections.channel(OPERATOR) as channel:
        queue = await channel.declare_queue(f"spy on {target.facts}", durable=True)
        await queue.bind(target.facts, "#")
        return str(queue.name)


async def arrived(connections: Connections, queues: set[str]) -> dict[str, list[bytes]]:
    """What lies in these queues, taken out, after something true has come on every way to them."""
    found: dict[str, list[bytes]] = {each: [] for each in queues}
    async with connections.channel(OPERATOR) as channel:
        taken = {name: await channel.get_queue(name, ensure=False) for name in queues}

        async def look() -> dict[str, list[bytes]]:
            for name, queue in taken.items():
                while message := await queue.get(no_ack=True, fail=False):
                    found[name].append(message.body)
            return found

        await until(look, lambda now: all(each.count(CONTROL) == 2 for each in now.values()))
    return found


async def send_control(connections: Connections, target: Target, spy: str) -> None:
    """Two true messages: by the publisher, and by the consumer's slowest way, its retries."""
    async with connections.channel(target.publisher) as channel:
        exchange = await channel.get_exchange(target.facts, ensure=False)
        await exchange.publish(aio_pika.Message(CONTROL), target.wire, mandatory=True)
    async with connections.channel(target.consumer) as channel:
        exchange = await channel.get_exchange(target.retry, ensure=False)
        await exchange.publish(aio_pika.Message(CONTROL), target.queue, mandatory=True)
    async with connections.channel(OPERATOR) as channel:
        await channel.default_exchange.publish(aio_pika.Message(CONTROL), spy)


async def test_no_service_can_say_what_another_says(connections: Connections) -> None:
    """Every service's user tries every way against every other publisher: nothing arrives where facts are heard, and
    nothing is said on the publisher's exchange. A consumer may fill its own queue, but not speak to the others."""
    wanted = list(targets())
    heard = {each: each.queue for each in wanted}
    said = {each: await spy_on(connections, each) for each in wanted}

    async def try_all(service: str) -> None:
        for target in wanted:
            if service == target.publisher:
                continue
            for way in WAYS:
                await forge(connections, service, target, way, user=service)

    await asyncio.gather(*map(try_all, SERVICES))
    for target in wanted:
        await send_control(connections, target, said[target])
    found = await arrived(connections, {*heard.values(), *said.values()})
    for target in wanted:
        own = f"forged by {target.consumer}: ".encode()
        assert [each for each in found[target.queue] if each != CONTROL and not each.startswith(own)] == []
        assert [each for each in found[said[target]] if each != CONTROL] == []


async def test_each_way_gets_through_where_no_wall_stands(circle: None, servers: Servers) -> None:
    """Else the test above would show nothing: the operator, who may do everything, tries the same ways."""
    target = next(targets())
    async with standing(servers) as connections, connections.channel(OPERATOR) as channel:
        for way in WAYS:
            await forge(connections, "donations", target, way, user=OPERATOR)
        queue = await channel.get_queue(target.queue, ensure=False)
        got: set[str] = set()

        async def look() -> set[str]:
            while message := await queue.get(no_ack=True, fail=False):
                got.add(message.body.decode().partition(", ")[2])
            return set(WAYS) - got

        await until(look, lambda missing: not missing)


async def bound(connections: Connections, user: str, exchange: str, key: str) -> bool:
    """Whether the user may bind a queue of its own to this exchange by this key."""
    async with connections.channel(user) as channel:
        queue = await channel.declare_queue(retry(user, "99s"), durable=True)
        try:
            await queue.bind(exchange, key)
            await queue.unbind(exchange, key)
        except AMQPError:
            return False
        return True


async def test_a_service_can_hear_what_it_is_told_and_nothing_else(connections: Connections) -> None:
    allowed = set()
    for contract, hearers in contracts.HEARD_BY.items():
        exchange = facts_exchange(contract.publisher())
        for service in hearers:
            allowed |= {
                (service, exchange, contract.wire),
                (service, exchange, feed_key(contract.wire, service)),
            }

    async def what_it_hears(service: str) -> set[tuple[str, str, str]]:
        tried = {(service, facts_exchange(each), key) for each in SERVICES for key in keys_of(each, service)}
        return {each for each in tried if await bound(connections, *each)}

    assert set().union(*await asyncio.gather(*map(what_it_hears, SERVICES))) == allowed


def keys_of(publisher: str, service: str) -> set[str]:
    """By which a service might try to hear a publisher."""
    keys = {"", "#", f"{publisher}.*.v1"}
    for contract in contracts.HEARD_BY:
        if contract.publisher() == publisher:
            others = [each for each in SERVICES if each != service]
            keys |= {contract.wire, feed_key(contract.wire, service), feed_key(contract.wire, others[0])}
    return keys


async def test_a_service_cannot_touch_what_is_anothers(connections: Connections) -> None:
    """Not read, empty, delete or unbind it; nor listen in on the way there."""
    let_through = []
    for service in SERVICES:
        for target in targets():
            if service not in (target.publisher, target.consumer):
                let_through += [name async for name in touched(connections, service, target)]
    assert let_through == []


async def touched(connections: Connections, service: str, target: Target) -> AsyncIterator[str]:
    """What the broker let the service do to what is not its own."""
    for name, way in tries_of(service).items():
        async with connections.channel(service) as channel:
            try:
                await way(channel, target)
            except AMQPError:
                continue
            yield f"{service}: {name}, {target}"


def tries_of(service: str) -> dict[str, Callable[[AbstractChannel, Target], Awaitable[Any]]]:
    return {
        "get": lambda channel, target: get(channel, target.queue),
        "get what is parked": lambda channel, target: get(channel, parked(target.queue)),
        "consume": consume,
        "purge": purge,
        "delete the queue": lambda channel, target: channel.queue_delete(target.queue),
        "delete its exchange": lambda channel, target: channel.exchange_delete(target.consumer),
        "delete the facts": lambda channel, target: channel.exchange_delete(target.facts),
        "unbind": unbind,
        "hear retries": lambda channel, target: hear(channel, target.retry, service),
        "hear replays": lambda channel, target: hear(channel, target.consumer, service, target.queue),
        "hear the broker's trace": lambda channel, _: hear(channel, "amq.rabbitmq.trace", service, "#"),
        "an exchange hears": lambda channel, target: pass_on(channel, target, service),
        "a queue of any name": lambda channel, _: channel.declare_queue(f"{service}.spy"),
        "a queue of no name": lambda channel, _: channel.declare_queue(exclusive=True),
    }


async def get(channel: AbstractChannel, name: str) -> None:
    queue = await channel.get_queue(name, ensure=False)
    await queue.get(fail=False)


async def consume(channel: AbstractChannel, target: Target) -> None:
    queue = await channel.get_queue(target.queue, ensure=False)

    async def drop(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        await message.ack()

    await queue.consume(drop)


async def purge(channel: AbstractChannel, target: Target) -> None:
    queue = await channel.get_queue(target.queue, ensure=False)
    await queue.purge()


async def unbind(channel: AbstractChannel, target: Target) -> None:
    queue = await channel.get_queue(target.queue, ensure=False)
    await queue.unbind(target.facts, target.wire)


async def hear(channel: AbstractChannel, exchange: str, service: str, key: str = "") -> None:
    queue = await channel.declare_queue(retry(service, "99s"), durable=True)
    await queue.bind(exchange, key)


async def pass_on(channel: AbstractChannel, target: Target, service: str) -> None:
    own = await channel.declare_exchange(retry(service, "99s"), "fanout", durable=True)
    await own.bind(target.facts, target.wire)
