"""One service as a whole: database, messaging, day and HTTP application. `services/<name>/main.py` fills it in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database import UNIT_SECONDS, connect
from shared.messaging.consumer import Hears
from shared.messaging.day import OnDay, begin, follow_wall_clock
from shared.messaging.housekeeping import keep_house, tidy
from shared.messaging.link import Link, Reminder
from shared.messaging.unit import Unit
from shared.observability import Metrics, set_up_logging
from shared.settings import ClockMode, ServiceSettings
from shared.web import operations, plan, problems

Observe = Callable[[AsyncSession, Metrics], Awaitable[None]]
"""Sets a service's own gauges before each scrape."""


@dataclass(frozen=True)
class Count:
    """One thing the doctor counts; `breaches` above 0 is an error."""

    name: str
    counted: int
    breaches: int


Actuals = Callable[[AsyncSession], Awaitable[Mapping[str, int]]]
"""What was really reached, by measure of the plan."""

Check = Callable[[AsyncSession], Awaitable[list[Count]]]


async def nothing_falls_due(day: object, unit: Unit) -> None:
    """The day of a service that has nothing to do by date."""


@dataclass
class Service:
    """The parts of one service. `app()` is what a server runs."""

    name: str
    settings: ServiceSettings
    routers: Sequence[APIRouter] = ()
    handlers: Sequence[Hears[Any]] = ()
    on_day: OnDay = nothing_falls_due
    reminders: Mapping[str, Reminder] = field(default_factory=dict)
    observe: Callable[[Metrics], Observe] | None = None
    check: Check | None = None
    actuals: Actuals | None = None
    description: str = ""
    metrics: Metrics = field(init=False)
    leaving: bool = False
    """Told to stop, and still serving what comes."""

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.name)
        pool = self.settings.relay_workers + 2 + 2 * len(self.reminders) + len(self.handlers)
        self.engine = connect(
            self.settings.database,
            pool_size=pool,
            overflow=20,
            answer_seconds=self.settings.database_answer_seconds,
            transaction_seconds=UNIT_SECONDS,
        )
        self.link = Link(self.name, self.settings, self.engine, self.handlers, self.reminders, self.metrics)
        self._observe = self.observe(self.metrics) if self.observe else None

    def app(self) -> FastAPI:
        """The HTTP application; messaging runs in its lifespan."""
        app = FastAPI(
            title=f"Relief {self.name}",
            description=self.description,
            version="1",
            lifespan=self._lifespan,
        )
        app.state.units = self.link.units
        app.state.settings = self.settings
        app.state.service = self
        problems.install(app)
        for router in self.routers:
            app.include_router(router)
        app.include_router(operations.router)
        app.include_router(plan.router)
        return app

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        set_up_logging(self.name, self.settings.log_level)
        today = self.settings.wall_today()
        manual = self.settings.clock is ClockMode.MANUAL
        await begin(self.engine, (self.settings.first_day or today) if manual else today)
        async with self.engine.begin() as connection:
            # Without this month's part of the journal nothing can be said, so not later than the first request.
            await tidy(connection, datetime.now(UTC).date(), self.settings.journal_days)
        tasks = [
            asyncio.create_task(self.link.start()),
            asyncio.create_task(keep_house(self.engine, self.settings)),
        ]
        if not manual:
            tasks.append(
                asyncio.create_task(follow_wall_clock(self.link.units, self.on_day, self.settings.wall_today))
            )
        try:
            yield
        finally:
            # The tasks first: a link that is still connecting must not connect again while it stops.
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.link.stop()
            await self.engine.dispose()

    async def gauges(self, session: AsyncSession) -> None:
        """Bring the gauges that are read from the database up to date: the plan's and the service's own."""
        for each in await plan.beside_actual(session, self.actuals):
            labels = {"area": str(each.area), "measure": each.measure}
            if each.target is not None:
                self.metrics.plan_target.labels(**labels).set(each.target)
            if each.actual is not None:
                self.metrics.plan_actual.labels(**labels).set(each.actual)
        if self._observe:
            await self._observe(session, self.metrics)
