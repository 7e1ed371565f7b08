"""Hears what the database notifies (LISTEN), so that nobody has to look again and again for new rows."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database.errors import kind_of
from shared.observability import log

PROVE_EVERY_SECONDS = 30.0
"""A connection that was cut in silence tells nothing; so it is asked now and then."""
PROOF_SECONDS = 5.0
PAUSE_SECONDS = 1.0


async def listen(engine: AsyncEngine, channel: str, heard: Callable[[], None]) -> None:
    """Call `heard` at each notification of the channel until cancelled; holds one connection of the pool.

    While the connection is away nothing is heard, so whoever listens looks for itself too, though less often.
    """
    while True:
        try:
            await _listen(engine, channel, heard)
        except Exception as error:
            log().warning("nothing is heard from the database", kind=kind_of(error))
            await asyncio.sleep(PAUSE_SECONDS)


async def _listen(engine: AsyncEngine, channel: str, heard: Callable[[], None]) -> None:
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        try:
            await driver.add_listener(channel, lambda *_: heard())
            # Something may have been written before.
            heard()
            while True:
                await asyncio.sleep(PROVE_EVERY_SECONDS)
                await driver.fetchval("SELECT 1", timeout=PROOF_SECONDS)
        finally:
            # It goes on listening, so nobody else must get it.
            await connection.invalidate()
