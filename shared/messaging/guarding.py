"""A guardian looks each second whether every listener hears, and once a minute whether every queue is there. It mends
what it can.

What the guardian finds is told by `/readyz`, by metrics and in the log, with the name of the queue.
"""

import asyncio
from collections.abc import Sequence

from aio_pika.exceptions import AMQPChannelError
from faststream.rabbit import RabbitBroker

from shared.messaging.failures import reply
from shared.messaging.listener import Listener
from shared.messaging.topology import Topology
from shared.observability import Metrics, log

LOOK_EVERY_SECONDS = 1.0
DECLARE_EVERY_SECONDS = 60.0
"""A queue that somebody deletes is there again after so long, or as soon as something could not be sent to it."""
DECLARE_SECONDS = 20.0


class Guardian:
    """Keeps the queues and listeners of one service."""

    def __init__(
        self, broker: RabbitBroker, topology: Topology, listeners: Sequence[Listener], metrics: Metrics
    ) -> None:
        self._broker = broker
        self._topology = topology
        self._listeners = listeners
        self._metrics = metrics
        self._missing = asyncio.Event()
        self._deaf: set[str] = set()
        self._undeclared = ""

    @property
    def problems(self) -> list[str]:
        """What the last look found, in words."""
        found = [f"broker: nobody hears the queue {queue}" for queue in sorted(self._deaf)]
        return [*found, *([f"broker: {self._undeclared}"] if self._undeclared else [])]

    def something_is_missing(self) -> None:
        """A message could not be sent: look at once whether the queues are there."""
        self._missing.set()

    async def run(self) -> None:
        """Look until cancelled."""
        clock = asyncio.get_running_loop().time
        declared_at = clock()
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            if self._missing.is_set() or clock() - declared_at > DECLARE_EVERY_SECONDS:
                self._missing.clear()
                await self._declare()
                declared_at = clock()
            for each in self._listeners:
                await self._look(each)

    async def _declare(self) -> None:
        """Make what was deleted; what is there is left as it is, and one of other make is told."""
        try:
            async with asyncio.timeout(DECLARE_SECONDS):
                await reply(self._topology.declare(self._broker))
            self._undeclared = ""
        except AMQPChannelError as error:
            # What the broker says names queues and users, never a person.
            told = f"queues cannot be declared: {error}"
            if told != self._undeclared:
                log().error("queues cannot be declared", kind=type(error).__name__, said=str(error))
            self._undeclared = told
        except Exception as error:
            # A broker that is slow or away says nothing about the queues.
            log().warning("whether all queues are there is not known", kind=type(error).__name__)

    async def _look(self, listener: Listener) -> None:
        hears = await listener.hears()
        queue = listener.queue_name
        self._metrics.consumer_hears.labels(contract=listener.contract).set(hears)
        if hears and queue in self._deaf:
            self._deaf.discard(queue)
            log().info("a queue is heard again", queue=queue)
        if not hears and queue not in self._deaf:
            self._deaf.add(queue)
            log().error("nobody hears a queue", queue=queue)
        if not hears:
            await self._restore(listener)

    async def _restore(self, listener: Listener) -> None:
        try:
            await listener.restore()
        except Exception as error:
            log().warning("a queue is not heard yet", queue=listener.queue_name, kind=type(error).__name__)
