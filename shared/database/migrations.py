"""Alembic migrations: the tables that every service has (`alembic/` beside this file), then the service's own."""

import asyncio
import functools
import hashlib
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.database.engine import connect

SHARED = Path(__file__).resolve().parents[1]


class NoWayBack(RuntimeError):
    """Somebody would bring a database back to an older version; the text says what to do instead."""


def no_way_back() -> None:
    """The `downgrade` of every migration: what a newer version has written, an older one could not keep.

    Raises NoWayBack.
    """
    raise NoWayBack(
        'No database goes back to an older version: restore the backup that was made before (see "Going back" in '
        "docs/operations.md)."
    )


def alembic_config(scripts: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migration_folders(service: str) -> dict[str, Path]:
    """Where the migrations lie, by the name of the table that remembers them: messaging first, then the service's."""
    own = SHARED.parent / "services" / service / "migrations"
    return {
        "messaging_version": SHARED / "database" / "alembic",
        **({"service_version": own} if own.is_dir() else {}),
    }


async def migrate(service: str, url: URL) -> None:
    """Bring a service's database to the newest version; two at once wait for each other."""
    engine = connect(url, pool_size=1)
    try:
        async with engine.begin() as connection:
            key = int.from_bytes(hashlib.blake2b(b"relief migrations", digest_size=7).digest())
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
            for folder in migration_folders(service).values():
                await connection.run_sync(_upgrade, folder)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, folder: Path) -> None:
    command.upgrade(alembic_config(folder, connection), "head")


def run_migrations(metadata: MetaData, version_table: str) -> None:
    """What each `migrations/env.py` calls: run within the connection and transaction that `migrate` opened."""
    from alembic import context

    connection: Any = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=version_table,
        compare_type=True,
        include_object=lambda item, name, kind, reflected, other: not (reflected and other is None),
    )
    context.run_migrations()


async def pending_migrations(service: str, engine: AsyncEngine) -> list[str]:
    """Migrations this code needs and the database does not have; empty when it is ready."""
    wanted = await asyncio.to_thread(_heads, service)
    async with engine.connect() as connection:
        found = {}
        for table in wanted:
            exists = await connection.scalar(text("SELECT to_regclass(:name)"), {"name": table})
            query = f"SELECT version_num FROM {table}"  # noqa: S608, the names are ours
            found[table] = await connection.scalar(text(query)) if exists else None
    return [f"{table}: {head}" for table, head in wanted.items() if found[table] != head]


@functools.cache
def _heads(service: str) -> dict[str, str | None]:
    from alembic.script import ScriptDirectory

    return {
        table: ScriptDirectory.from_config(alembic_config(folder)).get_current_head()
        for table, folder in migration_folders(service).items()
    }
