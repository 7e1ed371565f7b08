"""Does what units wanted done later, when it is due: once, by one replica.

The claim deletes the timer's row in the same transaction that does the work. So a replica that is killed in between
has done nothing, and another takes the timer up; and two replicas never do one timer twice.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.database.errors import is_conflict, is_outage, kind_of
from shared.messaging import crashpoints
from shared.messaging.failures import describe
from shared.messaging.timer_rows import Timer, claim_again, claim_due, put_back
from shared.messaging.unit import Unit, Units
from shared.observability import Metrics, log

OnTimer = Callable[[Mapping[str, Any], Unit], Awaitable[None]]
"""What a service does when a timer is due: it is given the timer's payload."""

LOOPS = 2
"""Timers done at the same time by one replica, so that a long one does not hold up the others."""
LOOK_EVERY_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 5.0
LOST_IN_A_ROW = 3
"""A timer whose transaction is lost so often while the database answers is itself to blame."""


class Timers:
    """The timers of one service. `run` does them as they become due; the turn of a day does those of the day."""

    def __init__(
        self, units: Units, handlers: Mapping[str, OnTimer], delays_seconds: tuple[int, ...], metrics: Metrics
    ) -> None:
        self._units = units
        self._handlers = handlers
        self._delays = delays_seconds
        self._metrics = metrics
        self._lost: Counter[str] = Counter()
        """How often in a row the transaction of a timer was lost here, by key."""

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._handlers)

    async def run(self) -> None:
        """Do what is due until cancelled. While the database is away nothing is counted as a try."""
        pause = LOOK_EVERY_SECONDS
        while self._handlers:
            try:
                busy = await self.do_next()
                pause = LOOK_EVERY_SECONDS
            except Exception as error:
                log().warning("timers wait for the database", kind=kind_of(error))
                busy, pause = False, min(pause * 2, LONGEST_PAUSE_SECONDS)
            if not busy:
                await asyncio.sleep(pause)

    async def do_next(self) -> bool:
        """Do one timer that is due; False if there is none, or if it was in the way of another transaction.

        Raises only while the database is away: then nothing is counted as a try.
        """
        claimed: Timer | None = None
        try:
            async with self._units.open() as unit:
                claimed = await claim_due(unit.session, self.names)
                if claimed is None:
                    return False
                if isinstance(claimed.due, datetime):
                    unit.not_before(claimed.due)
                done = await self._done(claimed, unit)
                if crashpoints.ARMED:
                    crashpoints.reached(crashpoints.TIMER_DONE)
        except Exception as error:
            if claimed is None or not await self._was_its_own_fault(claimed, error):
                raise
            return False
        self._lost.pop(claimed.key, None)
        if done:
            self._metrics.timers_done.labels(timer=claimed.name).inc()
        return True

    async def _was_its_own_fault(self, each: Timer, error: Exception) -> bool:
        """Whether a timer lost its transaction though the database is there: by a conflict, which costs no try, or by
        itself (it took too long, say), which costs one after so many times in a row. False for an outage."""
        if is_conflict(error):
            log().info("a timer was in the way of another transaction", timer=each.name)
            return True
        self._lost[each.key] += 1
        if self._lost[each.key] < LOST_IN_A_ROW:
            return False
        async with self._units.open() as unit:
            still = await claim_again(unit.session, each)
            if still:
                await self._failed(each, error, unit)
        self._lost.pop(each.key, None)
        return True

    async def _done(self, each: Timer, unit: Unit) -> bool:
        """Do a claimed timer. A failure undoes its work alone, and is written down by the claim's own transaction:
        so nobody else can try the timer before the failure counts."""
        await unit.session.write()
        try:
            async with unit.session.begin_nested():
                await self._handlers[each.name](each.payload, unit)
                await self._units.write(unit)
        except Exception as error:
            if is_outage(error) or is_conflict(error):
                raise
            unit.forget()
            await self._failed(each, error, unit)
            return False
        return True

    async def _failed(self, each: Timer, error: Exception, unit: Unit) -> None:
        again = self._delays[each.tries] if each.tries < len(self._delays) else None
        log().error("a timer failed", exc_info=error, timer=each.name, key=each.key, parked=again is None)
        self._metrics.timers_failed.labels(timer=each.name).inc()
        delay = None if again is None else timedelta(seconds=again)
        await put_back(unit.session, each, describe(error), delay)
