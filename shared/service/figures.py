"""What a service tells of itself, in time: what monitoring reads, whether it is ready, and where it stands.

Its questions go over connections of their own. So they are answered while every other connection is in use, and a
silent database takes none of the connections that people wait for.
"""

import asyncio
import time
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.engine import connections_in_use
from shared.database.errors import kind_of
from shared.database.migrations import pending_migrations
from shared.database.session import Looking
from shared.database.tables import inbox, journal, outbox
from shared.messaging.timer_rows import lateness, parked_timers
from shared.messaging.topology import Depths
from shared.observability import Metrics, log
from shared.service import plan
from shared.service.looking import Look
from shared.service.parts import Service
from shared.settings import ClockMode


@dataclass(frozen=True)
class State:
    """Where a service stands. `days_behind`: below 0 if its day lies after the wall clock's; 0 with a manual clock."""

    today: date
    days_behind: int
    outbox_rows: int
    last_said: datetime | None
    last_handled: datetime | None
    timers_parked: dict[str, int] = field(default_factory=dict)
    put_off: dict[str, int] = field(default_factory=dict)


class Figures:
    """Asks database and broker of one service; whoever asks this waits a short while at most."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._looking = Looking(service.lookout)
        self._read_at = time.monotonic()
        self.age_seconds = 0.0
        """How old the figures for monitoring are; 0 if they could be read when they were asked for last."""
        self._gauges = Look(self._read_gauges)
        self._migrations = Look(lambda: pending_migrations(service.name, service.lookout))
        self._link = Look(service.link.problems)
        self._depths = Look(service.link.depths)
        self._state = Look(self._read_state)
        self._totals = Look(self._read_totals)

    def give_up(self) -> None:
        """Ask no more; the service stops."""
        looks = (self._gauges, self._migrations, self._link, self._depths, self._state, self._totals)
        for each in looks:
            each.give_up()

    async def problems(self) -> list[str]:
        """What keeps the service from working, in words; empty when it is ready."""
        both = await asyncio.gather(self._database_problems(), self._broker_problems())
        return [problem for problems in both for problem in problems]

    async def _database_problems(self) -> list[str]:
        try:
            return [f"migration missing: {each}" for each in await self._migrations.within()]
        except TimeoutError:
            return ["database: no answer"]
        except Exception as error:
            return [f"database: {kind_of(error)}"]

    async def _broker_problems(self) -> list[str]:
        try:
            return await self._link.within()
        except TimeoutError:
            return ["broker: no answer"]

    async def depths(self) -> Depths | None:
        """What lies in the service's queues; None while the broker does not answer."""
        try:
            return await self._depths.within()
        except TimeoutError:
            return None

    async def state(self) -> State:
        """Raises TimeoutError, or what the database says, if it does not tell."""
        return await self._state.within()

    async def totals(self) -> tuple[int, int] | None:
        """How many facts the journal holds and how many messages the inbox; None if counting takes too long."""
        try:
            return await self._totals.within()
        except TimeoutError:
            return None

    async def refresh(self) -> None:
        """Bring the gauges up to date, as far as database and broker answer."""
        metrics = self._service.metrics
        _, problems, depths = await asyncio.gather(self._refresh_own(), self.problems(), self.depths())
        metrics.ready.set(not problems)
        if depths is not None:
            _queue_gauges(metrics, depths)
        self._service.link.tell(metrics)
        metrics.connections_in_use.set(connections_in_use(self._service.engine))
        metrics.connections_most.set(self._service.most_connections)

    async def _refresh_own(self) -> None:
        try:
            await self._gauges.within()
            self.age_seconds = 0.0
        except Exception as error:
            self.age_seconds = time.monotonic() - self._read_at
            log().warning("the figures are old", seconds=round(self.age_seconds), kind=kind_of(error))
        self._service.metrics.figures_age.set(self.age_seconds)

    async def _read_gauges(self) -> None:
        service = self._service
        async with self._looking() as session:
            await _messaging_gauges(service, session)
            if service.settings.clock is ClockMode.WALL:
                await _clock_gauges(service, session)
            await _plan_gauges(service, session)
            if service.observe:
                await service.observe(session)
        self._read_at = time.monotonic()

    async def _read_state(self) -> State:
        async with self._looking() as session:
            reading = await self._service.wall_clock.read(session)
            manual = self._service.settings.clock is ClockMode.MANUAL
            rows = select(func.count()).select_from(outbox)
            put_off = self._service.parts.put_off
            return State(
                today=reading.today,
                days_behind=0 if manual else reading.behind,
                outbox_rows=(await session.execute(rows)).scalar_one(),
                last_said=await session.scalar(select(func.max(journal.c.said_at))),
                last_handled=await session.scalar(select(func.max(inbox.c.handled_at))),
                timers_parked=await parked_timers(session),
                put_off=dict(await put_off(session)) if put_off else {},
            )

    async def _read_totals(self) -> tuple[int, int]:
        async with self._looking() as session:
            said = (await session.execute(select(func.count()).select_from(journal))).scalar_one()
            return said, (await session.execute(select(func.count()).select_from(inbox))).scalar_one()


def _queue_gauges(metrics: Metrics, depths: Depths) -> None:
    for gauge, counts in (
        (metrics.queue_messages, depths.waiting),
        (metrics.queue_consumers, depths.ears),
        (metrics.parked_now, depths.parked),
    ):
        for contract, count in counts.items():
            gauge.labels(contract=contract).set(count)
    for delay, count in depths.retrying.items():
        metrics.retry_messages.labels(delay=delay).set(count)


async def _messaging_gauges(service: Service, session: AsyncSession) -> None:
    metrics = service.metrics
    # What a new consumer is fed waits for its queue, however long that takes: nobody else waits behind it.
    oldest = func.min(outbox.c.said_at).filter(outbox.c.consumer.is_(None))
    waiting = select(func.count(), func.coalesce(func.extract("epoch", func.now() - oldest), 0))
    depth, age = (await session.execute(waiting.select_from(outbox))).one()
    metrics.outbox_depth.set(depth)
    metrics.outbox_oldest.set(float(age))
    metrics.timers_late.set(await lateness(session))
    metrics.timers_parked.clear()
    for name, count in {**dict.fromkeys(service.timers.names, 0), **await parked_timers(session)}.items():
        metrics.timers_parked.labels(timer=name).set(count)


async def _clock_gauges(service: Service, session: AsyncSession) -> None:
    reading = await service.wall_clock.read(session)
    service.metrics.days_behind.set(reading.behind)
    service.metrics.days_held.set(bool(service.wall_clock.held))
    service.metrics.clock_skew.set(reading.skew_seconds)


async def _plan_gauges(service: Service, session: AsyncSession) -> None:
    target, actual = service.metrics.plan_target, service.metrics.plan_actual
    measures = await plan.beside_actual(session, service.parts.actuals)
    # A measure that was loaded again with another unit would be told twice.
    target.clear()
    actual.clear()
    for each in measures:
        labels = {"area": str(each.area), "measure": each.measure, "unit": each.unit}
        if each.target is not None:
            target.labels(**labels).set(each.target)
        if each.actual is not None:
            actual.labels(**labels).set(each.actual)
