"""Two units that meet: the one waits for what the other one has locked, and the other one then locks the rest.

If both lock in one order, the second waits and is done. If not, the database ends one of them for a deadlock.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

from shared.messaging.unit import Unit, Units
from tests.support.waiting import until

Locks = Callable[[Unit], Awaitable[Any]]


class Room(Protocol):
    """A service on a database, without a broker."""

    units: Units

    async def rows(self, query: str, **values: object) -> Sequence[Any]: ...


async def meets(room: Room, work: Callable[[], Awaitable[Any]], first: Locks, *then: Locks) -> Any:
    """Something is done, and waits for another unit that has locked something; which then locks the rest. What the work
    gave.
    """

    async def waiting() -> bool:
        query = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(await room.rows(query))

    async with room.units.open() as unit:
        await first(unit)
        working = asyncio.ensure_future(work())
        await until(waiting, bool)
        for each in then:
            await each(unit)
    return await working
