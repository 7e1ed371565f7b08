"""The journal has a part for each month: a fact can be said only if the part of its month is there."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

MADE = "journal months made"
"""Under this name a session knows which parts its transaction made."""


def months_from(day: date, count: int) -> list[date]:
    """The first days of the month of `day` and of the months after it, `count` in all."""
    first = day.year * 12 + day.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + count)]


class Months:
    """Makes the parts that are missing, in the transaction that needs them.

    Housekeeping makes each part long before; here it is made if housekeeping could not. A part that was there before
    this transaction is remembered. One that the transaction made itself is not: it may still roll back.
    """

    def __init__(self) -> None:
        self._known: set[date] = set()

    async def ensure(self, session: AsyncSession, day: date) -> None:
        """Have the part in which a fact of this day lies (UTC)."""
        month = day.replace(day=1)
        if month in self._known:
            return
        made: set[date] = session.info.setdefault(MADE, set())
        if not await had_month(session, month):
            made.add(month)
        elif month not in made:
            self._known.add(month)

    def forget(self) -> None:
        """Look anew: what was said could not be written, and a part may be gone. Somebody has dropped it, say, or the
        database was restored to a time before it."""
        self._known.clear()


async def had_month(session: AsyncSession | AsyncConnection, day: date) -> bool:
    """Whether the part of this day's month was there before; if not, it is now."""
    return bool(await session.scalar(select(func.journal_month(day))))
