"""Takes the messages of one queue, and knows whether it hears.

FastStream opens the channel, sets its limit of messages in hand, and declares and binds the queue. The messages are
taken from that queue object itself: the library's own pipeline for each message costs more than handling it in a batch
does. The client brings channels, bindings and consumers back after most losses, not after all: a recovery that fails
is not tried again, and then nobody hears. So a guardian asks each second (`guarding.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import aiormq
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel, AbstractRobustQueue
from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker

from shared.contracts.base import Contract
from shared.messaging.failures import reply
from shared.messaging.topology import Topology, facts_of

LOOK_SECONDS = 1.0
RESTORE_SECONDS = 5.0

Take = Callable[[AbstractIncomingMessage], Awaitable[None]]


class Listener:
    """Hears one contract for one service, on a channel of its own."""

    def __init__(
        self, broker: RabbitBroker, topology: Topology, contract: type[Contract], take: Take, most: int
    ) -> None:
        """`most` messages may be in hand at once."""
        self.contract = contract.wire
        self._broker = broker
        self._topology = topology
        self._take = take
        self._declared = topology.queue(contract)
        self._tag = ""
        self._queue: AbstractRobustQueue | None = None
        broker.subscriber(
            self._declared,
            facts_of(contract.publisher()),
            channel=Channel(prefetch_count=most),
            ack_policy=AckPolicy.MANUAL,
            include_in_schema=False,
        )

    @property
    def queue_name(self) -> str:
        return self._declared.name

    async def begin(self) -> None:
        """Hear from now on; the broker has been started."""
        queue = await self._broker.declare_queue(self._declared)
        # The client binds anew only what it was asked to bind: a queue that is deleted by hand comes back whole.
        for exchange, name, key in self._topology.bindings():
            if name == queue.name:
                await queue.bind(exchange, key)
        self._tag = f"{queue.name}-{uuid4().hex[:8]}"
        await queue.consume(self._take, consumer_tag=self._tag)
        self._queue = queue

    async def hears(self) -> bool:
        """Whether the broker delivers this queue's messages to this process."""
        queue = self._queue
        if queue is None or queue.channel.is_closed:
            return False
        try:
            channel = await reply(asyncio.wait_for(queue.channel.get_underlay_channel(), LOOK_SECONDS))
        except Exception:
            return False
        return isinstance(channel, aiormq.Channel) and self._tag in channel.consumers

    async def restore(self) -> None:
        """Have the client bring the channel back; does nothing while that is whole. Raises what the client raises."""
        channel = self._queue.channel if self._queue is not None else None
        if isinstance(channel, AbstractRobustChannel):
            await reply(asyncio.wait_for(channel.restore(), RESTORE_SECONDS))

    async def end(self) -> None:
        """Take no more messages."""
        queue, self._queue = self._queue, None
        if queue is not None and not queue.channel.is_closed:
            await reply(queue.cancel(self._tag))
