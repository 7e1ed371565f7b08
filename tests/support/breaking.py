"""What the doctor's checks find of changes that are made past a service, on one prepared world."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.service.parts import Check

WALLS = """
    DO $$ DECLARE wall record; BEGIN
        FOR wall IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
            AND relnamespace = 'public'::regnamespace
        LOOP EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', wall.relname); END LOOP;
        FOR wall IN SELECT conrelid::regclass AS of_it, conname FROM pg_constraint
            WHERE contype IN ('c', 'f', 'u') AND connamespace = 'public'::regnamespace
            AND conrelid <> 0 AND conparentid = 0 AND coninhcount = 0 ORDER BY contype <> 'f'
        LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', wall.of_it, wall.conname); END LOOP;
        FOR wall IN SELECT indexrelid::regclass AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
            WHERE indisunique AND NOT indisprimary AND relnamespace = 'public'::regnamespace AND NOT relispartition
        LOOP EXECUTE format('DROP INDEX %s', wall.name); END LOOP;
        FOR wall IN SELECT attrelid::regclass AS of_it, attname FROM pg_attribute
            JOIN pg_class ON pg_class.oid = attrelid
            WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = 'public'::regnamespace
            AND attnum > 0 AND attnotnull AND NOT attisdropped AND attidentity = '' AND NOT EXISTS (
                SELECT FROM pg_index WHERE indrelid = attrelid AND indisprimary AND attnum = ANY(indkey))
        LOOP EXECUTE format('ALTER TABLE %s ALTER %I DROP NOT NULL', wall.of_it, wall.attname); END LOOP;
    END $$
"""
"""Takes away what keeps the tables from such changes: triggers, foreign keys and all other constraints but the primary
keys, unique indexes.
"""


async def found_of(
    engine: AsyncEngine, check: Check, changes: Sequence[str]
) -> tuple[Mapping[str, set[str]], set[str]]:
    """The names of the checks that find something, by change; and the names of all checks.

    Each change is made where no wall holds it back, and undone before the next one; the database stays as it is.
    """
    found: dict[str, set[str]] = {}
    async with AsyncSession(engine) as session:
        await session.execute(text(WALLS))
        counts = await check(session)
        assert [each for each in counts if each.breaches] == [], "nothing is broken yet"
        for change in changes:
            async with session.begin_nested() as point:
                await _do(session, change)
                found[change] = {each.name for each in await check(session) if each.breaches}
                await point.rollback()
        await session.rollback()
    return found, {each.name for each in counts}


async def _do(session: AsyncSession, statements: str) -> None:
    raw: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    await raw.execute(statements)
