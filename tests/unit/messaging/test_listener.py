"""What the client can make nothing of comes to the consumer all the same, in its turn."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, cast
from uuid import UUID

import aiormq
from aio_pika.abc import AbstractIncomingMessage
from aiormq.abc import DeliveredMessage
from faststream.rabbit import RabbitBroker
from hypothesis import given
from hypothesis import strategies as some
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.contracts.intake import HouseholdClosed
from shared.messaging.aside import Aside
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import message_of
from shared.messaging.failures import Failures
from shared.messaging.handling import Transactions
from shared.messaging.lenient import UNDECODABLE, undecodable
from shared.messaging.listener import Listener
from shared.messaging.patience import Patience
from shared.messaging.reading import Received
from shared.messaging.topology import Topology
from shared.observability import Metrics
from tests.unit.messaging.test_consumer import closed

Deliver = Callable[[DeliveredMessage], Awaitable[None]]


class Channel(aiormq.Channel):
    """The broker's channel as a listener uses it; no tag may be acknowledged before it is safe."""

    def __init__(self) -> None:
        self.consumers: dict[str, Any] = {}
        self.safe: set[int] = set()
        self.acknowledged = 0

    @property
    def is_closed(self) -> bool:
        return False

    async def basic_consume(self, queue: str, consumer_callback: Deliver, **options: Any) -> Any:
        self.consumers[options["consumer_tag"]] = consumer_callback

    async def basic_ack(self, delivery_tag: int, multiple: bool = False, wait: bool = True) -> None:
        assert multiple
        assert self.safe >= set(range(1, delivery_tag + 1))
        self.acknowledged = delivery_tag

    async def deliver(self, tag: int, *, strange: bool) -> None:
        """The tag's message, of a delivery mode that there is not if it is strange."""
        sent = message_of(closed())
        properties = sent.properties
        if strange:
            properties.delivery_mode = 7
        frame = Basic.Deliver("consumer", tag, False, "intake.facts", HouseholdClosed.wire)
        header = ContentHeader(body_size=len(sent.body), properties=properties)
        (callback,) = self.consumers.values()
        await callback(DeliveredMessage(frame, header, sent.body, self))


class Queue:
    """The client's queue."""

    def __init__(self, channel: Channel) -> None:
        self.name = "inventory.intake.household_closed.v1"
        self.channel = self
        self._underlay = channel

    async def bind(self, *_: object) -> None:
        pass

    async def get_underlay_channel(self) -> Channel:
        return self._underlay


class Broker:
    """FastStream's broker."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def subscriber(self, *_: object, **__: object) -> None:
        pass

    async def declare_queue(self, _: object) -> Queue:
        return Queue(self._channel)


class Kept:
    """Stands in for parking."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.parked: list[tuple[int | None, str]] = []

    async def park(self, message: AbstractIncomingMessage, _: str, __: str, reason: str, kind: str) -> None:
        assert kind == "unreadable"
        self.parked.append((message.delivery_tag, reason))
        self._channel.safe.add(message.delivery_tag or 0)


class Work(Transactions):
    """A transaction that only remembers."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        self._channel.safe |= {each.raw.delivery_tag or 0 for each in batch}
        return set()


@given(strange=some.lists(some.booleans(), min_size=1, max_size=60), batch_size=some.integers(1, 10))
def test_no_message_is_acknowledged_unseen_and_none_stays_in_hand(
    strange: list[bool], batch_size: int
) -> None:
    async def run() -> tuple[Channel, Kept]:
        channel = Channel()
        kept, metrics, wire = Kept(channel), Metrics("inventory"), HouseholdClosed.wire
        aside = Aside(wire, "q", cast(Failures, kept))
        consumer = Consumer(
            HouseholdClosed, Patience(wire, Work(channel), metrics), aside, metrics, batch_size
        )
        broker = cast(RabbitBroker, Broker(channel))
        listener = Listener(broker, Topology("inventory", (1,)), HouseholdClosed, consumer.take, 20)
        await listener.begin()
        runner = asyncio.create_task(consumer.run())
        for tag, each in enumerate(strange, start=1):
            await channel.deliver(tag, strange=each)
        async with asyncio.timeout(10):
            await consumer.finish()
        runner.cancel()
        return channel, kept

    channel, kept = asyncio.run(run())
    assert channel.acknowledged == len(strange)
    reason = "its properties cannot be decoded (ValueError)"
    assert kept.parked == [(tag, reason) for tag, each in enumerate(strange, start=1) if each]


def test_of_the_kind_of_error_nothing_is_repeated_that_somebody_else_may_have_written() -> None:
    assert undecodable({UNDECODABLE: "OverflowError"}) == "its properties cannot be decoded (OverflowError)"
    for words in ("secret words", 5, "", "x" * 50):
        assert undecodable({UNDECODABLE: words}) == "its properties cannot be decoded (unknown)"
    assert undecodable({}) == ""
