"""What grows without end is trimmed: journal months beyond the retention, old inbox ids, old answers."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database.engine import set_transaction_timeout
from shared.database.tables import answer, inbox
from shared.observability import log
from shared.settings import ServiceSettings

EVERY_SECONDS = 3600.0
ANSWER_DAYS = 30
# The journal is dropped by whole months: an id must outlive the row it came from, or a replay would do it again.
INBOX_DAYS_MORE = 62

_OLD_MONTHS = text("""
    SELECT child.relname FROM pg_inherits
    JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = 'journal'::regclass AND child.relname < :oldest
""")


async def keep_house(engine: AsyncEngine, settings: ServiceSettings) -> None:
    """Once an hour, until cancelled; a failure is logged and tried again the next hour."""
    while True:
        try:
            async with engine.begin() as connection:
                await tidy(connection, datetime.now(UTC).date(), settings.journal_days)
        except Exception as error:
            log().warning("housekeeping failed", kind=type(error).__name__)
        await asyncio.sleep(EVERY_SECONDS)


async def tidy(connection: AsyncConnection, today: date, journal_days: int) -> None:
    """Make the journal's months until the next but one, and drop what is older than `journal_days`, the inbox later."""
    await set_transaction_timeout(connection)
    await connection.execute(text("SELECT pg_advisory_xact_lock(20060902)"))
    for days_ahead in (0, 31, 62):
        await connection.execute(
            text("SELECT journal_month(:day)"), {"day": today + timedelta(days=days_ahead)}
        )
    oldest = today - timedelta(days=journal_days)
    for (name,) in (await connection.execute(_OLD_MONTHS, {"oldest": f"journal_{oldest:%Y_%m}"})).all():
        await connection.execute(text(f'DROP TABLE "{name}"'))
    old_ids = datetime.now(UTC) - timedelta(days=journal_days + INBOX_DAYS_MORE)
    await connection.execute(delete(inbox).where(inbox.c.handled_at < old_ids))
    old_answers = datetime.now(UTC) - timedelta(days=ANSWER_DAYS)
    await connection.execute(delete(answer).where(answer.c.answered_at < old_answers))
