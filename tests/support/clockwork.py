"""A service that has nothing but timers, on a database of its own, for as many replicas as a test wants.

As a process: `python -m tests.support.clockwork DATABASE_URL PASSWORD` does one kind of timer, `note`, until it ends.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

from sqlalchemy import text

from shared.cli.wiring import filled_in
from shared.contracts import SERVICES
from shared.messaging.day import begin
from shared.messaging.timers import LOOPS, OnTimer
from shared.messaging.unit import Unit
from shared.service.parts import Parts, Service

NAME = SERVICES[-1]
"""Whose database it has: any service's will do, as nothing else runs on it."""
FIRST_DAY = date(2006, 11, 1)
NOTED = "CREATE TABLE IF NOT EXISTS noted (what text, today date, at timestamptz DEFAULT clock_timestamp())"


def clockwork(url: str, password: str, timers: Mapping[str, OnTimer], delays: tuple[int, ...]) -> Service:
    """A replica, which does nothing yet."""
    settings = filled_in(NAME, database_url=url, database_password=password, retry_delays_seconds=delays)
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


if __name__ == "__main__":
    asyncio.run(clockwork(sys.argv[1], sys.argv[2], {"note": note}, ()).timers.run())
