"""A database of the tests is used again: for rooms that call a service's code directly."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy import Table, delete, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.messaging.day import begin
from shared.messaging.housekeeping import make_months

APPEND_ONLY = """
    SELECT tgrelid::regclass::text FROM pg_trigger
    WHERE tgname = tgrelid::regclass::text || '_append_only' AND tgparentid = 0
"""


async def begin_anew(engine: AsyncEngine, first: date, tables: Sequence[Table]) -> None:
    """On the day `first`; whatever these tables had is gone. They come in an order in which they can be emptied.

    Rows that are only added are deleted nowhere else. TRUNCATE would make files anew, which takes seconds.
    """
    async with engine.begin() as connection:
        kept = [*await connection.scalars(text(APPEND_ONLY))]
        for name in kept:
            await connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER {name}_append_only"))
        for table in tables:
            await connection.execute(delete(table))
        for name in kept:
            await connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER {name}_append_only"))
        await make_months(connection, datetime.now(UTC).date())
    await begin(engine, first)
