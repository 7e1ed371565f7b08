"""Takes the messages of one queue, and knows whether it hears.

FastStream opens the channel, sets its limit of messages in hand, and declares and binds the queue. The messages are
taken from the client's lower half (aiormq): FastStream's pipeline for each message costs more than handling it in a
batch does, and its upper half (aio-pika) drops a message of which it can make nothing. Such a message would be
acknowledged unseen together with the next one, or, two hundred in a row, make the queue deaf.

The client opens channels anew and binds queues anew after most losses, not after all: a recovery that fails is not
tried again, and then nobody hears. So a guardian asks each second (`guarding.py`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import aiormq
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel, AbstractRobustQueue
from aiormq.abc import DeliveredMessage
from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker

from shared.contracts.base import Contract
from shared.messaging.failures import reply
from shared.messaging.lenient import incoming
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
            channel=Channel(prefetch_count=most, publisher_confirms=False),
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
        # FastStream has asked it for the contract's key.
        for exchange, name, key in self._topology.bindings():
            if name == queue.name and key != self.contract:
                await queue.bind(exchange, key)
        self._tag = f"{queue.name}-{uuid4().hex[:8]}"
        self._queue = queue
        if isinstance(queue.channel, AbstractRobustChannel):
            queue.channel.reopen_callbacks.add(self._consume)
        await self._consume()

    async def _consume(self, *_: object) -> None:
        """Have the broker deliver; for the client to call, too, when it has opened the channel anew."""
        if self._queue is None:
            return
        channel = await reply(self._queue.channel.get_underlay_channel())
        assert isinstance(channel, aiormq.Channel)
        if self._tag not in channel.consumers:
            await channel.basic_consume(self._queue.name, self._delivered, consumer_tag=self._tag)

    async def _delivered(self, message: DeliveredMessage) -> None:
        await self._take(incoming(message))

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
        """Have the client bring the channel back, and declare, bind and hear the queue anew if it was deleted. Raises
        what the client raises."""
        queue = self._queue
        if queue is None or not isinstance(queue.channel, AbstractRobustChannel):
            return
        async with asyncio.timeout(RESTORE_SECONDS):
            await reply(queue.channel.restore())
            if not await self.hears():
                await reply(queue.restore())
                await reply(self._consume())

    async def end(self) -> None:
        """Take no more messages."""
        queue, self._queue = self._queue, None
        if queue is not None and not queue.channel.is_closed:
            channel = await reply(queue.channel.get_underlay_channel())
            await reply(channel.basic_cancel(self._tag))
