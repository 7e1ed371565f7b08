"""What becomes of a message that could not be handled: it waits and comes back, or it is parked with the reason."""

import asyncio
import traceback
from collections.abc import Awaitable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from aio_pika.abc import AbstractIncomingMessage
from faststream.rabbit import RabbitBroker

from shared.database.errors import kind_of
from shared.messaging.envelope import ATTEMPT
from shared.messaging.topology import Topology, parked
from shared.observability import Metrics

T = TypeVar("T")
PUBLISH_TIMEOUT_SECONDS = 10.0
REASON = "x-relief-reason"
PARKED_AT = "x-relief-parked-at"
ROOT = Path(__file__).resolve().parents[2]
OURS = (ROOT / "services", ROOT / "shared")


async def reply(waiting: Awaitable[T]) -> T:
    """Wait for an answer of the broker.

    When the client gives a silent connection up, it cancels every future that waits on it. A CancelledError would end
    the task that waits here, so it is raised as ConnectionResetError. A caller that is itself cancelled gets its
    CancelledError as usual.
    """
    (result,) = await replies([waiting])
    return result


async def replies(waiting: Iterable[Awaitable[T]]) -> list[T]:
    """Wait until each of them has its answer or failed; then raise the first failure, if there is one."""
    results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, asyncio.CancelledError):
            raise ConnectionResetError("the connection to the broker went silent") from result
        if isinstance(result, BaseException):
            raise result
    return cast(list[T], results)


class Failures:
    """Retries and parking for one consumer."""

    def __init__(self, broker: RabbitBroker, topology: Topology, metrics: Metrics) -> None:
        self._broker = broker
        self._topology = topology
        self._metrics = metrics

    async def failed(
        self, message: AbstractIncomingMessage, queue: str, contract: str, error: BaseException
    ) -> None:
        """A handler raised: wait for the next delay, or park after the last. Returns once the copy is safe."""
        attempt = _failures_of(message) + 1
        exchange = self._topology.retry(attempt)
        if exchange is None:
            await self.park(
                message, queue, contract, f"failed {attempt} times, last with {describe(error)}", "failed"
            )
            return
        headers = {**message.headers, ATTEMPT: attempt, REASON: describe(error)}
        await self._copy(message, exchange.name, queue, headers)
        self._metrics.messages_retried.labels(contract=contract).inc()

    async def park(
        self, message: AbstractIncomingMessage, queue: str, contract: str, reason: str, kind: str
    ) -> None:
        """Put the message where an operator sees it, with the reason. Returns once it is safe there."""
        headers = {**message.headers, REASON: reason[:500], PARKED_AT: datetime.now(UTC).isoformat()}
        await self._copy(message, self._topology.service, parked(queue), headers)
        self._metrics.messages_parked.labels(contract=contract, reason=kind).inc()

    async def _copy(
        self, message: AbstractIncomingMessage, exchange: str, key: str, headers: dict[str, Any]
    ) -> None:
        copy = self._broker.publish(
            message.body,
            exchange=exchange,
            routing_key=key,
            headers=headers,
            content_type=message.content_type,
            message_id=message.message_id,
            correlation_id=message.correlation_id,
            message_type=message.type,
            timestamp=message.timestamp,
            mandatory=True,
            persist=True,
            timeout=PUBLISH_TIMEOUT_SECONDS,
        )
        await reply(copy)


def _failures_of(message: AbstractIncomingMessage) -> int:
    """How often the message failed so far. A count that is not a positive integer was tampered with and counts as 0."""
    count = message.headers.get(ATTEMPT)
    return count if isinstance(count, int) and count > 0 else 0


def describe(error: BaseException) -> str:
    """The kind of error and the last place in our code, never its text: texts of database errors repeat the row.

    Like `UniqueViolationError in services/inventory/repository/stock.py:lock_shelves:88`.
    """
    place = _place(error)
    return f"{kind_of(error)} in {place}" if place else kind_of(error)


def _place(error: BaseException) -> str:
    """Where in `services` or `shared` it came from, else where it was raised; empty if it was not raised."""
    frames = [
        (Path(frame.f_code.co_filename), frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    if not frames:
        return ""
    ours = [each for each in frames if any(each[0].is_relative_to(folder) for folder in OURS)]
    path, frame, line = (ours or frames)[-1]
    file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    return f"{file}:{frame.f_code.co_name}:{line}"
