"""The way out: outbox rows go to the broker, and are gone once it has confirmed every fact in them.

Two loops take turns: while one waits for the broker's confirms, the other claims. Each claims up to a hundred new rows
in a transaction, publishes all their facts with one write, deletes the rows whose facts are confirmed, and commits. If
the process is killed before the commit, the facts are published again, and the consumers' inboxes drop them.

A fact that the broker gives back (no queue takes it), refuses, or closes the channel on (`suspects.py`) stays in its
row and costs it a rest; facts of the row that were confirmed leave it. Rests grow to five minutes, and hold up no other
row. What was missing may come back at any time: so every ten seconds one resting row is a scout. When all that was
tried again in a claim is confirmed, the rests of all others end. When the connection or the database is lost nobody is
to blame: the rows stay as they are.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress

from aiormq.exceptions import AMQPError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts import said_by
from shared.database.engine import driver_transaction
from shared.database.errors import kind_of
from shared.messaging import crashpoints, outbox_rows, suspects
from shared.messaging.listening import listen
from shared.messaging.outbox_rows import MOST_AGAIN
from shared.messaging.publishing import Publisher
from shared.messaging.sending import Failed, Row, readable, reason_of, slices
from shared.observability import Metrics, log

CHANNEL = "outbox"
LOOPS = 2
MOST_ROWS = 100
LOOK_EVERY_SECONDS = 1.0
"""A new row wakes the relay; rows that have rested, or that a killed relay held, are found by looking."""
CLAIM_SECONDS = 5.0
"""A claim is not worked on for longer: the server ends a transaction that is idle for 20 s."""
SCOUT_EVERY_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 5.0
STOP_SECONDS = 10.0
MANY_FAILURES = 6


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
        self._scout_at = 0.0
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
                await self._send_a_scout(database)
                claimed = await outbox_rows.claim(database, MOST_ROWS)
                tried = sum(each.tries > 0 for each in claimed)
                self._emptied = len(claimed) - tried < MOST_ROWS and tried < MOST_AGAIN
            if not claimed:
                return
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.AFTER_CLAIM)
            rows, failed = readable(claimed)
            await self._publish(publisher, rows)
            if crashpoints.ARMED:
                crashpoints.reached(crashpoints.AFTER_PUBLISH)
            await self._settle(database, rows, failed)
        # After the commit, so that what was confirmed is gone.
        if lost := next((row.lost for row in rows if row.lost), None):
            await publisher.close()
            raise lost

    async def _send_a_scout(self, database: object) -> None:
        """Now and then end the rest of one row: whatever was missing may be there again."""
        now = asyncio.get_running_loop().time()
        if now >= self._scout_at:
            self._scout_at = now + SCOUT_EVERY_SECONDS
            await outbox_rows.end_rests(database, 1)

    async def _something_to_do(self) -> None:
        if self._emptied and not self._stopping:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), LOOK_EVERY_SECONDS)
        self._woken.clear()

    async def _publish(self, publisher: Publisher, rows: Sequence[Row]) -> None:
        """Publish the facts of all rows, some hundreds with each write; stops early once the connection is lost.

        Rows that failed before come after the others and never in one write with them: what they do to the channel
        costs the others nothing.
        """
        deadline = asyncio.get_running_loop().time() + CLAIM_SECONDS
        fresh, again = ([row for row in rows if bool(row.claimed.tries) is tried] for tried in (False, True))
        for slice_ in (*slices(fresh), *slices(again)):
            messages = [each for row in slice_ for each in row.messages]
            outcomes = iter(await suspects.publish(publisher, messages, deadline))
            for row in slice_:
                row.outcomes = [next(outcomes) for _ in row.facts]
            late = asyncio.get_running_loop().time() > deadline
            if late or not publisher.connected or any(row.lost for row in slice_):
                return

    async def _settle(self, database: object, rows: Sequence[Row], failed: dict[int, Failed]) -> None:
        """Write down what became of the rows, each kind with one statement."""
        for row in rows:
            for fact in row.confirmed:
                self._metrics.messages_said.labels(contract=fact.type).inc()
            if row.fault:
                failed[row.claimed.id] = Failed(row.fault[0].type, reason_of(row.fault[1]), row.claimed.tries)
        again = [row for row in rows if row.claimed.tries]
        await outbox_rows.delete(database, [row.claimed.id for row in rows if not row.left])
        await outbox_rows.shorten(
            database, {row.claimed.id: row.left for row in rows if row.confirmed and row.left}
        )
        await outbox_rows.put_back(database, {key: each.reason for key, each in failed.items()})
        if again and not any(row.left for row in again):
            await outbox_rows.end_rests(database)
        self._tell(failed)

    def _tell(self, failed: Mapping[int, Failed]) -> None:
        """Count every row that failed, and log each kind of failure once per claim."""
        kinds: dict[Failed, list[int]] = {}
        for key, each in failed.items():
            self._metrics.publishes_failed.labels(contract=each.contract).inc()
            kinds.setdefault(each, []).append(key)
        for each, keys in kinds.items():
            tries = each.tries_before + 1
            if _is_told(tries):
                told = {"contract": each.contract, "reason": each.reason, "tries": tries}
                log().error("a fact was not taken", row=min(keys), rows=len(keys), **told)


def _is_told(times: int) -> bool:
    """Whether this is the first, second, fourth, eighth time, ...: what lasts for days must not fill the log."""
    return times & (times - 1) == 0
