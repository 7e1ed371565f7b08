"""The way in: messages are gathered, handled in one transaction, and acknowledged together after the commit.

While one batch is in its transaction, the next one gathers. So an idle service handles a message at once, and a busy
service works in large batches. A batch whose handler fails is halved until the message to blame stands alone.

Acknowledging. RabbitMQ numbers the deliveries of a channel, and one acknowledgement with `multiple` covers every
delivery up to its number. The consumer works messages off in the order in which they came, so one acknowledgement per
batch and channel is enough. Example: deliveries 7, 8, 9 are one batch, and 8 cannot be read. The consumer copies 8 to
the parked queue and waits until the broker has confirmed the copy; it commits 7 and 9; then it acknowledges 9, which
covers all three. If the process ends before that, the broker delivers all three again: the inbox drops 7 and 9, and 8
is parked a second time. If 9 were acknowledged before the copy of 8 is safe, 8 could be lost.

What else it takes: `reading.py` reads a message, `handling.py` is the transaction, `patience.py` tries it again after a
conflict or an outage, and `aside.py` puts away what cannot be handled.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Generic, TypeVar

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError
from pydantic import ValidationError

from shared.contracts.base import Contract
from shared.messaging import crashpoints
from shared.messaging.aside import Aside
from shared.messaging.envelope import Malformed
from shared.messaging.failures import reply
from shared.messaging.patience import Patience
from shared.messaging.reading import Received, read, why_unreadable
from shared.messaging.states import Jumped
from shared.messaging.unit import Unit
from shared.observability import Metrics, log

F = TypeVar("F", bound=Contract)
Handler = Callable[[list[F], Unit], Awaitable[None]]

LINGER_SECONDS = 0.002
# When a connection has died, the client may wait for its writer for ever; so this wait ends.
ACKNOWLEDGE_SECONDS = 5.0


@dataclass(frozen=True)
class Hears(Generic[F]):
    """A contract and the handler that this service has for it."""

    contract: type[F]
    handler: Handler[F]


class Consumer:
    """Handles one contract for one service."""

    def __init__(
        self,
        contract: type[Contract],
        patience: Patience,
        aside: Aside,
        metrics: Metrics,
        batch_size: int,
    ) -> None:
        self._contract = contract
        self._patience = patience
        self._aside = aside
        self._metrics = metrics
        self._batch_size = batch_size
        self._oldest: float | None = None
        self._waiting: asyncio.Queue[tuple[AbstractIncomingMessage, float]] = asyncio.Queue()

    @property
    def contract(self) -> str:
        """The wire name of what it handles."""
        return str(self._contract.wire)

    def held_seconds(self) -> float:
        """How long the oldest message of the batch under way has been here; 0 if none is."""
        return time.monotonic() - self._oldest if self._oldest is not None else 0.0

    def problem(self) -> str | None:
        """What keeps it from going on, in words."""
        if not self._aside.is_stuck:
            return None
        return f"a message of {self.contract} cannot be put aside, and those behind it wait"

    async def take(self, raw: AbstractIncomingMessage) -> None:
        """Put a message in line. It is acknowledged once it is handled, or safe in a retry or parked queue."""
        if crashpoints.ARMED:
            crashpoints.reached(crashpoints.AFTER_RECEIVE)
        self._waiting.put_nowait((raw, time.monotonic()))

    async def run(self) -> None:
        """Gather, handle and acknowledge until cancelled."""
        try:
            await self._run()
        except Exception as error:
            log().critical("a consumer ended", contract=self.contract, exc_info=error)
            raise

    async def _run(self) -> None:
        full = False
        while True:
            batch = await self._gather(linger=full)
            full = len(batch) > self._batch_size // 2
            self._metrics.batch_size.observe(len(batch))
            self._oldest = batch[0][1]
            try:
                await self._work_off(batch)
                await self._acknowledge([raw for raw, _ in batch])
            finally:
                self._oldest = None
                for _ in batch:
                    self._waiting.task_done()

    async def finish(self) -> None:
        """Wait until everything received is acknowledged."""
        await self._waiting.join()

    async def _work_off(self, batch: Sequence[tuple[AbstractIncomingMessage, float]]) -> None:
        """All of the batch is handled or safe elsewhere when this returns; what makes no sense is parked."""
        received = []
        for raw, came_at in batch:
            try:
                received.append(read(self._contract, raw, came_at))
            except (Malformed, ValidationError) as error:
                await self._aside.park(raw, why_unreadable(error), "unreadable")
        if received:
            await self._handle(received)

    async def _acknowledge(self, batch: Sequence[AbstractIncomingMessage]) -> None:
        """Acknowledge once per channel. If a channel has closed, the broker redelivers its messages, and the inbox
        drops the duplicates."""
        last = {}
        for raw in batch:
            with suppress(ChannelInvalidStateError):
                last[raw.channel] = raw
        for raw in last.values():
            try:
                await reply(asyncio.wait_for(raw.ack(multiple=True), ACKNOWLEDGE_SECONDS))
            except Exception as error:
                log().warning("not acknowledged", contract=self.contract, kind=type(error).__name__)

    async def _gather(self, linger: bool) -> list[tuple[AbstractIncomingMessage, float]]:
        batch = [await self._waiting.get()]
        if linger and self._waiting.qsize() + 1 < self._batch_size:
            await asyncio.sleep(LINGER_SECONDS)
        while len(batch) < self._batch_size and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        return batch

    async def _handle(self, batch: Sequence[Received]) -> None:
        try:
            forged = await self._patience.handle(batch)
        except Exception as error:
            await self._blame(batch, error)
            return
        for received in batch:
            if received.envelope.id in forged:
                reason = "its id was used before by a message with other content"
                await self._aside.park(received.raw, reason, "forged")

    async def _blame(self, batch: Sequence[Received], error: Exception) -> None:
        """Halve the batch until the message to blame stands alone, and put that aside."""
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._handle(batch[:middle])
            await self._handle(batch[middle:])
        elif isinstance(error, Jumped):
            await self._aside.park(batch[0].raw, str(error), "jumped")
        else:
            await self._aside.failed(batch[0], error)
