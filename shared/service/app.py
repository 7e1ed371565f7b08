"""A service as an application: its routes, and what runs beside them from start to stop."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.routing import BaseRoute

from shared.messaging.day import begin
from shared.messaging.feeding import Feeder, register_feeds
from shared.messaging.housekeeping import keep_house, make_months
from shared.messaging.timers import LOOPS
from shared.observability import set_up_logging
from shared.service import kept, operations, plan, standings
from shared.service.addresses import API
from shared.service.figures import Figures
from shared.service.parts import Service
from shared.settings import ClockMode, ServiceSettings
from shared.web import problems
from shared.web.documented import Documented
from shared.web.walls import Walls


def application(service: Service) -> FastAPI:
    """What a server runs; messaging, timers and the day run in its lifespan."""
    app = Documented(
        title=f"Relief {service.name}",
        description=service.parts.description,
        version="1",
        lifespan=_lifespan,
    )
    # The first of all: what it turns away costs nothing more.
    hosts = service.settings.hosts(service.name)
    app.add_middleware(Walls, hosts=hosts, open_paths=[API + path for path in service.parts.open_paths])
    app.state.service = service
    app.state.figures = Figures(service)
    app.state.units = service.units
    app.state.settings = service.settings
    problems.install(app)
    for router in (*service.parts.routers, plan.router):
        app.router.routes += _routes(router, API)
    for router in (operations.router, kept.router, *([standings.router] if service.parts.standings else [])):
        app.router.routes += _routes(router)
    return app


def _routes(router: APIRouter, prefix: str = "") -> list[BaseRoute]:
    """The routes of a router, made once in a process: a route takes milliseconds, and tests build an application each.

    No router lies within another one: FastAPI would make each route when it is included, and again when it is first
    asked.
    """
    if (id(router), prefix) not in _PARENTS:
        parent = APIRouter()
        parent.include_router(router, prefix=prefix)
        _PARENTS[id(router), prefix] = parent
    return _PARENTS[id(router), prefix].routes


_PARENTS: dict[tuple[int, str], APIRouter] = {}
"""By the identity of the router that each includes, and so keeps, and by the prefix that its routes got."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    set_up_logging(service.name, service.settings.log_level)
    await _prepare(service)
    tasks = [asyncio.create_task(each) for each in _running(service)]
    try:
        yield
    finally:
        # The tasks first: a link that is still connecting must not connect again while it stops.
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        app.state.figures.give_up()
        await service.link.stop()
        if service.parts.leave:
            await service.parts.leave()
        await service.engine.dispose()
        await service.lookout.dispose()


async def _prepare(service: Service) -> None:
    await begin_day(service.engine, service.settings)
    async with service.engine.begin() as connection:
        await make_months(connection, datetime.now(UTC).date())
        await register_feeds(connection, service.name)


async def begin_day(engine: AsyncEngine, settings: ServiceSettings) -> None:
    """The service's first day, by its settings. Raises AnotherClock if its data live by another clock."""
    today = settings.wall_today()
    first = settings.first_day or today
    await begin(engine, first if settings.clock is ClockMode.MANUAL else today, settings.clock.value)


def _running(service: Service) -> list[Coroutine[Any, Any, None]]:
    """What runs from start to stop."""
    running = [
        service.link.start(),
        keep_house(service.engine, service.settings),
        Feeder(service.units, service.name).run(),
    ]
    running += [service.timers.run() for _ in range(LOOPS)]
    if service.settings.clock is ClockMode.WALL:
        running.append(service.days.follow(service.wall_clock))
    return running
