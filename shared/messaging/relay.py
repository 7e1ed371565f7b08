"""The way out: outbox rows go to the broker, and are gone once it has confirmed every fact in them.

Two loops take turns: while one waits for the broker's confirms, the other claims. Each claims up to a hundred rows in a
transaction, publishes all their facts with one write, deletes the rows whose facts are confirmed, and commits. If the
process is killed before the commit, the facts are published again, and the consumers' inboxes drop them.

A fact that the broker gives back (no queue takes it) or refuses costs its row a rest and holds up no other. When the
connection or the database is lost nobody is to blame: the rows stay as they are.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field

from aiormq.exceptions import AMQPChannelError, AMQPError, PublishError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts import CONTRACTS, HEARD_BY, said_by
from shared.database.engine import driver_transaction
from shared.database.errors import kind_of
from shared.messaging import crashpoints, outbox_rows
from shared.messaging.envelope import Envelope, message_of, unpack
from shared.messaging.listening import listen
from shared.messaging.names import facts_exchange, feed_key
from shared.messaging.outbox_rows import Claimed
from shared.messaging.publishing import Outcome, Outgoing, Publisher, is_its_own_fault
from shared.observability import Metrics, log

CHANNEL = "outbox"
LOOPS = 2
MOST_ROWS = 100
FACTS_PER_WRITE = 500
LOOK_EVERY_SECONDS = 1.0
"""A new row wakes the relay; rows that have rested, or that a killed relay held, are found by looking."""
CLAIM_SECONDS = 5.0
"""A claim is not worked on for longer: the server ends a transaction that is idle for 20 s."""
LONGEST_PAUSE_SECONDS = 5.0
STOP_SECONDS = 10.0
MANY_FAILURES = 6


@dataclass
class _Row:
    """A claimed row, its facts, and what became of them."""

    claimed: Claimed
    facts: list[Envelope]
    messages: list[Outgoing]
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def confirmed(self) -> bool:
        return len(self.outcomes) == len(self.facts) and not any(self.outcomes)

    @property
    def fault(self) -> tuple[Envelope, Exception] | None:
        """The first fact that is itself to blame."""
        told = zip(self.facts, self.outcomes, strict=False)
        return next(((fact, each) for fact, each in told if each and is_its_own_fault(each)), None)


class Relay:
    """Publishes what the units of one service said, at least once."""

    def __init__(self, engine: AsyncEngine, broker_url: str, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics
        self._publishers = [Publisher(broker_url) for _ in range(LOOPS)]
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._emptied = False
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._most = MOST_ROWS
        self._failures = 0
        """How often in a row nothing could be done."""
        for contract in said_by(metrics.service):
            # Told from the start, so that monitoring misses it when nobody tells it.
            metrics.publishes_failed.labels(contract=contract.wire)

    def start(self) -> None:
        """Empty the outbox until stopped, also while broker or database are away for a time."""
        self._stopping = False
        self._tasks = [
            asyncio.create_task(listen(self._engine, CHANNEL, self._woken.set)),
            *(asyncio.create_task(self._run(each)) for each in self._publishers),
        ]

    async def stop(self) -> None:
        """Finish the claims in hand; what takes too long is published again by another."""
        self._stopping = True
        self._woken.set()
        if self._tasks:
            await asyncio.wait(self._tasks[1:], timeout=STOP_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def problem(self) -> str | None:
        """What keeps the relay from publishing; None if nothing does."""
        if not self._tasks or any(task.done() for task in self._tasks):
            return "the relay has ended"
        if not all(each.connected for each in self._publishers):
            return "the relay is not connected"
        if self._failures >= MANY_FAILURES:
            return "the relay fails again and again"
        return None

    async def _run(self, publisher: Publisher) -> None:
        pause, waits = LOOK_EVERY_SECONDS, 0
        try:
            while not self._stopping:
                try:
                    await publisher.connect()
                    await self._next(publisher)
                    pause, waits, self._failures = LOOK_EVERY_SECONDS, 0, 0
                except Exception as error:
                    waits += 1
                    self._failures += 1
                    if _is_told(waits):
                        # What the broker says names exchanges and users, never a person.
                        said = str(error) if isinstance(error, AMQPError) else ""
                        log().warning("the relay has to wait", kind=kind_of(error), said=said)
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._until_stopping(), pause)
                    pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
        finally:
            await publisher.close()

    async def _until_stopping(self) -> None:
        while not self._stopping:
            self._woken.clear()
            await self._woken.wait()

    async def _next(self, publisher: Publisher) -> None:
        """Wait for something to do, and do one claim. Raises when the broker or the database is lost."""
        async with AsyncExitStack() as stack:
            async with self._turn:
                await self._something_to_do()
                if self._stopping:
                    return
                database = await stack.enter_async_context(driver_transaction(self._engine))
                claimed = await outbox_rows.claim(database, self._most)
                self._emptied = len(claimed) < self._most
            if not claimed:
                return
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.AFTER_CLAIM)
            rows = await self._readable(database, claimed)
            await self._publish(publisher, rows)
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.AFTER_PUBLISH)
            lost = await self._settle(database, rows)
        # After the commit, so that what was confirmed is gone.
        if lost:
            await publisher.close()
            raise lost

    async def _something_to_do(self) -> None:
        if self._emptied and not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_SECONDS)
        self._woken.clear()

    async def _readable(self, database: object, claimed: Sequence[Claimed]) -> list[_Row]:
        """The rows with their facts. One that can't be read is put back: it says nothing, and it is not lost."""
        rows = []
        for each in claimed:
            try:
                rows.append(_row(each))
            except Exception as error:
                # Whatever is wrong with it: one row must not keep the others from being sent.
                await self._failed(database, each, "unknown", error)
        return rows

    async def _publish(self, publisher: Publisher, rows: Sequence[_Row]) -> None:
        """Publish the facts of all rows, some hundreds with each write; stops early once the connection is lost."""
        deadline = asyncio.get_running_loop().time() + CLAIM_SECONDS
        for slice_ in _slices(rows):
            outcomes = iter(await publisher.publish([each for row in slice_ for each in row.messages]))
            for row in slice_:
                row.outcomes = [next(outcomes) for _ in row.facts]
            late = asyncio.get_running_loop().time() > deadline
            if late or any(_lost(row) for row in slice_):
                return

    async def _settle(self, database: object, rows: Sequence[_Row]) -> Exception | None:
        """Write down what became of the rows; returns the error by which the connection was lost, if it was."""
        await outbox_rows.delete(database, [row.claimed.id for row in rows if row.confirmed])
        for row in rows:
            fault = row.fault
            if row.confirmed:
                for fact in row.facts:
                    self._metrics.messages_said.labels(contract=fact.type).inc()
            elif fault:
                await self._failed(database, row.claimed, fault[0].type, fault[1])
        lost = next((error for row in rows if (error := _lost(row))), None)
        if lost and len(rows) == 1 and rows[0].fault is None and isinstance(lost, AMQPChannelError):
            # The broker has closed the channel on this row alone: the row may be to blame, so the others go first.
            await self._failed(database, rows[0].claimed, rows[0].facts[0].type, lost)
        # The broker closes a channel without saying on which message: fewer at a time, until it stands alone.
        self._most = max(1, len(rows) // 2) if isinstance(lost, AMQPChannelError) else MOST_ROWS
        return lost

    async def _failed(self, database: object, row: Claimed, contract: str, error: Exception) -> None:
        reason = _reason(error)
        self._metrics.publishes_failed.labels(contract=contract).inc()
        tries = row.tries + 1
        if _is_told(tries):
            log().error("a fact was not taken", contract=contract, row=row.id, reason=reason, tries=tries)
        await outbox_rows.put_back(database, row, reason)


def _is_told(times: int) -> bool:
    """Whether this is the first, second, fourth, eighth time, ...: what lasts for days must not fill the log."""
    return times & (times - 1) == 0


def _row(claimed: Claimed) -> _Row:
    """Raises if somebody has tampered with the row, or a later version wrote it."""
    facts = unpack(claimed.packed)
    if not facts:
        raise ValueError("a row without facts")
    return _Row(claimed, facts, [_outgoing(fact, claimed.consumer) for fact in facts])


def _lost(row: _Row) -> Exception | None:
    """The error by which the connection was lost while the row was published."""
    return next((each for each in row.outcomes if each and not is_its_own_fault(each)), None)


def _reason(error: Exception) -> str:
    if isinstance(error, PublishError):
        return "no queue takes it"
    said = f": {error}" if isinstance(error, AMQPError) else ""
    return f"refused ({type(error).__name__}{said})"


def _slices(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Rows that can be written at once: not too many facts, and no id twice, by which answers are matched."""
    slices: list[list[_Row]] = [[]]
    ids: set[object] = set()
    for row in rows:
        mine = {fact.id for fact in row.facts}
        if slices[-1] and (len(ids) + len(mine) > FACTS_PER_WRITE or mine & ids):
            slices.append([])
            ids = set()
        slices[-1].append(row)
        ids |= mine
    return slices


def _outgoing(fact: Envelope, to: str | None) -> Outgoing:
    """The message of a fact: for everybody under its wire name, or under a key that reaches one consumer alone."""
    message = message_of(fact)
    key = fact.type if to is None else feed_key(fact.type, to)
    exchange, is_heard = facts_exchange(fact.source), to is not None or _is_heard(fact)
    return Outgoing(exchange, key, message.body, message.properties, is_heard)


def _is_heard(envelope: Envelope) -> bool:
    """Whether a fact that finds no queue is an error."""
    contract = CONTRACTS.get(envelope.type)
    return contract is None or bool(HEARD_BY[contract])
