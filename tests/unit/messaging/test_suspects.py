"""Who is to blame when the broker closes the channel and does not say on which message."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest
from aiormq.exceptions import ChannelNotFoundEntity, ConnectionClosed, ConnectionFrameError
from hypothesis import given
from hypothesis import strategies as some
from pamqp.commands import Basic

from shared.messaging import suspects
from shared.messaging.publishing import ClosesTheChannel, LostTouch, Outcome, Outgoing, Publisher


class Broker:
    """A publisher at a broker that closes the channel on bad messages, and confirms late what it took before."""

    def __init__(self, bad: set[str], late: int = 0, error: type[Exception] = ChannelNotFoundEntity) -> None:
        self.bad = bad
        self.late = late
        self.error = error
        self.connected = True
        self.opened = 0
        self.away = False
        self.took: list[str] = []

    async def connect(self) -> None:
        if self.away:
            raise ConnectionRefusedError
        self.opened += not self.connected
        self.connected = True

    async def publish(self, messages: Sequence[Outgoing]) -> list[Outcome]:
        assert self.connected
        keys = [each.key for each in messages]
        closing = next((place for place, key in enumerate(keys) if key in self.bad), None)
        self.took += keys[:closing]
        if closing is None:
            return [None] * len(keys)
        self.connected = False
        confirmed = max(0, closing - self.late)
        return [None] * confirmed + [self.error("no exchange")] * (len(keys) - confirmed)


def messages(count: int) -> list[Outgoing]:
    return [Outgoing("x", str(each), b"", Basic.Properties(), mandatory=True) for each in range(count)]


def published(broker: Broker, count: int, seconds: float = 60) -> list[Outcome]:
    async def run() -> list[Outcome]:
        deadline = asyncio.get_running_loop().time() + seconds
        return await suspects.publish(cast(Publisher, broker), messages(count), deadline)

    return asyncio.run(run())


@given(count=some.integers(1, 30), bad=some.sets(some.integers(0, 29)), late=some.integers(0, 30))
def test_those_to_blame_are_found_whatever_the_broker_confirmed_before(
    count: int, bad: set[int], late: int
) -> None:
    broker = Broker({str(each) for each in bad}, late)
    outcomes = published(broker, count)
    blamed = {place for place, each in enumerate(outcomes) if isinstance(each, ClosesTheChannel)}
    assert blamed == {each for each in bad if each < count}
    assert all(each is None for place, each in enumerate(outcomes) if place not in blamed)
    assert set(broker.took) == {str(each) for each in range(count)} - broker.bad
    # One for the write in which nobody knows, and one for each that is to blame.
    assert broker.opened <= len(blamed) + (count > 1)
    assert broker.connected


def test_a_frame_that_is_too_large_closes_the_connection_and_is_found_too() -> None:
    outcomes = published(Broker({"1"}, error=ConnectionFrameError), 3)
    assert [type(each) for each in outcomes] == [type(None), ClosesTheChannel, type(None)]


@pytest.mark.parametrize("error", [ConnectionClosed, ConnectionResetError, LostTouch])
def test_nobody_is_to_blame_for_a_broker_that_leaves_or_is_lost(error: type[Exception]) -> None:
    broker = Broker({"1"}, error=error)
    assert [type(each) for each in published(broker, 3)] == [type(None), error, error]
    assert broker.opened == 0


def test_suspects_wait_when_the_broker_is_lost_or_time_is_up() -> None:
    for broker, seconds in ((Broker({"1"}), -1.0), (Broker({"1"}), 60.0)):
        broker.away = seconds > 0
        assert [suspects.is_lost(each) for each in published(broker, 3, seconds)] == [False, True, True]
