"""Days turn: each day's work is done once, in order, by one replica, in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from enum import Enum, auto

from sqlalchemy import update

from shared.database.tables import day
from shared.messaging.timer_rows import dated_is_due
from shared.messaging.timers import Timers
from shared.messaging.unit import Unit, Units
from shared.messaging.wall_clock import WallClock
from shared.observability import log

OnDay = Callable[[date, Unit], Awaitable[None]]
"""What a service does when a day begins: it is given that day."""


async def nobody_leaves() -> bool:
    """Whoever waits for the days waits to the end."""
    return False


async def turn_to(
    units: Units,
    on_day: OnDay,
    timers: Timers,
    to: date,
    left: Callable[[], Awaitable[bool]] = nobody_leaves,
) -> int:
    """Do the work of each day after today up to `to`, a transaction per day; returns how many days this call turned.

    Timers that are due on a day are done after it has turned and before the next one does; one that failed
    and waits for another try does not hold up the days. Two replicas may call it at once: the second waits
    for the first, finds the day done and goes on. No further day begins once whoever asked for it has `left`.
    """
    turned = 0
    while not await left() and (step := await _turn_once(units, on_day, timers, to)) is not Step.THERE:
        if step is Step.TIMERS_FIRST:
            await timers.do_next()
        turned += step is Step.TURNED
    return turned


class Step(Enum):
    """TURNED: a day was turned. TIMERS_FIRST: today's timers are to be done before. THERE: no day is left to turn."""

    TURNED = auto()
    TIMERS_FIRST = auto()
    THERE = auto()


async def _turn_once(units: Units, on_day: OnDay, timers: Timers, to: date) -> Step:
    async with units.open(alone=True) as unit:
        # Nobody else has a unit open now, so what is due here is nobody's work under way.
        if await dated_is_due(unit.session, timers.names):
            return Step.TIMERS_FIRST
        if unit.today >= to:
            return Step.THERE
        unit.today += timedelta(days=1)
        await unit.session.execute(update(day).values(processed=unit.today))
        await on_day(unit.today, unit)
    return Step.TURNED


async def follow_wall_clock(
    units: Units, on_day: OnDay, timers: Timers, clock: WallClock, every: float = 30.0
) -> None:
    """Turn the days as the wall clock does, and make up those that were missed; runs until cancelled.

    A clock that is not to be believed turns nothing: that is logged once, and `clock.held` says why.
    """
    while True:
        try:
            known = clock.held
            async with units.read() as session:
                to = clock.may_turn_to(await clock.read(session))
            if clock.held and not known:
                log().error("the days wait for an operator", why=clock.held, say="./relief clock DATE")
            await turn_to(units, on_day, timers, to)
        except Exception as error:
            log().error("the day did not turn; it is tried again", exc_info=error)
        await asyncio.sleep(every)
