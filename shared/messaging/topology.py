"""Which exchanges, queues and bindings there are: the same on every start, made from the contracts (`names.py`).

The publishers' exchanges and the users come from `definitions.py`; each service declares the rest with its own
permissions. A queue is bound to its publisher's exchange by the contract's key and by the consumer's feed key alone. A
message that its queue rejects goes to the parked queue. The doctor holds the broker against the same lists.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from aio_pika.abc import AbstractChannel
from faststream.rabbit import ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue

from shared.contracts import heard_by
from shared.contracts.base import Contract
from shared.messaging import names
from shared.messaging.names import facts_exchange, feed_key, parked

# A message that ends the process each time it is handled is parked after so many times. RabbitMQ 4 would do it after
# 20, which a night of broken connections can reach; 3.10 never.
DELIVERIES = {"x-delivery-limit": 1000}

# Each look at a message that is parked or waits for another try counts as a delivery, and RabbitMQ 4 drops a message
# after 20 unless told otherwise.
LOOKED_AT: dict[str, Any] = {"x-delivery-limit": 10**9}

Binding = tuple[str, str, str]
"""An exchange, the queue that takes messages from it, and the routing key."""


@cache
def facts_of(publisher: str) -> RabbitExchange:
    """Where a service says its facts. No service declares it."""
    return RabbitExchange(facts_exchange(publisher), type=ExchangeType.TOPIC, durable=True, declare=False)


@dataclass(frozen=True)
class Topology:
    """What one service has on the broker."""

    service: str
    retry_delays_seconds: tuple[int, ...]

    @property
    def own(self) -> RabbitExchange:
        return RabbitExchange(self.service, type=ExchangeType.DIRECT, durable=True)

    def queue_name(self, contract: type[Contract]) -> str:
        return names.queue_of(self.service, contract.wire)

    def queue(self, contract: type[Contract]) -> RabbitQueue:
        """The queue on which this service hears the contract."""
        name = self.queue_name(contract)
        return _quorum(name, _never_lost(self.service, parked(name)), routing_key=contract.wire)

    def retry(self, attempt: int) -> RabbitExchange | None:
        """Where a message waits after its `attempt`th failure (from 1); None once it is to be parked."""
        if attempt > len(self.retry_delays_seconds):
            return None
        name = names.retry(self.service, f"{self.retry_delays_seconds[attempt - 1]}s")
        return RabbitExchange(name, type=ExchangeType.FANOUT, durable=True)

    def exchanges(self) -> Iterator[RabbitExchange]:
        """What this service declares."""
        yield self.own
        for attempt in range(1, len(self.retry_delays_seconds) + 1):
            if delay := self.retry(attempt):
                yield delay

    def queues(self) -> Iterator[RabbitQueue]:
        """What this service declares."""
        for contract in heard_by(self.service):
            yield self.queue(contract)
            yield _quorum(parked(self.queue_name(contract)), LOOKED_AT)
        for seconds in self.retry_delays_seconds:
            waiting = {"x-message-ttl": seconds * 1000, **_never_lost(self.service), **LOOKED_AT}
            yield _quorum(names.retry(self.service, f"{seconds}s"), waiting)

    def bindings(self) -> Iterator[Binding]:
        """In the order in which they are made. Of a queue the feed key comes last: who is reached by it hears all that
        is said from then on."""
        for contract in heard_by(self.service):
            name, publisher = self.queue_name(contract), facts_exchange(contract.publisher())
            yield self.service, name, name
            yield publisher, name, contract.wire
            yield publisher, name, feed_key(contract.wire, self.service)
            yield self.service, parked(name), parked(name)
        for seconds in self.retry_delays_seconds:
            name = names.retry(self.service, f"{seconds}s")
            yield name, name, ""

    async def declare(self, broker: RabbitBroker, *, heard: bool = False) -> None:
        """Make everything this service owns on the broker; safe to repeat, also at the same time. Whoever is about to
        hear the queues binds them as well (`listener.py`): with `heard` they are not bound twice.

        The library uses a queue or an exchange on the channel that first declared it. So the queues are declared on a
        channel apart, for each consumer is to have its own with its own limit of messages in hand; and the exchange
        for the facts first on the publishers' channel, where an unroutable message is an error.
        """
        connection = await broker.connect()
        await broker.declare_exchange(facts_of(self.service))
        async with connection.channel() as channel:
            for exchange in self.exchanges():
                await channel.declare_exchange(exchange.name, exchange.type.value, durable=True)
            made = {}
            for queue in self.queues():
                made[queue.name] = await channel.declare_queue(
                    queue.name, durable=True, arguments=queue.arguments
                )
            left_out = set(map(self.queue_name, heard_by(self.service))) if heard else set()
            for exchange_name, queue_name, key in self.bindings():
                if queue_name not in left_out:
                    await made[queue_name].bind(exchange_name, key)

    async def depths(self, broker: RabbitBroker) -> "Depths":
        """What lies in this service's queues, of all its replicas."""
        found = Depths()
        connection = await broker.connect()
        async with connection.channel() as channel:
            for contract in heard_by(self.service):
                name = self.queue_name(contract)
                found.waiting[contract.wire], found.ears[contract.wire] = await _counts(channel, name)
                found.parked[contract.wire], _ = await _counts(channel, parked(name))
            for seconds in self.retry_delays_seconds:
                retrying, _ = await _counts(channel, names.retry(self.service, f"{seconds}s"))
                found.retrying[f"{seconds}s"] = retrying
        return found


@dataclass(frozen=True)
class Depths:
    """Messages in a service's queues: waiting and parked by contract, to be tried again by delay; and by contract how
    many consumers the broker delivers to. What a consumer has in hand is not counted."""

    waiting: dict[str, int] = field(default_factory=dict)
    parked: dict[str, int] = field(default_factory=dict)
    retrying: dict[str, int] = field(default_factory=dict)
    ears: dict[str, int] = field(default_factory=dict)


async def _counts(channel: AbstractChannel, queue: str) -> tuple[int, int]:
    """Messages and consumers of a queue."""
    declared = (await channel.declare_queue(queue, passive=True)).declaration_result
    return declared.message_count or 0, declared.consumer_count or 0


def _quorum(name: str, arguments: dict[str, Any], routing_key: str = "") -> RabbitQueue:
    # The library's overloads name each known argument; a plain dictionary fits none of them.
    return RabbitQueue(  # type: ignore[call-overload, no-any-return]
        name, queue_type=QueueType.QUORUM, durable=True, routing_key=routing_key, arguments=arguments
    )


def _never_lost(exchange: str, routing_key: str | None = None) -> dict[str, Any]:
    """A dead-letter route that confirms: the message stays until the other queue has it."""
    return {
        "x-dead-letter-exchange": exchange,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
        **DELIVERIES,
        **({"x-dead-letter-routing-key": routing_key} if routing_key else {}),
    }
