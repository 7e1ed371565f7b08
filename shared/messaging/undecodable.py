"""A message that the client cannot decode is parked alone.

It cuts the service off: the client gives up the connection, the broker gives all messages in hand back, and the next
connection would meet the same message. Only the cause of the closing says that there is one, not which. So before the
client connects again, every queue of the service is looked through by a connection that can read such a message; it is
parked, and the others are left as they were.
"""

import asyncio

from aio_pika import DeliveryMode, Message, connect
from aio_pika.abc import AbstractChannel, AbstractConnection
from yarl import URL

from shared.contracts import heard_by
from shared.contracts.base import Contract
from shared.messaging.failures import parking_headers
from shared.messaging.lenient import LenientConnection, undecodable
from shared.messaging.names import parked
from shared.messaging.topology import Topology
from shared.observability import Metrics, log

MOST_LOOKED_AT = 1000
"""Messages per queue; what was in hand when the connection closed lies at the queue's beginning."""
# The broker gives messages in hand back a little after the connection has closed.
PAUSES_SECONDS = (0.0, 0.1, 0.3, 1.0)
LONGEST_SECONDS = 20.0


class Undecodable:
    """Looks through the queues of one service. `url` is the broker's address with the service's password."""

    def __init__(self, url: str | URL, topology: Topology, metrics: Metrics) -> None:
        self._url = url
        self._topology = topology
        self._metrics = metrics

    async def connection_closed(
        self, _: AbstractConnection | None, cause: BaseException | None = None
    ) -> None:
        """For the client to call. It waits for the answer before it connects again."""
        if cause is None or isinstance(cause, OSError | asyncio.CancelledError):
            # The broker or the network is away, or the service leaves. The client's own ConnectionClosed is one too.
            return
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._look_through()
        except Exception as error:
            log().warning("cannot look for what cannot be decoded", kind=type(error).__name__)

    async def _look_through(self) -> None:
        connection = await connect(self._url, connection_class=LenientConnection)
        async with connection:
            for pause in PAUSES_SECONDS:
                await asyncio.sleep(pause)
                found = [await self._clear(connection, each) for each in heard_by(self._topology.service)]
                if any(found):
                    return

    async def _clear(self, connection: AbstractConnection, contract: type[Contract]) -> int:
        """Park what cannot be decoded in a contract's queue; how many. What else was looked at goes back when the
        channel closes."""
        name, count = self._topology.queue_name(contract), 0
        async with connection.channel(on_return_raises=True) as channel:
            queue = await channel.get_queue(name, ensure=False)
            for _ in range(MOST_LOOKED_AT):
                message = await queue.get(fail=False)
                if message is None:
                    break
                if reason := undecodable(message.headers):
                    await self._park(channel, parked(name), message.body, reason)
                    await message.ack()
                    self._metrics.messages_parked.labels(contract=contract.wire, reason="unreadable").inc()
                    log().warning("parked a message", contract=contract.wire, reason=reason)
                    count += 1
        return count

    async def _park(self, channel: AbstractChannel, queue: str, body: bytes, reason: str) -> None:
        own = await channel.get_exchange(self._topology.service, ensure=False)
        copy = Message(body, headers={**parking_headers(reason)}, delivery_mode=DeliveryMode.PERSISTENT)
        await own.publish(copy, queue, mandatory=True)
