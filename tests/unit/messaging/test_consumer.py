"""The way in, without broker and database: what is parked at once, and how a bad message is found among good ones."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID, uuid4

import pytest
from aio_pika.abc import AbstractIncomingMessage
from aio_pika.exceptions import ChannelInvalidStateError
from asyncpg import DeadlockDetectedError
from sqlalchemy.exc import DBAPIError

from shared.contracts.intake import HouseholdClosed, HouseholdReopened
from shared.messaging.aside import Aside
from shared.messaging.consumer import Consumer
from shared.messaging.envelope import Envelope, headers_of, seal
from shared.messaging.failures import Failures
from shared.messaging.handling import Transactions
from shared.messaging.patience import CONFLICT_TRIES, Patience
from shared.messaging.reading import Received
from shared.observability import Metrics

NOW = datetime(2006, 11, 1, tzinfo=UTC)


class Way:
    """The channel by which messages come; what is acknowledged with one is acknowledged for all before it."""

    def __init__(self, *, closed: bool = False, broken: bool = False) -> None:
        self.closed = closed
        self.broken = broken
        self.came: list[Incoming] = []

    def acknowledge(self, last: "Incoming") -> None:
        if self.broken:
            raise ChannelInvalidStateError
        for each in self.came[: self.came.index(last) + 1]:
            assert each.safe, "acknowledged before it was handled or kept elsewhere"
            each.acknowledged = True


class Incoming:
    """A message in the hand of the broker's client."""

    def __init__(self, envelope: Envelope, body: bytes | None = None, **headers: str) -> None:
        self.message_id = str(envelope.id)
        self.headers = headers_of(envelope) | {
            f"cloudEvents_{name}": value for name, value in headers.items()
        }
        self.body = envelope.data.encode() if body is None else body
        self.way = Way()
        self.safe = False
        self.acknowledged = False

    @property
    def channel(self) -> Way:
        if self.way.closed:
            raise ChannelInvalidStateError
        return self.way

    async def ack(self, multiple: bool = False) -> None:
        assert multiple
        self.way.acknowledge(self)


class Kept:
    """Stands in for retries and parking: remembers what went there."""

    def __init__(self) -> None:
        self.failed_ids: list[str] = []
        self.parked: list[tuple[str, str]] = []

    async def failed(self, message: Incoming, *_: object) -> None:
        message.safe = True
        self.failed_ids.append(message.message_id)

    def looked_at(self, message: Incoming) -> bool:
        return False

    async def park(self, message: Incoming, queue: str, contract: str, reason: str, kind: str) -> None:
        message.safe = True
        self.parked.append((kind, reason))


class Remembering(Transactions):
    """A transaction that only remembers, and fails where a bad message is in it."""

    def __init__(self, bad: set[UUID] | None = None) -> None:
        self.bad = bad or set()
        self.batches: list[int] = []
        self.handled: list[UUID] = []

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        self.batches.append(len(batch))
        if any(each.envelope.id in self.bad for each in batch):
            raise RuntimeError("a bug")
        for each in batch:
            cast(Incoming, each.raw).safe = True
        self.handled += [each.envelope.id for each in batch]
        return set()


class Handling(Consumer):
    """A consumer with such a transaction."""

    def __init__(self, kept: Kept, work: Remembering | None = None, batch_size: int = 100) -> None:
        self.work = work or Remembering()
        aside = Aside(HouseholdClosed.wire, "q", cast(Failures, kept))
        metrics = Metrics("inventory")
        patience = Patience(HouseholdClosed.wire, self.work, metrics)
        super().__init__(HouseholdClosed, patience, aside, metrics, batch_size)


def closed() -> Envelope:
    fact = HouseholdClosed(household_id=uuid4(), version=2, on=date(2006, 11, 1))
    return seal(fact, NOW)


async def taking(consumer: Consumer, messages: Sequence[Incoming], way: Way | None = None) -> None:
    """Hand over messages that come by one channel, and wait until they are worked off."""
    way = way or Way()
    runner = asyncio.create_task(consumer.run())
    for each in messages:
        each.way = way
        way.came.append(each)
        await consumer.take(cast(AbstractIncomingMessage, each))
    async with asyncio.timeout(10):
        await consumer.finish()
    runner.cancel()


async def test_what_waits_is_handled_together_and_acknowledged() -> None:
    consumer = Handling(Kept())
    messages = [Incoming(closed()) for _ in range(60)]
    await taking(consumer, messages)
    assert consumer.work.batches == [60]
    assert all(each.acknowledged for each in messages)


async def test_no_batch_is_larger_than_the_limit() -> None:
    consumer = Handling(Kept(), batch_size=10)
    await taking(consumer, [Incoming(closed()) for _ in range(95)])
    assert max(consumer.work.batches) == 10
    assert sum(consumer.work.batches) == 95


@pytest.mark.parametrize("place", [0, 37, 99])
async def test_one_bad_message_fails_alone_and_the_others_are_handled(place: int) -> None:
    kept = Kept()
    envelopes = [closed() for _ in range(100)]
    consumer = Handling(kept, Remembering({envelopes[place].id}))
    messages = [Incoming(each) for each in envelopes]
    await taking(consumer, messages)
    assert kept.failed_ids == [str(envelopes[place].id)]
    assert set(consumer.work.handled) == {each.id for each in envelopes} - {envelopes[place].id}
    assert len(consumer.work.batches) <= 15
    assert all(each.acknowledged for each in messages)


@pytest.mark.parametrize("way", [Way(closed=True), Way(broken=True)], ids=["closed", "breaks"])
async def test_what_can_not_be_acknowledged_does_not_stop_the_consumer(way: Way) -> None:
    consumer = Handling(Kept())
    lost, next_one = Incoming(closed()), Incoming(closed())
    runner = asyncio.create_task(consumer.run())
    for each, by in ((lost, way), (next_one, Way())):
        each.way = by
        by.came.append(each)
        await consumer.take(cast(AbstractIncomingMessage, each))
        async with asyncio.timeout(10):
            await consumer.finish()
    assert not runner.done()
    runner.cancel()
    assert not lost.acknowledged
    assert next_one.acknowledged


async def test_each_channel_of_a_batch_is_acknowledged() -> None:
    consumer = Handling(Kept())
    before, after = Incoming(closed()), Incoming(closed())
    for each in (before, after):
        each.way.came.append(each)
        await consumer.take(cast(AbstractIncomingMessage, each))
    await taking(consumer, [])
    assert consumer.work.batches == [2]
    assert before.acknowledged
    assert after.acknowledged


class Meeting(Remembering):
    """Its transactions meet others: each message must be alone in as many before it is handled."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self._times = times
        self._met: dict[UUID, int] = {}

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        first = batch[0].envelope.id
        met = self._met.get(first, 0)
        if len(batch) > 1 or met < self._times:
            self._met[first] = met + (len(batch) == 1)
            raise DBAPIError("INSERT", {}, DeadlockDetectedError("in the way"))
        return await super().handle(batch)


async def test_who_stands_in_the_way_of_another_is_never_to_blame(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch that meets others is halved; a message alone is tried until nobody is there."""
    monkeypatch.setattr("shared.messaging.patience.FIRST_PAUSE_SECONDS", 0.0)
    kept = Kept()
    consumer = Handling(kept, Meeting(times=3 * CONFLICT_TRIES))
    messages = [Incoming(closed()) for _ in range(4)]
    await taking(consumer, messages)
    assert not kept.failed_ids
    assert sorted(consumer.work.handled) == sorted(UUID(each.message_id) for each in messages)
    assert all(each.acknowledged for each in messages)


class Slow(Remembering):
    """Its transaction takes too long for more than ten messages; the database answers all others."""

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        if len(batch) > 10:
            self.batches.append(len(batch))
            raise TimeoutError
        return await super().handle(batch)

    async def database_answers(self) -> bool:
        return True


async def test_a_batch_that_is_too_much_for_one_transaction_is_halved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else it would be tried for ever, and all behind it would wait. It costs no message a try."""
    monkeypatch.setattr("shared.messaging.patience.FIRST_PAUSE_SECONDS", 0.0)
    kept = Kept()
    consumer = Handling(kept, Slow())
    messages = [Incoming(closed()) for _ in range(40)]
    await taking(consumer, messages)
    assert not kept.failed_ids
    assert consumer.work.batches == [40, 40, 40, 20, 20, 20, 10, 10, 20, 20, 20, 10, 10]
    assert all(each.acknowledged for each in messages)


async def test_a_message_that_makes_no_sense_is_safe_before_those_around_it_are_acknowledged() -> None:
    kept = Kept()
    consumer = Handling(kept)
    messages = [Incoming(closed()), Incoming(closed(), b"not JSON"), Incoming(closed())]
    await taking(consumer, messages)
    assert len(kept.parked) == 1
    assert all(each.acknowledged for each in messages)


def other_fact() -> Envelope:
    fact = HouseholdReopened(
        household_id=uuid4(),
        version=3,
        code="LF-06-0001",
        region="north",
        registered_on=NOW.date(),
        on=NOW.date(),
        members=(),
        needs=frozenset(),
    )
    return seal(fact, NOW)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (Incoming(closed(), b"not JSON"), "does not fit the contract"),
        (Incoming(closed(), b"[]"), "does not fit the contract"),
        (Incoming(closed(), b'{"household_id": "secret words"}'), "does not fit the contract: household_id"),
        (Incoming(closed(), b"\xff"), "cannot be read"),
        (Incoming(other_fact()), "does not belong here"),
        (Incoming(closed(), type="intake.household_closed.v2"), "does not belong here"),
        (Incoming(closed(), source="donations"), "not the publisher"),
        (Incoming(closed(), subject=str(uuid4())), "differ"),
        (Incoming(closed(), id=str(uuid4())), "differ"),
        (Incoming(closed(), time="0001-01-01T00:00:00+14:00"), "cannot be read"),
    ],
    ids=[
        "not JSON",
        "a list",
        "wrong fields",
        "not text",
        "another contract",
        "unknown version",
        "another publisher",
        "another subject",
        "another id",
        "impossible time",
    ],
)
async def test_a_message_that_makes_no_sense_is_parked_at_once(message: Incoming, words: str) -> None:
    kept = Kept()
    consumer = Handling(kept)
    await taking(consumer, [message])
    ((kind, reason),) = kept.parked
    assert kind == "unreadable"
    assert words in reason
    assert "secret words" not in reason
    assert message.acknowledged
    assert consumer.work.batches == []
