"""The parked queues: looking at what lies there without taking it, putting it back to work, giving it up."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
from aio_pika import DeliveryMode, Message, connect
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import ChannelNotFoundEntity
from sqlalchemy.dialects.postgresql import insert

from shared.cli import Trouble
from shared.cli.operate.journal import database_of
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import SERVICES, heard_by
from shared.database.tables import discard
from shared.messaging.envelope import ATTEMPT, Malformed, known_headers, unseal
from shared.messaging.failures import LOOKED_AT, PARKED_AT, REASON
from shared.messaging.lenient import LenientConnection
from shared.messaging.names import parked, queue_of

CONFIRM_SECONDS = 30.0
BACK_SECONDS = 2.0
SHORTEST_DIGEST = 8
# The broker writes it on what it moves to a parked queue by itself; no copy of ours carries it.
BY_THE_BROKER = "x-first-death-reason"
REJECTED = "rejected by the broker"


@dataclass(frozen=True)
class Parked:
    """One parked message. `message_id` is as the message gave it, empty if it gave none; `digest` is 16 bytes."""

    queue: str
    message_id: str
    digest: bytes
    contract: str
    subject: str
    reason: str
    attempts: str
    parked_at: str
    headers: Mapping[str, Any]
    body: bytes

    def answers_to(self, name: str) -> bool:
        """Whether `name` is its id, or the beginning of its digest, by which messages of one id are told apart."""
        if not name:
            return False
        return name == self.message_id or (
            len(name) >= SHORTEST_DIGEST and self.digest.hex().startswith(name)
        )


def read(queue: str, message: AbstractIncomingMessage) -> Parked:
    """A message as it lies in the parked queue of `queue`."""
    headers = message.headers

    def text(name: str) -> str:
        return str(headers.get(name, ""))

    return Parked(
        queue=queue,
        message_id=message.message_id or text("cloudEvents_id"),
        digest=_digest(message),
        contract=message.type or text("cloudEvents_type"),
        subject=text("cloudEvents_subject"),
        reason=REJECTED if BY_THE_BROKER in headers else text(REASON) or REJECTED,
        attempts=text(ATTEMPT) or "0",
        parked_at=text(PARKED_AT),
        headers=headers,
        body=message.body,
    )


def _digest(message: AbstractIncomingMessage) -> bytes:
    """The envelope's digest; of the bare body when there is no envelope to be read."""
    try:
        return unseal(message.message_id, message.headers, message.body).digest
    except Malformed:
        return hashlib.blake2b(message.body, digest_size=16).digest()


def queues(service: str | None = None) -> dict[str, str]:
    """Each queue that messages are parked from, and the service whose queue it is."""
    return {
        queue_of(name, contract.wire): name
        for name in SERVICES
        if service in (None, name)
        for contract in heard_by(name)
    }


def owner_of(queue: str) -> str:
    """Whose queue this is. Trouble if there is no such queue; the name may end in `.parked`."""
    known = queues()
    if queue.removesuffix(".parked") not in known:
        raise Trouble(f"There is no queue {queue!r}. There are:\n  " + "\n  ".join(known))
    return known[queue.removesuffix(".parked")]


@asynccontextmanager
async def broker_of(service: ServiceAddress) -> AsyncIterator[AbstractConnection]:
    """A connection as the service's own user, which may read and write its own queues alone; it reads whatever lies
    there."""
    connection = await connect(service.broker_url, timeout=10, connection_class=LenientConnection)
    async with connection:
        yield connection


async def browse(
    connection: AbstractConnection, queue: str
) -> AsyncIterator[tuple[AbstractIncomingMessage, Parked]]:
    """What is parked from `queue` at this moment. What the caller does not acknowledge stays, in its place."""
    async for message in lying_in(connection, parked(queue)):
        yield message, read(queue, message)


async def lying_in(connection: AbstractConnection, name: str) -> AsyncIterator[AbstractIncomingMessage]:
    """Each message that lies in the queue of this name now; those that the caller does not acknowledge stay there."""
    async with connection.channel() as channel:
        lying = await _passive(channel, name)
        if lying is None:
            return
        kept: AbstractIncomingMessage | None = None
        left = 0
        for _ in range(_ready(lying)):
            message = await lying.get(no_ack=False, fail=False)
            if message is None:
                break
            yield message
            if not message.processed:
                kept, left = message, left + 1
        if kept is not None:
            await kept.nack(multiple=True, requeue=True)
            await _until_back(channel, name, left)


async def _until_back(channel: AbstractChannel, name: str, count: int) -> None:
    """Wait until what was looked at lies there again, for whoever looks next; another taking it ends the wait too."""
    deadline = time.monotonic() + BACK_SECONDS
    while time.monotonic() < deadline:
        lying = await _passive(channel, name)
        if lying is None or _ready(lying) >= count:
            return
        await asyncio.sleep(0.02)


def _ready(queue: AbstractQueue) -> int:
    return queue.declaration_result.message_count or 0


async def _passive(channel: AbstractChannel, name: str) -> AbstractQueue | None:
    try:
        return await channel.declare_queue(name, passive=True)
    except ChannelNotFoundEntity:
        return None


async def replay(stack: Stack, queue: str, name: str | None) -> int:
    """Put a parked message, or all that lie there (None), back into its queue as if new; how many.

    A message that is named counts as looked at: so a version that jumps is taken. The copy is confirmed before the
    original is taken away: a crash between leaves both, and the inbox sees to it.
    """
    owner = owner_of(queue)
    replayed = 0
    async with broker_of(stack.services[owner]) as connection:
        way_out = await connection.channel(publisher_confirms=True, on_return_raises=True)
        own = await way_out.get_exchange(owner, ensure=False)
        async for message, each in browse(connection, queue):
            if name is None or each.answers_to(name):
                again = anew(message, looked_at=name is not None)
                await own.publish(again, queue, mandatory=True, timeout=CONFIRM_SECONDS)
                await message.ack()
                replayed += 1
    return replayed


def anew(message: AbstractIncomingMessage, *, looked_at: bool = False) -> Message:
    """The message as it was first published, to be published again, with nothing foreign on it."""
    seen = {LOOKED_AT: datetime.now(UTC).isoformat()} if looked_at else {}
    return Message(
        message.body,
        headers={**known_headers(message.headers), **seen},
        content_type=message.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        type=message.type,
    )


async def give_up(stack: Stack, queue: str, name: str, reason: str, by: str) -> int:
    """Take a parked message away for good, after a line in the `discard` table of its consumer; how many."""
    owner = owner_of(queue)
    given_up = 0
    async with broker_of(stack.services[owner]) as connection, database_of(stack.services[owner]) as database:
        async for message, each in browse(connection, queue):
            if each.answers_to(name):
                line = insert(discard).values(
                    message_id=each.message_id[:200],
                    digest=each.digest,
                    contract=queue.removeprefix(f"{owner}."),
                    subject=each.subject[:200],
                    reason=reason,
                    discarded_by=by,
                )
                await database.execute(line.on_conflict_do_nothing())
                await database.commit()
                await message.ack()
                given_up += 1
    return given_up


def ids_in(body: bytes) -> dict[str, str]:
    """The ids in a message's body by their place; of other values, which may be personal, only the type."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {"": f"not JSON, {len(body):,} bytes"}
    return dict(_walk("", content))


def _walk(place: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in _walk(f"{place}.{key}".lstrip("."), each)]
    if isinstance(value, list):
        return [found for number, each in enumerate(value) for found in _walk(f"{place}[{number}]", each)]
    return [(place, _id_or_kind(value))]


def _id_or_kind(value: object) -> str:
    if isinstance(value, str):
        try:
            return str(UUID(value))
        except ValueError:
            return "text"
    return "nothing" if value is None else type(value).__name__
