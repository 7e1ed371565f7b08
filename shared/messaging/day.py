"""The service's day: each day's work is done once, in order, by one replica, in one transaction.

`today` is the last day whose work is done. Units hold it in share while they run, so a day never turns under a
half-finished unit, and whoever is registered before the turn is seen by it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.database import day
from shared.observability import log

if TYPE_CHECKING:
    from shared.messaging.unit import Unit, Units

OnDay = Callable[[date, "Unit"], Awaitable[None]]
"""What a service does when a day begins: it is given that day."""


class DayNotSet(RuntimeError):
    """The service has not been started on this database yet."""


async def today_of(session: AsyncSession, *, alone: bool = False) -> date:
    """The service's today, held until the transaction ends: in share, or alone to turn it.

    Held by an advisory lock, whose queue is fair: a row lock would let a stream of units starve the turn of the day.
    """
    found = await session.scalar(select(func.hold_day(alone)))
    if found is None:
        raise DayNotSet("this service has no day yet; it gets one when it starts")
    return cast(date, found)


async def begin(engine: AsyncEngine, first: date) -> None:
    """Set the day of a service that has none yet; a service that has one keeps it."""
    async with engine.begin() as connection:
        await connection.execute(insert(day).values(id=1, processed=first).on_conflict_do_nothing())


async def turn_to(units: "Units", on_day: OnDay, to: date) -> int:
    """Do the work of each day after today up to `to`, a transaction a day; returns how many days this call turned.

    Two replicas may call it at once: the second waits for the first, finds the day done and goes on.
    """
    turned = 0
    while await _turn_once(units, on_day, to):
        turned += 1
    return turned


async def _turn_once(units: "Units", on_day: OnDay, to: date) -> bool:
    async with units.turning() as unit:
        if unit.today >= to:
            return False
        unit.today += timedelta(days=1)
        await unit.session.execute(update(day).values(processed=unit.today))
        await on_day(unit.today, unit)
    return True


async def follow_wall_clock(
    units: "Units", on_day: OnDay, wall_today: Callable[[], date], every: float = 30.0
) -> None:
    """Turn the days as the wall clock does, and make up those that were missed; runs until cancelled."""
    while True:
        try:
            await turn_to(units, on_day, wall_today())
        except Exception as error:
            log().error("the day did not turn; it is tried again", exc_info=error)
        await asyncio.sleep(every)
