"""Parts of a service that a replica can do without, for the test that the doctor sees what is missing.

Nothing of it can be reached from the services themselves.
"""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.repository import stock
from shared.contracts.base import Contract
from shared.messaging import inbox_rows, outbox_rows, states
from shared.messaging import unit as units
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope, seal
from shared.messaging.publishing import Outcome, Outgoing, Publisher

LATE_SECONDS = 5.0
"""Later than a test kills the process."""


def no_inbox() -> None:
    """Every message is new, and none is remembered."""

    async def claim(session: AsyncSession, contract: str, digests: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
        return {}

    inbox_rows.claim = claim


def no_outbox() -> None:
    """What is said is written in the journal, and never sent."""

    outbox_rows.add = lambda *_: None


def early_delete() -> None:
    """An outbox row is gone before the broker has confirmed what it held, or even seen it."""
    real = Publisher.publish

    async def publish(self: Publisher, messages: Sequence[Outgoing]) -> list[Outcome]:
        async def later() -> None:
            await asyncio.sleep(LATE_SECONDS)
            await real(self, messages)

        unfinished.add(asyncio.create_task(later()))
        return [None] * len(messages)

    unfinished: set[asyncio.Task[None]] = set()
    Publisher.publish = publish  # type: ignore[method-assign]


def early_ack() -> None:
    """A message is acknowledged as soon as it is there, before anything was done."""
    real = Consumer.take

    async def take(self: Consumer, raw: AbstractIncomingMessage) -> None:
        await raw.ack()
        await real(self, raw)

    async def acknowledge(self: Consumer, batch: object) -> None:
        """They are acknowledged already."""

    Consumer.take = take  # type: ignore[method-assign]
    Consumer._acknowledge = acknowledge  # type: ignore[method-assign]


def no_guard() -> None:
    """Shelves are read as if they held ten times as much; the test drops the constraint that would refuse it."""
    real = stock.lock_shelves

    async def lock_shelves(session: Any, items: Any) -> Any:
        found = await real(session, items)
        return {key: (on_hand * 10, reserved) for key, (on_hand, reserved) in found.items()}

    stock.lock_shelves = lock_shelves


def no_limit() -> None:
    """A version may be as far ahead as it likes."""
    setattr(states, "MOST_AHEAD", 2**31)  # noqa: B010, a type checker would be right to refuse it


def known_fields() -> None:
    """Not a sabotage: a later version of the service, whose facts have a field that nobody knows yet."""

    def seal_more(fact: Contract, *more: Any) -> Envelope:
        envelope = seal(fact, *more)
        data = {**json.loads(envelope.data), "later_field": {"not": ["known", 1]}}
        return replace(envelope, data=json.dumps(data))

    setattr(units, "seal", seal_more)  # noqa: B010, a type checker would be right to refuse it


PARTS: dict[str, Callable[[], None]] = {
    each.__name__: each
    for each in (no_inbox, no_outbox, early_delete, early_ack, no_guard, no_limit, known_fields)
}
