"""Runs without a gap are acknowledged with one frame; what is in hand never is."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.acks import Acks


@dataclass(eq=False)
class Channel:
    is_closed: bool = False
    acknowledged: list[int] = field(default_factory=list)

    async def basic_ack(self, delivery_tag: int, *, multiple: bool) -> None:
        assert multiple
        self.acknowledged.append(delivery_tag)


@dataclass
class Message:
    channel: Any
    delivery_tag: int


def messages(channel: Channel, *tags: int) -> list[Any]:
    return [Message(channel, tag) for tag in tags]


async def test_a_whole_batch_is_one_acknowledgement() -> None:
    acks, channel = Acks(), Channel()
    await acks.done(messages(channel, 1, 2, 3))
    assert channel.acknowledged == [3]


async def test_what_is_in_hand_keeps_later_ones_back() -> None:
    acks, channel = Acks(), Channel()
    await acks.done(messages(channel, 2, 3))
    assert channel.acknowledged == []
    await acks.done(messages(channel, 1))
    assert channel.acknowledged == [3]


async def test_a_new_channel_counts_from_one_and_the_old_one_is_let_be() -> None:
    acks, old, new = Acks(), Channel(), Channel()
    await acks.done(messages(old, 1))
    old.is_closed = True
    await acks.done([*messages(old, 2), *messages(new, 1)])
    assert (old.acknowledged, new.acknowledged) == ([1], [1])


@given(st.permutations(range(1, 30)), st.integers(1, 7))
async def test_nothing_is_acknowledged_before_it_is_done_and_all_is_in_the_end(
    order: list[int], size: int
) -> None:
    acks, channel, done = Acks(), Channel(), set[int]()
    for start in range(0, len(order), size):
        part = order[start : start + size]
        done |= set(part)
        await acks.done(messages(channel, *part))
        assert set(range(1, max(channel.acknowledged, default=0) + 1)) <= done
    assert channel.acknowledged[-1] == len(order)
