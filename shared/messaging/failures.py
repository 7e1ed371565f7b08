"""What becomes of a message that could not be handled: it waits and comes back, or it is parked with the reason."""

import asyncio
import traceback
from collections.abc import Awaitable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from aio_pika.abc import AbstractIncomingMessage
from faststream.rabbit import RabbitBroker

from shared.database.errors import kind_of
from shared.messaging.envelope import ATTEMPT, known_headers
from shared.messaging.names import parked
from shared.messaging.topology import Topology
from shared.observability import Metrics

T = TypeVar("T")
PUBLISH_TIMEOUT_SECONDS = 10.0
REASON = "x-relief-reason"
PARKED_AT = "x-relief-parked-at"
LOOKED_AT = "x-relief-looked-at"
"""An operator has looked at the message and put it back to work."""
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
        attempt = self._failures_of(message) + 1
        exchange = self._topology.retry(attempt)
        if exchange is None:
            await self.park(
                message, queue, contract, f"failed {attempt} times, last with {describe(error)}", "failed"
            )
            return
        await self._copy(message, exchange.name, queue, {ATTEMPT: attempt, REASON: describe(error)})
        self._metrics.messages_retried.labels(contract=contract).inc()

    async def park(
        self, message: AbstractIncomingMessage, queue: str, contract: str, reason: str, kind: str
    ) -> None:
        """Put the message where an operator sees it, with the reason. Returns once it is safe there."""
        headers = {ATTEMPT: self._failures_of(message), **parking_headers(reason)}
        await self._copy(message, self._topology.service, parked(queue), headers)
        self._metrics.messages_parked.labels(contract=contract, reason=kind).inc()

    def looked_at(self, message: AbstractIncomingMessage) -> bool:
        """Whether an operator has looked at the message and put it back to work."""
        return LOOKED_AT in self._own_headers(message)

    def _own_headers(self, message: AbstractIncomingMessage) -> Mapping[str, Any]:
        """What this service's retries and the operator wrote on the message. They use the service's own exchange. What
        came by a publisher's exchange carries nothing of theirs, whatever it says."""
        return message.headers if message.exchange == self._topology.service else {}

    def _failures_of(self, message: AbstractIncomingMessage) -> int:
        """How often the message failed so far. A count that is not a positive integer counts as 0."""
        count = self._own_headers(message).get(ATTEMPT)
        return count if isinstance(count, int) and count > 0 else 0

    async def _copy(
        self, message: AbstractIncomingMessage, exchange: str, key: str, headers: dict[str, Any]
    ) -> None:
        """The body, the envelope and `headers`, and nothing else that the message carries."""
        looked_at = {LOOKED_AT: self._own_headers(message)[LOOKED_AT]} if self.looked_at(message) else {}
        copy = self._broker.publish(
            message.body,
            exchange=exchange,
            routing_key=key,
            headers={**known_headers(message.headers), **looked_at, **headers},
            content_type=message.content_type,
            message_id=message.message_id,
            correlation_id=message.correlation_id,
            message_type=message.type,
            mandatory=True,
            persist=True,
            timeout=PUBLISH_TIMEOUT_SECONDS,
        )
        await reply(copy)


def parking_headers(reason: str) -> dict[str, str]:
    """What is written on a message that is parked."""
    return {REASON: reason[:500], PARKED_AT: datetime.now(UTC).isoformat()}


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
