"""The service's day: the last day whose work is done. It is the service's today.

Units hold the day in share while they run, so that it never turns under a half-finished unit, and whoever is
registered before the turn is seen by it. Who only looks takes no lock: a look never waits for the turn of a day.
"""

from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.database.tables import day

CLOCKS = {"wall": "the wall clock", "manual": "a clock that is turned by hand"}
_HOLD = text("SELECT processed, edition FROM hold_day(:alone)")


class DayNotSet(RuntimeError):
    """The service has not been started on this database yet."""


class AnotherClock(RuntimeError):
    """A service is started with another clock than its data have lived by; the words say what to do."""


@dataclass(frozen=True)
class Held:
    """The service's today, and the edition of what its processes keep in memory."""

    today: date
    edition: int


async def hold_day(session: AsyncSession, *, alone: bool = False) -> Held:
    """The day, held until the transaction ends: in share, or alone to turn it.

    An advisory lock holds it, because its queue is fair: with a row lock a stream of units would starve the turn.
    """
    found = (await session.execute(_HOLD, {"alone": alone})).first()
    return Held(_known(found and found.processed), found.edition if found else 0)


async def today_of(session: AsyncSession) -> date:
    """The service's today, for looking: nothing is held and nothing is waited for."""
    return _known(await session.scalar(select(day.c.processed)))


def _known(found: object) -> date:
    if found is None:
        raise DayNotSet("this service has no day yet; it gets one when it starts")
    return cast(date, found)


async def begin(engine: AsyncEngine, first: date, clock: str = "manual") -> None:
    """Set the day of a service that has none yet, and the clock (wall or manual) that its data live by from then on.

    A service that has a day keeps it. Raises AnotherClock if its data live by another clock: days that were turned by
    hand lie elsewhere than the wall clock's, and no day turns back.
    """
    async with engine.begin() as connection:
        made = insert(day).values(id=1, processed=first, clock=clock).on_conflict_do_nothing()
        await connection.execute(made)
        known = await connection.scalar(select(day.c.clock))
    if known is not None and known != clock:
        raise AnotherClock(
            f"These data live by {CLOCKS[known]} since their first start, and this start is by {CLOCKS[clock]}. "
            f"Start with RELIEF_CLOCK={known} (the local run remembers it: ./relief up), or begin anew, which removes "
            "all data: ./relief down --erase, docker compose down --volumes."
        )
