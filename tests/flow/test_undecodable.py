"""A message that the client cannot decode would cut the service off, again and again: it is parked alone."""

import struct
from collections.abc import Mapping
from contextlib import suppress

import pytest
from aio_pika.exceptions import AMQPError
from pamqp.commands import Basic

from shared.cli.operate import parked
from shared.cli.operate.parking import _all as all_parked
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.definitions import OPERATOR
from shared.messaging.lenient import why_undecodable
from shared.messaging.names import facts_exchange, queue_of
from shared.messaging.names import parked as parked_queue
from tests.support.registrations import handled, said, sealed
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

MICROSECONDS = 1_700_000_000_000_000


def nested(levels: int) -> bytes:
    """A table in a table in a table."""
    table = b""
    for _ in range(levels):
        table = b"\x01aF" + struct.pack(">I", len(table)) + table
    return table


def headers(table: bytes) -> bytes:
    return struct.pack(">HI", 0x2000, len(table)) + table


KINDS: Mapping[str, bytes] = {
    "a time in microseconds": struct.pack(">HQ", 0x0040, MICROSECONDS),
    "a time beyond all": struct.pack(">HQ", 0x0040, 2**63 - 1),
    "a time in microseconds in a header": headers(b"\x01tT" + struct.pack(">Q", MICROSECONDS)),
    "an id that is no text": struct.pack(">H", 0x0080) + b"\x02\xff\xfe",
    "tables without end": headers(nested(2000)),
    "a delivery mode that there is not": struct.pack(">HB", 0x1000, 7),
}
"""Flags and properties as they are on the wire. RabbitMQ 3.10 takes all but the last, RabbitMQ 4 at least that one."""


class Raw(Basic.Properties):
    """Properties that are sent as they are."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(message_id="raw")
        self.raw = raw

    def marshal(self) -> bytes:
        return self.raw


async def publish_all(world: World, user: str, exchange: str, key: str) -> int:
    """Publish one of each kind; how many the broker takes. What it refuses harms nobody."""
    taken = 0
    for raw in KINDS.values():
        async with world.broker(user) as connection:
            underlay = await (await connection.channel()).get_underlay_channel()
            with suppress(AMQPError):
                await underlay.basic_publish(b"{}", exchange=exchange, routing_key=key, properties=Raw(raw))
                taken += 1
    assert taken
    return taken


def test_the_client_can_decode_none_of_them() -> None:
    found = {name: why_undecodable(struct.pack(">HHQ", 60, 0, 2) + raw) for name, raw in KINDS.items()}
    assert all(found.values()), found
    assert not why_undecodable(struct.pack(">HHQH", 60, 0, 2, 0))


async def test_what_cannot_be_decoded_is_parked_alone_and_the_good_ones_among_it_are_handled(
    world: World,
) -> None:
    await world.inventory.stock(rice=10_000_000)
    good = [sealed(said()) for _ in range(40)]
    await world.send(*good[:20])
    taken = await publish_all(world, "intake", facts_exchange("intake"), HouseholdRegistered.wire)
    await world.send(*good[20:])
    lying = await until(lambda: world.parked(HouseholdRegistered), lambda now: len(now) == taken)
    assert all("its properties cannot be decoded" in each.reason for each in lying)
    await handled(world, len(good))
    assert await world.inventory.metric("relief_messages_parked_total") == taken
    await until(world.inventory.service.link.problems, lambda found: not found)


async def test_a_queue_full_of_what_the_client_would_pass_over_is_not_deaf(world: World) -> None:
    """Two hundred in a row were in hand for ever, and fewer were acknowledged unseen with the next good one."""
    await world.inventory.stock(rice=10_000_000)
    raw = Raw(KINDS["a delivery mode that there is not"])
    exchange, key = facts_exchange("intake"), HouseholdRegistered.wire
    async with world.broker("intake") as connection:
        underlay = await (await connection.channel()).get_underlay_channel()
        try:
            for _ in range(450):
                await underlay.basic_publish(b"{}", exchange=exchange, routing_key=key, properties=raw)
        except AMQPError:
            pytest.skip("this broker refuses such a message")
    await world.send(sealed(said()))
    await handled(world, 1)
    lying = await until(lambda: world.parked(HouseholdRegistered), lambda now: len(now) == 450)
    assert {each.reason for each in lying} == {"its properties cannot be decoded (ValueError)"}


async def test_the_operator_s_tools_read_what_lies_parked_whatever_it_carries(world: World) -> None:
    """The broker itself moves a message to its parked queue as it is."""
    stack, queue = world.addresses(), queue_of("inventory", HouseholdRegistered.wire)
    taken = await publish_all(world, OPERATOR, "inventory", parked_queue(queue))
    lying = await all_parked(stack, "inventory")
    assert [(each.message_id, each.reason) for each in lying] == [("", "rejected by the broker")] * taken
    name = lying[0].digest.hex()
    assert await parked.give_up(stack, queue, name, "made by a test", by="test") == taken
    assert await all_parked(stack, "inventory") == []
