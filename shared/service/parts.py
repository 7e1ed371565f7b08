"""What a service is made of. `services/<name>/main.py` names its parts; `app.py` makes an application of them."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.engine import UNIT_SECONDS, connect
from shared.messaging.consumer import Hears
from shared.messaging.link import Link
from shared.messaging.timers import LOOPS, OnTimer, Timers
from shared.messaging.turning import Ahead, Days, OnDay, nothing_falls_due
from shared.messaging.wall_clock import WallClock
from shared.observability import Metrics
from shared.settings import ServiceSettings

OVERFLOW = 17
"""Connections beyond the pool's, under load."""

Observe = Callable[[AsyncSession], Awaitable[None]]
"""Sets a service's own gauges before each scrape. It reads totals, never all history."""

Actuals = Callable[[AsyncSession], Awaitable[Mapping[str, int]]]
"""What was really reached, by measure of the plan."""


@dataclass(frozen=True)
class Count:
    """One thing the doctor counts; `breaches` above 0 is an error."""

    name: str
    counted: int
    breaches: int


Check = Callable[[AsyncSession], Awaitable[list[Count]]]
"""Counts a service's invariants, in the snapshot of the caller."""


PutOff = Callable[[AsyncSession], Awaitable[Mapping[str, int]]]
"""How much work a service has put off for a moment, by what it is: it will be done without anybody asking."""


@dataclass(frozen=True)
class Standing:
    """A household as one service knows it; `people` are those in it now, 0 where that is not known of a closed one."""

    household_id: str
    version: int
    active: bool
    people: int
    code: str = ""


Standings = Callable[[AsyncSession], AsyncIterator[Standing]]
"""Every household that a service knows, in the order of their ids, streamed."""


@dataclass(frozen=True)
class Parts:
    """What one service has; a part that it does not need is left out.

    Each is made by a function of the module of that name, which takes the service's settings: `api.routers(settings)`,
    `handlers.hears(settings)`, `day.on_day(settings)`, `day.ahead(settings)`, `day.timers(settings)`,
    `queries.observe(settings)`, `queries.actuals(settings)`, `queries.put_off(settings)`, `checks.check(settings)`,
    `checks.standings(settings)`. `kept` are queries by name, which give what was said of things, or is kept of them,
    by their ids: the doctor compares those of two services. `open_paths` are under `/api` and free of the walls for
    browsers (`web/walls.py`); `leave` is awaited when the service stops.
    """

    description: str = ""
    routers: Sequence[APIRouter] = ()
    open_paths: Sequence[str] = ()
    hears: Sequence[Hears[Any]] = ()
    on_day: OnDay = nothing_falls_due
    ahead: Sequence[Ahead] = ()
    timers: Mapping[str, OnTimer] = field(default_factory=dict)
    observe: Callable[[Metrics], Observe] | None = None
    actuals: Actuals | None = None
    put_off: PutOff | None = None
    check: Check | None = None
    standings: Standings | None = None
    kept: Mapping[str, str] = field(default_factory=dict)
    leave: Callable[[], Awaitable[None]] | None = None


class Service:
    """A service while it runs: its parts, its database and its link to the others."""

    def __init__(self, name: str, settings: ServiceSettings, parts: Parts) -> None:
        self.name = name
        self.settings = settings
        self.parts = parts
        self.metrics = Metrics(name)
        pool_size = 2 * LOOPS + 4 + len(parts.hears)
        self.most_connections = pool_size + OVERFLOW
        self.engine = connect(
            settings.database,
            pool_size=pool_size,
            overflow=OVERFLOW,
            answer_seconds=settings.database_answer_seconds,
            transaction_seconds=UNIT_SECONDS,
        )
        self.lookout = connect(
            settings.database, pool_size=2, overflow=1, answer_seconds=10, transaction_seconds=10
        )
        """For those who only ask how the service is; see `figures.py`."""
        self.link = Link(name, settings, self.engine, parts.hears, self.metrics)
        self.units = self.link.units
        self.timers = Timers(self.units, parts.timers, settings.retry_delays_seconds, self.metrics)
        self.days = Days(self.units, self.timers, parts.on_day, parts.ahead)
        self.observe = parts.observe(self.metrics) if parts.observe else None
        self.wall_clock = WallClock(settings.wall_today)
        self.leaving = False
        """Told to stop, and still serving what comes."""
