"""Days turn: each day's work is done once, in order, by one replica, in one transaction.

What takes long and may be done before, part by part while others go on, a service does ahead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from enum import Enum, auto

from sqlalchemy import update

from shared.database.tables import day
from shared.messaging.day import today_of
from shared.messaging.timer_rows import dated_is_due
from shared.messaging.timers import Timers
from shared.messaging.unit import Unit, Units
from shared.messaging.wall_clock import WallClock
from shared.observability import log

OnDay = Callable[[date, Unit], Awaitable[None]]
"""What a service does when a day begins: it is given that day."""
Ahead = Callable[[date, Unit], Awaitable[bool]]
"""What a service does ahead of the turn to a day, a part in each unit; True if there is more.

Whatever comes between, or is not done ahead, is left to the turn."""


async def nothing_falls_due(_day: date, _unit: Unit) -> None:
    """The day of a service that has nothing to do by date."""


async def nobody_leaves() -> bool:
    """Whoever waits for the days waits to the end."""
    return False


class Step(Enum):
    """TURNED: a day was turned. TIMERS_FIRST: today's timers are to be done before. THERE: no day is left to turn."""

    TURNED = auto()
    TIMERS_FIRST = auto()
    THERE = auto()


class Days:
    """The days of one service, and how they turn."""

    def __init__(
        self,
        units: Units,
        timers: Timers,
        on_day: OnDay = nothing_falls_due,
        ahead: Sequence[Ahead] = (),
    ) -> None:
        self._units = units
        self._timers = timers
        self._on_day = on_day
        self._ahead = ahead

    async def turn_to(self, to: date, left: Callable[[], Awaitable[bool]] = nobody_leaves) -> int:
        """Do the work of each day after today up to `to`, a transaction per day; returns how many were turned here.

        Timers that are due on a day are done after it has turned and before the next one does; one that failed
        and waits for another try does not hold up the days. Two replicas may call it at once: the second waits
        for the first, finds the day done and goes on. No further day begins once whoever asked for it has `left`.
        """
        turned = 0
        while not await left() and (step := await self._step(to)) is not Step.THERE:
            if step is Step.TIMERS_FIRST:
                await self._timers.do_next()
            turned += step is Step.TURNED
        return turned

    async def follow(self, clock: WallClock, every: float = 30.0) -> None:
        """Turn the days as the wall clock does, and make up those that were missed; runs until cancelled.

        A clock that is not to be believed turns nothing: that is logged once, and `clock.held` says why.
        """
        while True:
            try:
                known = clock.held
                async with self._units.read() as session:
                    to = clock.may_turn_to(await clock.read(session))
                if clock.held and not known:
                    log().error("the days wait for an operator", why=clock.held, say="./relief clock DATE")
                await self.turn_to(to)
            except Exception as error:
                log().error("the day did not turn; it is tried again", exc_info=error)
            await asyncio.sleep(every)

    async def _step(self, to: date) -> Step:
        async with self._units.read() as session:
            today = await today_of(session)
            timers_first = await dated_is_due(session, self._timers.names)
        if today < to and not timers_first:
            for part in self._ahead:
                while await self._do_ahead(part, today + timedelta(days=1)):
                    pass
        return await self._turn(to)

    async def _do_ahead(self, part: Ahead, day: date) -> bool:
        async with self._units.open() as unit:
            # Another replica may have turned to it meanwhile.
            return unit.today < day and await part(day, unit)

    async def _turn(self, to: date) -> Step:
        async with self._units.open(alone=True) as unit:
            # Nobody else has a unit open now, so what is due here is nobody's work under way.
            if await dated_is_due(unit.session, self._timers.names):
                return Step.TIMERS_FIRST
            if unit.today >= to:
                return Step.THERE
            unit.today += timedelta(days=1)
            await unit.session.execute(update(day).values(processed=unit.today))
            await self._on_day(unit.today, unit)
        return Step.TURNED
