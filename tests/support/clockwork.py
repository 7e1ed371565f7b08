"""A service that has nothing but timers, on a database of its own, for as many replicas as a test wants.

As a process: `python -m tests.support.clockwork DATABASE_URL PASSWORD` does one kind of timer, `note`, until it ends.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, text

from shared.cli.stack import ServiceAddress, Stack
from shared.cli.wiring import filled_in
from shared.contracts import SERVICES
from shared.database.tables import timer
from shared.messaging.day import begin
from shared.messaging.timers import LOOPS, OnTimer
from shared.messaging.unit import Unit
from shared.service.parts import Parts, Service
from tests.support.waiting import until

NAME = "clockwork"
"""A service that nobody speaks to."""
OWNER = SERVICES[-1]
"""Whose database and settings it has: any service's will do, as nothing else runs on it."""
FIRST_DAY = date(2006, 11, 1)
NOTED = "CREATE TABLE IF NOT EXISTS noted (what text, today date, at timestamptz DEFAULT clock_timestamp())"


def clockwork(url: str, password: str, timers: Mapping[str, OnTimer], delays: tuple[int, ...]) -> Service:
    """A replica, which does nothing yet."""
    settings = filled_in(OWNER, database_url=url, database_password=password, retry_delays_seconds=delays)
    return Service(NAME, settings, Parts(timers=timers))


async def set_up(service: Service) -> None:
    """The day, and the table in which timers note what they did."""
    await begin(service.engine, FIRST_DAY)
    async with service.engine.begin() as connection:
        await connection.execute(text(NOTED))


async def note(payload: Mapping[str, Any], unit: Unit) -> None:
    """A timer's work: a row, in the unit's transaction."""
    row = {"what": payload["what"], "today": unit.today}
    await unit.session.execute(text("INSERT INTO noted (what, today) VALUES (:what, :today)"), row)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    """The replica does what is due for as long as the block lasts."""
    loops = [asyncio.create_task(service.timers.run()) for _ in range(LOOPS)]
    try:
        yield
    finally:
        for each in loops:
            each.cancel()
        await asyncio.gather(*loops, return_exceptions=True)


@dataclass
class Shop:
    """One database on which replicas with timers run."""

    url: str
    password: str
    stack: AsyncExitStack
    services: list[Service] = field(default_factory=list)

    async def replica(self, delays: tuple[int, ...] = (), *, runs: bool = True, **timers: OnTimer) -> Service:
        service = clockwork(self.url, self.password, {"note": note, **timers}, delays)
        self.stack.push_async_callback(service.engine.dispose)
        await set_up(service)
        if runs:
            await self.stack.enter_async_context(running(service))
        self.services.append(service)
        return service

    async def set(self, due: datetime | date, *keys: str, name: str = "note") -> None:
        """Timers of these keys, which note them."""
        async with self.services[0].units.open() as unit:
            for key in keys:
                unit.later(name, {"what": key}, due, key)

    async def noted(self) -> list[str]:
        async with self.services[0].units.read() as session:
            return list(await session.scalars(text("SELECT what FROM noted ORDER BY at, what")))

    async def rows(self) -> list[Any]:
        async with self.services[0].units.read() as session:
            return list(await session.execute(select(timer).order_by(timer.c.key)))

    async def none_left(self) -> None:
        await until(self.rows, lambda left: not left)

    @property
    def addresses(self) -> Stack:
        """As the operator's commands see it."""
        address = ServiceAddress(NAME, "", self.services[0].settings.database.render_as_string(False), "")
        return Stack({NAME: address}, "", "", "")


if __name__ == "__main__":
    asyncio.run(clockwork(sys.argv[1], sys.argv[2], {"note": note}, ()).timers.run())
