"""Puts a message of one contract aside, to be tried again later or parked, and does not give up before it is safe."""

import asyncio
from collections.abc import Awaitable, Callable

from aio_pika.abc import AbstractIncomingMessage

from shared.messaging.failures import Failures
from shared.messaging.reading import Received
from shared.observability import log

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0


class Aside:
    """Where the messages of one queue go that cannot be handled now. `contract` is a wire name."""

    def __init__(self, contract: str, queue: str, failures: Failures) -> None:
        self._contract = contract
        self._queue = queue
        self._failures = failures
        self.is_stuck = False
        """Whether the broker does not take a copy at present."""
        self.on_refusal: Callable[[], None] = _nobody
        """Called when the broker does not take a copy: a queue may be missing."""

    async def park(self, raw: AbstractIncomingMessage, reason: str, kind: str) -> None:
        """Have the message lie for an operator; returns once the copy is safe."""
        log().warning("parked a message", contract=self._contract, reason=reason, message_id=raw.message_id)
        await self._until_safe(lambda: self._failures.park(raw, self._queue, self._contract, reason, kind))

    async def failed(self, received: Received, error: Exception) -> None:
        """Have the message come again later, or lie parked after the last try; returns once the copy is safe."""
        log().error("a handler failed", exc_info=error, **self._context(received))
        await self._until_safe(
            lambda: self._failures.failed(received.raw, self._queue, self._contract, error)
        )

    async def _until_safe(self, copy: Callable[[], Awaitable[None]]) -> None:
        """Try until the broker has the copy. If the connection is gone, the broker redelivers the original."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                await copy()
                self.is_stuck = False
                return
            except Exception as error:
                self.is_stuck = True
                self.on_refusal()
                kind = type(error).__name__
                log().warning("the broker did not take the copy", contract=self._contract, kind=kind)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _context(self, received: Received) -> dict[str, str]:
        return {
            "contract": self._contract,
            "message_id": str(received.envelope.id),
            "correlation_id": str(received.envelope.correlation_id),
            "subject": str(received.envelope.subject),
        }


def _nobody() -> None:
    """Nobody needs to know."""
