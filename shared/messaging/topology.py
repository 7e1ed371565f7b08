"""Which exchanges and queues there are: the same on every start, made from the contracts.

    relief                      topic exchange; a fact's routing key is its wire name
    S                           direct exchange of service S: its own queues, retries come back through it
    S.<contract>                quorum queue: what S hears, bound to <contract> and to <contract>.for.S alone;
                                rejected messages go to its parked queue
    S.<contract>.parked         quorum queue: what an operator must look at
    S.retry.<delay>s            fanout exchange and quorum queue: a message waits there, then returns to its queue

`relief` itself and the users come from `definitions.py`; each service declares the rest with its own permissions.
"""

from dataclasses import dataclass
from typing import Any

from aio_pika.abc import AbstractChannel, AbstractQueue
from faststream.rabbit import ExchangeType, QueueType, RabbitBroker, RabbitExchange, RabbitQueue

from shared.contracts import heard_by
from shared.contracts.base import Contract

RELIEF = RabbitExchange("relief", type=ExchangeType.TOPIC, durable=True, declare=False)

# A message that ends the process each time it is handled is parked after so many times. RabbitMQ 4 would do it after
# 20, which a night of broken connections can reach; 3.10 never.
DELIVERIES = {"x-delivery-limit": 1000}

# Each look at a message that is parked or waits for another try counts as a delivery, and RabbitMQ 4 drops a message
# after 20 unless told otherwise.
LOOKED_AT: dict[str, Any] = {"x-delivery-limit": 10**9}


@dataclass(frozen=True)
class Topology:
    """The names of one consumer's queues."""

    service: str
    retry_delays_seconds: tuple[int, ...]

    @property
    def own(self) -> RabbitExchange:
        return RabbitExchange(self.service, type=ExchangeType.DIRECT, durable=True)

    def queue_name(self, contract: type[Contract]) -> str:
        return f"{self.service}.{contract.wire}"

    def queue(self, contract: type[Contract]) -> RabbitQueue:
        """The queue on which this service hears the contract."""
        name = self.queue_name(contract)
        arguments = _never_lost(self.service, parked(name))
        return _quorum(name, arguments, routing_key=contract.wire)

    def retry(self, attempt: int) -> RabbitExchange | None:
        """Where a message waits after its `attempt`th failure (from 1); None once it is to be parked."""
        if attempt > len(self.retry_delays_seconds):
            return None
        name = f"{self.service}.retry.{self.retry_delays_seconds[attempt - 1]}s"
        return RabbitExchange(name, type=ExchangeType.FANOUT, durable=True)

    async def declare(self, broker: RabbitBroker) -> None:
        """Make everything this service owns on the broker; safe to repeat, also at the same time.

        The library uses a queue or an exchange on the channel that first declared it. So the queues are declared on a
        channel apart, for each consumer is to have its own with its own limit of messages in hand; and `relief` first
        on the publishers' channel, where an unroutable message is an error.
        """
        connection = await broker.connect()
        await broker.declare_exchange(RELIEF)
        async with connection.channel() as channel:
            own = await channel.declare_exchange(self.own.name, "direct", durable=True)
            relief = await channel.get_exchange(RELIEF.name, ensure=False)
            for contract in heard_by(self.service):
                queue = await _declared(channel, self.queue(contract))
                await queue.bind(own, queue.name)
                await queue.bind(relief, contract.wire)
                # Last: who is reached by this key hears all that is said from then on.
                await queue.bind(relief, feed_key(contract.wire, self.service))
                held = await _declared(channel, _quorum(parked(queue.name), LOOKED_AT))
                await held.bind(own, held.name)
            for attempt, seconds in enumerate(self.retry_delays_seconds, start=1):
                exchange = self.retry(attempt)
                assert exchange is not None
                delay = await channel.declare_exchange(exchange.name, "fanout", durable=True)
                waiting = {"x-message-ttl": seconds * 1000, **_never_lost(self.service), **LOOKED_AT}
                queue = await _declared(channel, _quorum(exchange.name, waiting))
                await queue.bind(delay)

    async def count_parked(self, broker: RabbitBroker) -> dict[str, int]:
        """Messages in each parked queue, by contract."""
        counts = {}
        connection = await broker.connect()
        async with connection.channel() as channel:
            for contract in heard_by(self.service):
                queue = await channel.declare_queue(parked(self.queue_name(contract)), passive=True)
                counts[contract.wire] = queue.declaration_result.message_count or 0
        return counts


async def _declared(channel: AbstractChannel, queue: RabbitQueue) -> AbstractQueue:
    return await channel.declare_queue(queue.name, durable=True, arguments=queue.arguments)


def feed_key(wire: str, consumer: str) -> str:
    """The routing key by which a publisher reaches one consumer of a contract alone."""
    return f"{wire}.for.{consumer}"


def parked(queue_name: str) -> str:
    """The name of the queue that holds what could not be handled."""
    return f"{queue_name}.parked"


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
