"""The way in: messages are gathered, handled in one transaction, and acknowledged together after the commit.

While one batch is in its transaction, the next one gathers. So an idle service handles a message at once, and a busy
service works in large batches. A batch whose handler fails is halved until the message to blame stands alone.

Acknowledging. RabbitMQ numbers the deliveries of a channel, and one acknowledgement with `multiple` covers every
delivery up to its number. The consumer works messages off in the order in which they came, so one acknowledgement per
batch and channel is enough. Example: deliveries 7, 8, 9 are one batch, and 8 cannot be read. The consumer copies 8 to
the parked queue and waits until the broker has confirmed the copy; it commits 7 and 9; then it acknowledges 9, which
covers all three. If the process ends before that, the broker delivers all three again: the inbox drops 7 and 9, and 8
is parked a second time. If 9 were acknowledged before the copy of 8 is safe, 8 could be lost.

Conflicts. Two replicas can stand in each other's way: a deadlock, a row that is locked. No message is to blame for
that, so none loses a try: the consumer rolls back, waits a moment and tries the same batch again. A large batch may
meet the same conflict again and again, since it locks much; after five conflicts it is halved, and the halves lock
less. A single message is never given up for a conflict: parked, it would be a need that nobody serves.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError
from pydantic import ValidationError
from sqlalchemy import select

from shared.contracts.base import Contract
from shared.database.errors import is_conflict, is_outage, kind_of
from shared.messaging import crashpoints, inbox_rows
from shared.messaging.envelope import Malformed
from shared.messaging.failures import Failures, reply
from shared.messaging.reading import Received, read, why_unreadable
from shared.messaging.states import Jumped
from shared.messaging.unit import Unit, Units
from shared.observability import Metrics, log

F = TypeVar("F", bound=Contract)
Handler = Callable[[list[F], Unit], Awaitable[None]]

LINGER_SECONDS = 0.002
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
CONFLICT_TRIES = 5
LOST_IN_A_ROW = 3
ANSWER_SECONDS = 2.0
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
        hears: Hears[Any],
        queue: str,
        units: Units,
        failures: Failures,
        metrics: Metrics,
        batch_size: int,
    ) -> None:
        self._contract = hears.contract
        self._handler = hears.handler
        self._queue = queue
        self._units = units
        self._failures = failures
        self._metrics = metrics
        self._batch_size = batch_size
        self._is_stuck = False
        self._oldest: float | None = None
        self.on_refusal: Callable[[], None] = _nobody
        """Called when the broker does not take a copy: a queue may be missing."""
        self._waiting: asyncio.Queue[tuple[AbstractIncomingMessage, float]] = asyncio.Queue()
        contract = hears.contract.wire
        self._handled = metrics.messages_handled.labels(contract=contract)
        self._last_handled = metrics.last_handled.labels(contract=contract)
        self._duplicates = metrics.inbox_duplicates.labels(contract=contract)
        self._handling = metrics.handling.labels(contract=contract)
        self._end_to_end = metrics.end_to_end.labels(contract=contract)

    @property
    def contract(self) -> str:
        """The wire name of what it handles."""
        return str(self._contract.wire)

    def held_seconds(self) -> float:
        """How long the oldest message of the batch under way has been here; 0 if none is."""
        return time.monotonic() - self._oldest if self._oldest is not None else 0.0

    def problem(self) -> str | None:
        """What keeps it from going on, in words."""
        wire = self._contract.wire
        return (
            f"a message of {wire} cannot be put aside, and those behind it wait" if self._is_stuck else None
        )

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
            log().critical("a consumer ended", contract=self._contract.wire, exc_info=error)
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
                await self._park(raw, why_unreadable(error), "unreadable")
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
                log().warning("not acknowledged", contract=self._contract.wire, kind=type(error).__name__)

    async def _gather(self, linger: bool) -> list[tuple[AbstractIncomingMessage, float]]:
        batch = [await self._waiting.get()]
        if linger and self._waiting.qsize() + 1 < self._batch_size:
            await asyncio.sleep(LINGER_SECONDS)
        while len(batch) < self._batch_size and not self._waiting.empty():
            batch.append(self._waiting.get_nowait())
        return batch

    async def _handle(self, batch: Sequence[Received]) -> None:
        try:
            forged = await self._work_through_troubles(batch)
        except Exception as error:
            await self._blame(batch, error)
            return
        for received in batch:
            if received.envelope.id in forged:
                await self._park(
                    received.raw, "its id was used before by a message with other content", "forged"
                )

    async def _blame(self, batch: Sequence[Received], error: Exception) -> None:
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._handle(batch[:middle])
            await self._handle(batch[middle:])
            return
        (received,) = batch
        if isinstance(error, Jumped):
            await self._park(received.raw, str(error), "jumped")
            return
        log().error("a handler failed", exc_info=error, **self._context(received))
        await self._until_safe(
            lambda: self._failures.failed(received.raw, self._queue, self._contract.wire, error)
        )

    async def _work_through_troubles(self, batch: Sequence[Received]) -> set[UUID]:
        """Handle a batch, and try again while no message is to blame: after an outage or a conflict without end for one
        message; for a batch until five conflicts, or until three losses while the database answers: it may be too much
        for one transaction. Then it raises, so that the caller halves the batch."""
        pause, conflicts, lost = FIRST_PAUSE_SECONDS, 0, 0
        while True:
            try:
                return await self._work(batch)
            except Exception as error:
                conflicts += is_conflict(error)
                if not is_outage(error) and not (
                    is_conflict(error) and self._retry_conflict(batch, conflicts)
                ):
                    raise
                self._log_trouble(error)
                lost += is_outage(error)
                if len(batch) > 1 and lost >= LOST_IN_A_ROW and await self._database_answers():
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _database_answers(self) -> bool:
        """Whether the database is there for others."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self._units.read() as session:
                await session.execute(select(1))
        except Exception:
            return False
        return True

    @staticmethod
    def _retry_conflict(batch: Sequence[Received], conflicts: int) -> bool:
        return len(batch) == 1 or conflicts < CONFLICT_TRIES

    def _log_trouble(self, error: Exception) -> None:
        contract, kind = self._contract.wire, kind_of(error)
        if is_outage(error):
            self._metrics.outages.inc()
            log().warning("waiting for the database", contract=contract, kind=kind)
        else:
            log().info("in the way of another transaction", contract=contract, kind=kind)

    async def _work(self, batch: Sequence[Received]) -> set[UUID]:
        """One transaction; returns the ids that were forged."""
        # Of two copies of a message in one batch the first stays, because it is put into the dictionary last.
        first = {received.envelope.id: received for received in reversed(batch)}
        async with self._units.open([received.envelope for received in batch]) as unit:
            digests = {identity: received.envelope.digest for identity, received in first.items()}
            known = await inbox_rows.claim(unit.session, self.contract, digests)
            fresh = [received for received in first.values() if received.envelope.id not in known]
            # Ids are UUIDv7: in their order the handler gets the facts in the order in which they were said.
            fresh.sort(key=lambda received: received.envelope.id)
            if fresh:
                unit.looked_at = [each.fact for each in fresh if self._failures.looked_at(each.raw)]
                await self._handler([received.fact for received in fresh], unit)
        digests |= known
        self._count(fresh, len(batch) - len(fresh))
        return {
            received.envelope.id
            for received in batch
            if received.envelope.digest != digests[received.envelope.id]
        }

    def _count(self, fresh: Sequence[Received], duplicates: int) -> None:
        now, clock = datetime.now(UTC), time.monotonic()
        self._handled.inc(len(fresh))
        self._last_handled.set(now.timestamp())
        self._duplicates.inc(duplicates)
        for received in fresh:
            self._handling.observe(clock - received.came_at)
            self._end_to_end.observe(max((now - received.envelope.time).total_seconds(), 0.0))

    async def _park(self, raw: AbstractIncomingMessage, reason: str, kind: str) -> None:
        log().warning(
            "parked a message", contract=self._contract.wire, reason=reason, message_id=raw.message_id
        )
        await self._until_safe(
            lambda: self._failures.park(raw, self._queue, self._contract.wire, reason, kind)
        )

    async def _until_safe(self, copy: Callable[[], Awaitable[None]]) -> None:
        """Try until the broker has the copy. If the connection is gone, the broker redelivers the original."""
        pause = 0.1
        while True:
            try:
                await copy()
                self._is_stuck = False
                return
            except Exception as error:
                self._is_stuck = True
                self.on_refusal()
                log().warning(
                    "the broker did not take the copy",
                    contract=self._contract.wire,
                    kind=type(error).__name__,
                )
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _context(self, received: Received) -> dict[str, str]:
        return {
            "contract": self._contract.wire,
            "message_id": str(received.envelope.id),
            "correlation_id": str(received.envelope.correlation_id),
            "subject": str(received.envelope.subject),
        }


def _nobody() -> None:
    """Nobody needs to know."""
