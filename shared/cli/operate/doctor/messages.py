"""Each message handled once by each consumer, or parked, or given up: journals held against inboxes."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.cli.operate.doctor.compare import side_by_side
from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.movement import RETRY, queue_lengths
from shared.cli.operate.doctor.report import Finding
from shared.cli.operate.journal import database_of, said, streamed
from shared.cli.operate.parked import Parked, broker_of, browse, lying_in, queues, read
from shared.cli.operate.parked_timers import TIMER
from shared.cli.stack import Stack
from shared.contracts import heard_by
from shared.contracts.base import Contract
from shared.database.tables import discard, inbox, journal
from shared.messaging.envelope import envelope_of
from shared.messaging.names import queue_of

LOOK_UP_AT_ONCE = 1_000
# Around the moment from which the journal is kept, a message may be known to the inbox alone.
EDGE = timedelta(days=2)


@dataclass
class SetApart:
    """What one consumer did not handle: messages (id as text, digest), whom they are about, and how many there are.

    `retrying`: those that failed and wait for another try. They are not lost, so what is lost beside them is seen.
    """

    messages: set[tuple[str, bytes]] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    parked: int = 0
    discarded: int = 0
    retrying: int = 0

    def add(self, each: Parked) -> None:
        self.messages.add((each.message_id, each.digest))
        self.subjects.add(each.subject)


async def set_apart_by(stack: Stack, consumer: str) -> SetApart:
    """What waits in this consumer's retry queues or is parked from its queues, and what was discarded from there."""
    found = SetApart()
    lengths = await queue_lengths(stack)
    async with broker_of(stack.services[consumer]) as connection:
        for name in [each for each in lengths if each.startswith(f"{consumer}{RETRY}")]:
            async for message in lying_in(connection, name):
                found.add(read(name, message))
                found.retrying += 1
        for queue in queues(consumer):
            async for _, each in browse(connection, queue):
                found.add(each)
                found.parked += 1
    async with database_of(stack.services[consumer]) as database:
        messages = select(discard).where(discard.c.contract.not_like(f"{TIMER}%"))
        for row in await database.execute(messages):
            found.messages.add((row.message_id, row.digest))
            found.subjects.add(row.subject)
            found.discarded += 1
    return found


async def message_findings(stack: Stack, set_apart: Mapping[str, SetApart], feeds: Feeds) -> list[Finding]:
    """One finding for each contract and consumer, and the totals of what is parked, given up, altered and forged.

    `set_apart`: by consumer.
    """
    content = Finding("messages: content is as it was said")
    source = Finding("messages: said by the publisher that they name")
    lying = Finding("messages: parked")
    given_up = Finding("messages: discarded, with a reason")
    handled = []
    for consumer, apart in set_apart.items():
        lying.counted += apart.parked
        given_up.counted += apart.discarded
        for contract in heard_by(consumer):
            look = Look(contract, consumer, content, source, apart.messages)
            look.feeding = (contract.wire, consumer) in feeds.under_way
            async with (
                database_of(stack.services[contract.publisher()]) as publisher,
                database_of(stack.services[consumer]) as hearer,
            ):
                await look.compare(publisher, hearer)
            handled.append(look.handled)
        await _unheard(stack, consumer, source)
    return [*handled, content, source, lying, given_up]


class Look:
    """One contract at one consumer."""

    def __init__(
        self,
        contract: type[Contract],
        consumer: str,
        content: Finding,
        source: Finding,
        set_apart: set[tuple[str, bytes]],
    ) -> None:
        queue = queue_of(consumer, contract.wire)
        self.handled = Finding(f"{queue}: handled once, parked or discarded")
        self.feeding = False
        """The consumer is still being given what was said before it came."""
        self._contract = contract
        self._content = content
        self._source = source
        self._set_apart = set_apart

    async def compare(self, publisher: AsyncConnection, hearer: AsyncConnection) -> None:
        """Count what is missing, twice, altered or forged. What looks missing or forged is looked up again, for
        both sides go on while they are read."""
        kept_since = await publisher.scalar(select(func.min(journal.c.said_at)))
        missing: list[tuple[UUID, bytes]] = []
        unknown: list[tuple[UUID, datetime]] = []
        async for pair in side_by_side(self._said(publisher), self._handled(hearer)):
            self.handled.counted += bool(pair.left)
            self.handled.breaches += len(pair.left[1:]) + len(pair.right[1:])
            if pair.left and pair.right:
                self._same(pair.left[0], pair.right[0][0])
            elif pair.left:
                missing.append((pair.key, pair.left[0]))
            else:
                unknown.append((pair.key, pair.right[0][1]))
            if len(missing) >= LOOK_UP_AT_ONCE:
                await self._look_up_missing(missing, hearer)
                missing = []
            if len(unknown) >= LOOK_UP_AT_ONCE:
                await self._look_up_unknown(unknown, publisher, kept_since)
                unknown = []
        await self._look_up_missing(missing, hearer)
        await self._look_up_unknown(unknown, publisher, kept_since)

    async def _said(self, publisher: AsyncConnection) -> AsyncIterator[tuple[UUID, bytes]]:
        async for row in streamed(publisher, said(self._contract).order_by(journal.c.message_id)):
            yield row.message_id, envelope_of(row).digest

    async def _handled(self, hearer: AsyncConnection) -> AsyncIterator[tuple[UUID, tuple[bytes, datetime]]]:
        query = select(inbox).where(inbox.c.contract == self._contract.wire).order_by(inbox.c.message_id)
        async for row in streamed(hearer, query):
            yield row.message_id, (row.digest, row.handled_at)

    def _same(self, said_digest: bytes, handled_digest: bytes) -> None:
        self._content.counted += 1
        self._content.breaches += said_digest != handled_digest
        self._source.counted += 1

    async def _look_up_missing(self, missing: list[tuple[UUID, bytes]], hearer: AsyncConnection) -> None:
        if not missing:
            return
        query = select(inbox.c.message_id, inbox.c.digest).where(
            inbox.c.message_id.in_([identity for identity, _ in missing]),
            inbox.c.contract == self._contract.wire,
        )
        since = {row.message_id: row.digest for row in await hearer.execute(query)}
        for identity, digest in missing:
            if identity in since:
                self._same(digest, since[identity])
            elif (str(identity), digest) in self._set_apart:
                continue
            elif self.feeding:
                self.handled.feeding += 1
            else:
                self.handled.unsettled.add(identity.bytes)

    async def _look_up_unknown(
        self, unknown: list[tuple[UUID, datetime]], publisher: AsyncConnection, kept_since: datetime | None
    ) -> None:
        if not unknown:
            return
        query = select(journal.c.message_id).where(
            journal.c.message_id.in_([identity for identity, _ in unknown]),
            journal.c.contract == self._contract.wire,
        )
        said_since = set(await publisher.scalars(query))
        for identity, handled_at in unknown:
            if identity in said_since or not _older_than_journal(identity, handled_at, kept_since):
                self._source.counted += 1
                self._source.breaches += identity not in said_since


def _older_than_journal(identity: UUID, handled_at: datetime, kept_since: datetime | None) -> bool:
    """Whether the row may have gone with the journal's old months: nobody can say any more who said it."""
    if kept_since is None or handled_at >= kept_since + EDGE:
        return False
    return identity.version == 7 and (identity.int >> 80) / 1000 < kept_since.timestamp()


async def _unheard(stack: Stack, consumer: str, source: Finding) -> None:
    """Rows of the inbox whose contract this service does not hear at all."""
    wires = [contract.wire for contract in heard_by(consumer)]
    async with database_of(stack.services[consumer]) as database:
        count = await database.scalar(
            select(func.count()).select_from(inbox).where(inbox.c.contract.not_in(wires))
        )
    source.counted += count or 0
    source.breaches += count or 0
