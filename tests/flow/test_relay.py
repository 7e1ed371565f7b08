"""The way out, on the real broker and database, without a service: what the relay does with the rows it finds."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import aio_pika
import aiormq
import asyncpg
import pytest
from sqlalchemy import insert, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from structlog.testing import capture_logs
from uuid_utils.compat import uuid7

from shared.contracts import HEARD_BY
from shared.contracts.inventory import HandOutUndone, SuppliesReleased, SuppliesReserved
from shared.database.engine import connect, driver_transaction
from shared.database.session import GatheringSession
from shared.database.tables import outbox
from shared.messaging import outbox_rows, publishing, relay, sending
from shared.messaging.envelope import Envelope, pack, unpack
from shared.messaging.names import facts_exchange
from shared.messaging.publishing import LostTouch, OneWriteChannel, Outgoing, Publisher
from shared.messaging.relay import Relay
from shared.observability import Metrics
from tests.support.databases import Databases
from tests.support.servers import Servers
from tests.support.waiting import until

HEARD, UNHEARD, NOBODYS = SuppliesReserved.wire, SuppliesReleased.wire, HandOutUndone.wire
QUEUE, FACTS = "somebody", facts_exchange("inventory")


def fact(wire: str = HEARD, data: str = "{}") -> Envelope:
    identity = uuid7()
    trace = f"00-{identity.hex}-0123456789abcdef-01"
    publisher = wire.split(".", 1)[0]
    return Envelope(identity, wire, publisher, datetime.now(UTC), identity, identity, None, trace, data)


class Rig:
    """An outbox, a relay or two, and somebody's queue that takes the facts of one contract."""

    def __init__(self, servers: Servers, vhost: str, engine: AsyncEngine, stack: AsyncExitStack) -> None:
        self.servers = servers
        self.vhost = vhost
        self.engine = engine
        self.stack = stack
        self.heard: list[str] = []
        self.metrics = Metrics("inventory")

    @property
    def url(self) -> str:
        return self.servers.broker_url("inventory", self.vhost)

    async def start(self) -> Relay:
        made = Relay(self.engine, self.url, self.metrics)
        made.start()
        self.stack.push_async_callback(made.stop)
        return made

    async def say(self, *rows: list[Envelope]) -> None:
        async with GatheringSession(self.engine) as session, session.begin():
            for row in rows:
                outbox_rows.add(session.writes, row)
            await session.write()

    async def rows(self) -> list[Any]:
        async with AsyncSession(self.engine) as session:
            return list((await session.execute(select(outbox).order_by(outbox.c.id))).all())

    async def hear(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        self.heard.append(str(message.message_id))

    async def gone(self, left: int = 0) -> None:
        await until(self.rows, lambda rows: len(rows) == left)

    async def arrived(self, *facts: Envelope) -> None:
        """Each of them at least once."""
        wanted = {str(each.id) for each in facts}

        async def look() -> set[str]:
            return set(self.heard)

        await until(look, lambda seen: wanted <= seen)


@pytest.fixture
async def rig(servers: Servers, databases: Databases, vhost: str) -> AsyncIterator[Rig]:
    engine = connect(
        make_url(servers.database_url("inventory", databases["inventory"])), transaction_seconds=60
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        made = Rig(servers, vhost, engine, stack)
        connection = await stack.enter_async_context(
            await aio_pika.connect(servers.broker_url("operator", vhost))
        )
        channel = await connection.channel()
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        await queue.bind(FACTS, HEARD)
        await queue.consume(made.hear, no_ack=True)
        yield made


async def test_all_that_was_said_arrives_once_and_leaves_no_row(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two replicas, units of one fact and of many, a fact larger than a frame, a fact that nobody hears."""
    monkeypatch.setitem(cast(dict[Any, tuple[str, ...]], HEARD_BY), HandOutUndone, ())
    units = [[fact() for _ in range(size)] for size in (1, 200, 3, *[1] * 250)]
    large = fact(data=json.dumps("x" * 300_000))
    await rig.say(*units[:100])
    await rig.start()
    await rig.start()
    await rig.say(*units[100:], [large, fact(NOBODYS)])
    await rig.gone()
    sent = [each for unit in units for each in unit]
    await rig.arrived(*sent, large)
    assert sorted(rig.heard) == sorted(str(each.id) for each in [*sent, large])


async def test_what_no_queue_takes_or_nobody_can_read_rests_and_holds_up_no_other(rig: Rig) -> None:
    lost = fact(UNHEARD)
    broken = [b"no JSON at all", b"[]", b'[{"id": 5}]', pack([fact()]).replace(b'"{}"', b"null")]
    async with AsyncSession(rig.engine) as session, session.begin():
        await session.execute(insert(outbox), [{"facts": each} for each in broken])
    others = [fact() for _ in range(50)]
    await rig.say([fact(), lost], *([each] for each in others))
    await rig.start()
    await rig.arrived(*others)
    rows = await until(rig.rows, lambda rows: len(rows) == 5 and all(row.tries >= 2 for row in rows))
    assert all("refused" in row.reason for row in rows[:4])
    assert rows[4].reason == "no queue takes it"
    failed = rig.metrics.publishes_failed
    assert failed.labels(contract=UNHEARD)._value.get() >= 2
    assert failed.labels(contract="unknown")._value.get() >= 2
    async with await aio_pika.connect(rig.servers.broker_url("operator", rig.vhost)) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        await queue.bind(FACTS, UNHEARD)
    await rig.arrived(lost)
    await rig.gone(4)


async def test_only_what_was_not_confirmed_is_sent_again(rig: Rig) -> None:
    good, lost = [fact() for _ in range(3)], [fact(UNHEARD) for _ in range(2)]
    await rig.say([good[0], lost[0], good[1], lost[1], good[2]])
    await rig.start()
    (row,) = await until(rig.rows, lambda rows: rows[0].tries >= 3)
    assert [each.id for each in unpack(row.facts)] == [each.id for each in lost]
    assert sorted(rig.heard) == sorted(str(each.id) for each in good)
    assert rig.metrics.messages_said.labels(contract=HEARD)._value.get() == len(good)


async def tried(rig: Rig, count: int, contract: str, rest: timedelta) -> None:
    """Rows that were tried before and rest for so long."""
    row = {"tries": 5, "reason": "no queue takes it", "ready_at": datetime.now(UTC) + rest}
    async with AsyncSession(rig.engine) as session, session.begin():
        await session.execute(
            insert(outbox), [{"facts": pack([fact(contract)]), **row} for _ in range(count)]
        )


async def test_what_is_new_is_claimed_before_thousands_that_failed(rig: Rig) -> None:
    await tried(rig, 3000, UNHEARD, timedelta(hours=-1))
    new = [fact() for _ in range(3)]
    await rig.say(*([each] for each in new))
    async with driver_transaction(rig.engine) as database:
        claimed = await outbox_rows.claim(database, 100)
        assert [unpack(each.packed)[0].id for each in claimed[:3]] == [each.id for each in new]
        assert [each.tries for each in claimed[3:]] == [5] * outbox_rows.MOST_AGAIN
    await rig.start()
    await rig.arrived(*new)
    # A claim of each loop, and one more that may have begun since.
    assert rig.metrics.publishes_failed.labels(contract=UNHEARD)._value.get() <= 3 * outbox_rows.MOST_AGAIN


async def test_rests_grow_to_five_minutes_and_end_when_what_was_tried_again_went_out(rig: Rig) -> None:
    await tried(rig, 3, UNHEARD, timedelta())
    keys = [row.id for row in await rig.rows()]
    rests = []
    for _ in range(8):
        async with driver_transaction(rig.engine) as database:
            await outbox_rows.put_back(database, dict.fromkeys(keys, "r" * 600))
            rests.append(await database.fetch("SELECT ready_at - clock_timestamp() FROM outbox"))
    seconds = [[rest.total_seconds() for (rest,) in each] for each in rests]
    wanted = [16, 32, 64, 128, 256, 300, 300, 300]
    assert all(w - 2 < got <= w for each, w in zip(seconds, wanted, strict=True) for got in each), seconds
    rows = await rig.rows()
    assert [(row.tries, row.reason) for row in rows] == [(13, "r" * 500)] * 3
    async with driver_transaction(rig.engine) as database:
        assert await outbox_rows.claim(database, 100) == []
        await outbox_rows.end_rests(database, 1)
        assert len(await outbox_rows.claim(database, 100)) == 1
        await outbox_rows.end_rests(database)
        assert len(await outbox_rows.claim(database, 100)) == 3


async def test_rows_that_rest_for_long_go_out_soon_after_their_queue_is_bound_again(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "SCOUT_EVERY_SECONDS", 0.1)
    await tried(rig, 50, UNHEARD, timedelta(hours=1))
    await rig.start()
    await until(rig.rows, lambda rows: any(row.tries > 5 for row in rows))
    async with await aio_pika.connect(rig.servers.broker_url("operator", rig.vhost)) as connection:
        queue = await (await connection.channel()).get_queue(QUEUE)
        await queue.bind(FACTS, UNHEARD)
    await rig.gone()
    assert len(set(rig.heard)) == 50


CLOSING = {
    "a right is missing": replace(fact(), source="donations"),
    "a frame is too large": replace(fact(), traceparent="0" * 200_000),
}


@pytest.mark.parametrize("kind", CLOSING)
async def test_a_fact_that_closes_the_channel_costs_the_others_one_channel_and_no_pause(
    rig: Rig, kind: str
) -> None:
    bad, others = replace(CLOSING[kind], id=uuid7()), [fact() for _ in range(98)]
    await rig.say(*([each] for each in others[:50]), [others[50], bad, others[51]])
    await rig.say(*([each] for each in others[52:]))
    with capture_logs() as logs:
        running = await rig.start()
        await rig.arrived(*others)
        (row,) = await until(rig.rows, lambda rows: len(rows) == 1 and rows[0].tries >= 2)
    assert row.reason.startswith("the broker closes the channel on it")
    assert [each.id for each in unpack(row.facts)] == [bad.id]
    # Once with the bad one and once alone; by then the broker may have had it.
    assert max(Counter(rig.heard).values()) <= 2
    assert running.problem() is None
    events = [each["event"] for each in logs]
    assert "a fact was not taken" in events
    assert "the relay has to wait" not in events


async def test_the_same_fact_twice_in_one_claim_is_not_taken_for_confirmed(rig: Rig) -> None:
    """The broker's answers are matched by id: in one write, the one that came back would count for the other too."""
    again = fact(UNHEARD)
    await rig.say([again], [again])
    await rig.start()
    rows = await until(rig.rows, lambda rows: all(row.tries >= 2 for row in rows))
    assert [row.reason for row in rows] == ["no queue takes it"] * 2


async def test_the_rows_of_a_killed_relay_are_taken_up(rig: Rig) -> None:
    mine, others = [fact() for _ in range(3)], [fact() for _ in range(3)]
    await rig.say(*([each] for each in mine))
    with suppress(asyncpg.InterfaceError):
        await killed_with_rows_in_hand(rig, mine, others)
    await rig.gone()


async def killed_with_rows_in_hand(rig: Rig, mine: list[Envelope], others: list[Envelope]) -> None:
    async with driver_transaction(rig.engine) as database:
        assert len(await outbox_rows.claim(database, 100)) == 3
        await rig.start()
        await rig.say(*([each] for each in others))
        await rig.arrived(*others)
        assert not set(rig.heard) & {str(each.id) for each in mine}
        database.terminate()
        # The server notices at once; nobody waits for a lease.
        await rig.arrived(*mine)


async def test_an_outage_of_the_broker_costs_no_row_a_try(rig: Rig) -> None:
    facts = [fact() for _ in range(20)]
    running = await rig.start()
    rig.servers.stop_broker()
    try:
        await rig.say(*([each] for each in facts))

        async def problem() -> str | None:
            return running.problem()

        await until(problem, bool)
        assert [row.tries for row in await rig.rows()] == [0] * 20
    finally:
        rig.servers.start_broker()
    await rig.gone()


async def test_when_its_exchange_is_missing_the_facts_wait_for_it(rig: Rig) -> None:
    facts = [fact() for _ in range(5)]
    operator = rig.servers.broker_url("operator", rig.vhost)
    async with await aio_pika.connect(operator) as connection:
        await (await connection.channel()).exchange_delete(FACTS)
    await rig.start()
    await rig.say(*([each] for each in facts))
    rows = await until(rig.rows, lambda rows: any(row.tries for row in rows))
    assert len(rows) == 5
    async with await aio_pika.connect(operator) as connection:
        channel = await connection.channel()
        await channel.declare_exchange(FACTS, "topic", durable=True)
        await (await channel.get_queue(QUEUE)).bind(FACTS, HEARD)
    await rig.arrived(*facts)
    await rig.gone()


@asynccontextmanager
async def publisher(rig: Rig) -> AsyncIterator[Publisher]:
    made = Publisher(rig.url)
    await made.connect()
    try:
        yield made
    finally:
        await made.close()


def outgoing(each: Envelope, key: str | None = None) -> Outgoing:
    sent = sending.outgoing(each, None)
    return Outgoing(sent.exchange, key or sent.key, sent.body, sent.properties, mandatory=True)


@pytest.mark.parametrize("missing", [None, "a name of a later version"])
async def test_each_message_is_told_what_became_of_it(
    rig: Rig, missing: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all frames in one write, and in the slower way that is taken when the client library has other names."""
    if missing:
        monkeypatch.setattr(publishing, "NEEDED", (*publishing.NEEDED, missing))
    facts = [fact() for _ in range(3)]
    messages = [outgoing(each) for each in facts]
    messages[1:1] = [outgoing(fact(UNHEARD)), outgoing(fact(), key="k" * 300)]
    async with publisher(rig) as made:
        assert isinstance(made._channel, OneWriteChannel) is (missing is None)
        for _ in range(2):
            outcomes = await made.publish(messages)
            assert [each is None for each in outcomes] == [True, False, False, True, True]
            assert all(map(publishing.is_its_own_fault, filter(None, outcomes)))
        assert made.connected
    await rig.arrived(*facts)


async def test_a_silent_broker_loses_touch_and_no_message_is_to_blame(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "CONFIRM_SECONDS", 0.0)
    async with publisher(rig) as made:
        outcomes = await made.publish([outgoing(fact()) for _ in range(50)])
    assert any(isinstance(each, LostTouch) for each in outcomes)
    assert not any(map(publishing.is_its_own_fault, filter(None, outcomes)))


def test_the_client_library_has_the_names_that_one_write_needs() -> None:
    """An upgrade that renames them would make publishing three times as dear, and nothing else would tell."""
    channel = {*dir(aiormq.Channel), *aiormq.Channel.__init__.__code__.co_names}
    assert set(publishing.NEEDED) <= channel
