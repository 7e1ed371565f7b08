"""A peer at work on one site: its processes run, messages go in, and the database tells when each was handled."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import aio_pika
import asyncpg

from shared.cli import Trouble
from shared.cli.local.processes import tail
from shared.database.tables import journal
from shared.messaging.envelope import Envelope, pack
from tests.bench.facts import registrations, with_duplicates
from tests.bench.ground import Site
from tests.bench.peers.roster import Peer
from tests.bench.running import Running

WARM_UP = 300
AT_ONCE = 500
POLL_SECONDS = 0.1
TOLD_POLL_SECONDS = 0.01
STALLED_SECONDS = 60.0
"""A peer that handles nothing for so long is stuck."""

_COMMITTED = """
    SELECT max(pg_xact_commit_timestamp(xmin)) FROM inbox WHERE contract = 'intake.household_registered.v1'
"""


@dataclass
class Lane:
    """What a figure works with. `sent` counts the households so far, duplicates not counted."""

    peer: Peer
    site: Site
    running: Running
    rng: random.Random
    sent: int = 0
    before: int = 0

    async def publish(self, envelopes: Sequence[Envelope]) -> None:
        """Into the peer's queue, each confirmed."""
        connection = await aio_pika.connect(self.site.broker_url())
        async with connection:
            channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
            for start in range(0, len(envelopes), AT_ONCE):
                messages = [self.peer.message(each) for each in envelopes[start : start + AT_ONCE]]
                await asyncio.gather(
                    *(channel.default_exchange.publish(each, self.peer.queue) for each in messages)
                )

    async def say(self, envelopes: Sequence[Envelope]) -> datetime:
        """Into intake's outbox and journal, a row each, in one transaction; returns when it committed."""
        async with self.site.connect("intake") as connection:
            return await say(connection, envelopes)

    async def handled(self, count: int) -> datetime:
        """When the last transaction committed that handled one of `count` households since the start of the lane.

        Trouble if a process of the peer ended, or nothing moved for a minute.
        """
        async with self.site.connect("inventory") as connection:
            seen, since = -1, time.monotonic()
            while seen < self.before + count:
                found = await connection.fetchval("SELECT count(*) FROM inbox")
                if found != seen:
                    seen, since = found, time.monotonic()
                elif time.monotonic() - since > STALLED_SECONDS:
                    raise Trouble(f"{self.peer.name} stands still at {seen:,} messages.\n{self._logs()}")
                if ended := self.running.ended():
                    raise Trouble(f"{self.peer.name}: {', '.join(ended)} ended.\n{self._logs()}")
                await asyncio.sleep(POLL_SECONDS)
            last: datetime = await connection.fetchval(_COMMITTED)
            return last

    async def told(self) -> datetime:
        """When nothing was left in inventory's outbox: the last answer was confirmed by the broker.

        A row that is gone has no time, so this is when it was seen, at most a hundredth of a second late.
        """
        async with self.site.connect("inventory") as connection, asyncio.timeout(STALLED_SECONDS):
            while await connection.fetchval("SELECT EXISTS (SELECT FROM outbox)"):  # noqa: ASYNC110
                await asyncio.sleep(TOLD_POLL_SECONDS)
            seen: datetime = await connection.fetchval("SELECT clock_timestamp()")
            return seen

    def fresh(self, count: int) -> tuple[list[Envelope], list[Envelope]]:
        """New households, and the same with their duplicates as they are to be sent."""
        new = registrations(count)
        self.sent += count
        return new, with_duplicates(new, self.rng)

    def _logs(self) -> str:
        return "\n".join(tail(log) for log in self.running.logs)


async def say(connection: "asyncpg.Connection[asyncpg.Record]", envelopes: Sequence[Envelope]) -> datetime:
    """What `unit.say` writes, for many units at once."""
    rows = [(pack([each]),) for each in envelopes]
    names = [column.name for column in journal.columns]
    facts: dict[UUID, Envelope] = {each.id: each for each in envelopes}
    async with connection.transaction():
        await connection.copy_records_to_table("outbox", records=rows, columns=["facts"])
        said = [
            (e.time, e.id, e.type, e.subject, e.correlation_id, e.causation_id, e.traceparent, e.data)
            for e in facts.values()
        ]
        await connection.copy_records_to_table("journal", records=said, columns=names)
        transaction = await connection.fetchval("SELECT pg_current_xact_id()::xid")
    committed: datetime = await connection.fetchval("SELECT pg_xact_commit_timestamp($1::xid)", transaction)
    return committed


@asynccontextmanager
async def lane(peer: Peer, site: Site, seed: int, *, whole: bool) -> AsyncIterator[Lane]:
    """Start the peer, let it handle some messages to get warm, and stop it in order at the end."""
    async with site.connect("inventory") as connection:
        before = await connection.fetchval("SELECT count(*) FROM inbox")
    await _declare(site)
    running = Running(peer.commands(site, whole), site.folder)
    made = Lane(peer, site, running, random.Random(seed), before=before)
    try:
        new, sent = made.fresh(WARM_UP)
        await (made.say(sent) if whole else made.publish(sent))
        await made.handled(len(new))
        yield made
    finally:
        running.stop()


async def _declare(site: Site) -> None:
    """The peers' queues; ours are there."""
    async with await aio_pika.connect(site.broker_url()) as connection:
        channel = await connection.channel()
        for name in ("bench.inventory", "bench.intake"):
            await channel.declare_queue(name, durable=True, arguments={"x-queue-type": "quorum"})
