"""What grows without end is trimmed: journal months beyond the retention, old inbox ids, old answers."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import delete, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.engine import set_transaction_timeout
from shared.database.errors import kind_of
from shared.database.tables import answer, day, inbox
from shared.messaging.months import had_month, months_from
from shared.messaging.wall_clock import MOST_DAYS
from shared.observability import log
from shared.settings import ServiceSettings

FIRST_SECONDS = 60.0
"""A service that starts has better things to do: there may be work that waited."""
EVERY_SECONDS = 3600.0
MONTHS_MADE = 3
ANSWER_DAYS = 30
# The journal is dropped by whole months: an id must outlive the row it came from, or a replay would do it again.
INBOX_DAYS_MORE = 62

# To drop a part, everybody who says something is kept out. Behind a long read of the journal, all would wait too.
_DO_NOT_WAIT = text("SET LOCAL lock_timeout = '1s'")
_OLD_MONTHS = text("""
    SELECT child.relname FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'journal'::regclass AND child.relname < :oldest
""")


async def keep_house(engine: AsyncEngine, settings: ServiceSettings) -> None:
    """A minute after the start and then once an hour, until cancelled; a failure is tried again the next hour."""
    await asyncio.sleep(FIRST_SECONDS)
    while True:
        try:
            await tidy(engine, datetime.now(UTC), settings.journal_days)
        except Exception as error:
            log().warning("housekeeping failed", kind=kind_of(error))
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(engine: AsyncEngine, now: datetime, journal_days: int) -> None:
    """Make the journal's next months, and drop what is older than `journal_days`, the inbox later."""
    async with engine.begin() as connection:
        await make_months(connection, now.date())
    async with engine.begin() as connection:
        await set_transaction_timeout(connection)
        await connection.execute(_DO_NOT_WAIT)
        await _drop_old(connection, await _surely_past(connection, now), journal_days)


async def make_months(connection: AsyncConnection, today: date) -> None:
    """Make the journal's parts of this month and the next two, if they are missing."""
    for month in months_from(today, MONTHS_MADE):
        await had_month(connection, month)


async def _surely_past(connection: AsyncConnection, now: datetime) -> datetime:
    """Now, or a few days after the service's day if that is earlier.

    A wrong clock must not make everything old: the days wait for an operator then (`wall_clock.py`), and so does this.
    Where the days are turned by hand, they alone count.
    """
    lived = (await connection.execute(select(day.c.processed))).scalar_one()
    return min(now, datetime.combine(lived + timedelta(days=MOST_DAYS), time.min, UTC))


async def _drop_old(connection: AsyncConnection, now: datetime, journal_days: int) -> None:
    oldest = now - timedelta(days=journal_days)
    for (name,) in (await connection.execute(_OLD_MONTHS, {"oldest": f"journal_{oldest:%Y_%m}"})).all():
        await connection.execute(text(f'DROP TABLE IF EXISTS "{name}"'))
    old_ids = oldest - timedelta(days=INBOX_DAYS_MORE)
    await connection.execute(delete(inbox).where(inbox.c.handled_at < old_ids))
    old_answers = now - timedelta(days=ANSWER_DAYS)
    await connection.execute(delete(answer).where(answer.c.answered_at < old_answers))
