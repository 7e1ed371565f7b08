"""Whether the days may follow the wall clock: a day can never be turned back, so one wrong reading must not turn it.

A few days are made up at once. More are made up only if this process saw them pass: it counts the time since the
machine started, which nobody sets. Example: the database is away from Monday to Friday, and the process waits for it;
four days are made up by themselves. If the wall clock says next month while the process has run for an hour, nothing
turns. A service that was stopped for a week saw nothing: it waits until an operator confirms the date by
`./relief clock DATE`. From within, a long stop looks the same as a wrong clock, and asking once costs less than
rations that lapsed, timers that fired and a journal that was dropped.

The database server has a clock of its own, which may be another machine's. If the two differ, one of them is wrong,
and not even one day turns.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.day import today_of

MOST_DAYS = 3
"""So many days are made up at once without asking."""
MOST_SKEW_SECONDS = 300.0
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True)
class Reading:
    """The service's day beside the clocks. `skew_seconds`: how far this process is ahead of the database server."""

    today: date
    wall: date
    skew_seconds: float

    @property
    def behind(self) -> int:
        """Days that are still to be turned; below 0 if the service's day lies after the wall clock's date."""
        return (self.wall - self.today).days


class WallClock:
    """The wall clock's date, where the group is, as one process has seen it."""

    def __init__(self, today: Callable[[], date], since_boot: Callable[[], float] | None = None) -> None:
        """`since_boot`: seconds since the machine started, time asleep counted; a test may give its own."""
        self.today = today
        self._since_boot = since_boot or partial(time.clock_gettime, time.CLOCK_BOOTTIME)
        self._seen: tuple[date, float] | None = None
        """A date that the service's day was close to, and the seconds since boot then."""
        self.held = ""
        """Why the days wait for an operator, in words; empty while they follow the clock."""

    async def read(self, session: AsyncSession) -> Reading:
        """Look at the day and both clocks; takes no lock."""
        there = (await session.execute(select(func.clock_timestamp()))).scalar_one()
        skew = (datetime.now(UTC) - there).total_seconds()
        return Reading(await today_of(session), self.today(), skew)

    def may_turn_to(self, reading: Reading) -> date:
        """The date up to which the days may turn now: the wall clock's, or today if they have to wait (see `held`)."""
        if reading.behind <= MOST_DAYS:
            self._seen = (reading.wall, self._since_boot())
        self.held = self._why_held(reading)
        return reading.today if self.held else reading.wall

    def _why_held(self, reading: Reading) -> str:
        if abs(reading.skew_seconds) > MOST_SKEW_SECONDS:
            return f"the clocks of service and database differ by {abs(reading.skew_seconds):,.0f} s"
        if reading.wall > self._latest(reading):
            return f"{reading.behind:,} days to make up; is {reading.wall} the right date?"
        return ""

    def _latest(self, reading: Reading) -> date:
        """The latest date that is believed."""
        few = reading.today + timedelta(days=MOST_DAYS)
        if self._seen is None:
            return few
        wall, then = self._seen
        # It may have been any time of that day, so one day more than have passed.
        passed = int((self._since_boot() - then) / SECONDS_PER_DAY) + 1
        return max(few, wall + timedelta(days=passed))
