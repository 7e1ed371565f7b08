"""The database of a service: engine, the messaging tables each service has, and migrations.

A service's own rows derive from a base class with its `own_registry()`.
"""

import asyncio
import functools
import hashlib
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from faststream_outbox import make_outbox_table
from sqlalchemy import (
    URL,
    BigInteger,
    Column,
    Connection,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    Uuid,
    event,
    func,
    text,
)
from sqlalchemy.engine import AdaptedConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import registry
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlmodel import SQLModel

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
# A client that went away without a word must not hold its locks for long: others of its kind may wait behind it, and
# then each holds them for as long again. What lies between it and the server may keep the connection alive.
SESSION = {
    "application_name": "relief",
    "timezone": "UTC",
    "idle_in_transaction_session_timeout": "20s",
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20s",
}
UNIT_SECONDS = 60
"""A service's transaction that takes longer is ended by the server, its locks with it."""
DAY_SECONDS = 1800
"""The same for the one that turns the day."""
IDLE_SECONDS = 1.0
LEFT = "left"
ROOT = Path(__file__).resolve().parent.parent

messaging = MetaData(naming_convention=CONSTRAINT_NAMES)

outbox = make_outbox_table(messaging)
"""What is to be published: a row a unit of work, holding all the facts it said; gone once the broker confirmed."""

inbox = Table(
    "inbox",
    messaging,
    Column("message_id", Uuid, primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("digest", LargeBinary(16), nullable=False),
    Column("handled_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index(None, "handled_at"),
)
"""What was handled: a message is handled by the one transaction that could insert its id."""

journal = Table(
    "journal",
    messaging,
    Column("said_at", DateTime(timezone=True), primary_key=True),
    Column("message_id", Uuid, primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("subject", Uuid, nullable=False),
    Column("correlation_id", Uuid, nullable=False),
    Column("causation_id", Uuid),
    Column("traceparent", String(55), nullable=False),
    Column("data", Text, nullable=False),
    Index(None, "subject"),
    postgresql_partition_by="RANGE (said_at)",
)
"""Everything this service ever said within the retention time, append-only, a partition a month."""

day = Table(
    "day",
    messaging,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("processed", Date, nullable=False),
)
"""One row: the last day whose work is done. It is the service's today."""

answer = Table(
    "answer",
    messaging,
    Column("key", String(200), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("body", Text),
    Column("answered_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Answers already given, by Idempotency-Key; a row is written in the transaction of the work itself."""

target = Table(
    "target",
    messaging,
    Column("measure", String(60), primary_key=True),
    Column("area", SmallInteger, nullable=False),
    Column("words", String(200), nullable=False),
    Column("target", BigInteger),
    Column("unit", String(20), nullable=False),
)
"""What the action plan wants of this service; no target means as many as possible."""

discard = Table(
    "discard",
    messaging,
    Column("message_id", String(200), primary_key=True),
    Column("digest", LargeBinary(16), primary_key=True),
    Column("contract", String(100), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("discarded_by", String(100), nullable=False),
    Column("discarded_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Parked messages that an operator gave up, and why; append-only. Ids are text, as the message gave them."""


def own_registry() -> registry:
    """For the base class of one service's rows, so that each service has metadata of its own."""
    return registry(metadata=MetaData(naming_convention=CONSTRAINT_NAMES))


def table_of(model: type[SQLModel]) -> Table:
    """A row class's table: what is written through it goes around the slower path for mapped objects."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def columns(model: type[SQLModel]) -> ReadOnlyColumnCollection[str, Column[Any]]:
    """A row class's columns, for queries: a type checker sees its attributes as values."""
    return table_of(model).c


def connect(
    url: URL,
    *,
    pool_size: int = 10,
    overflow: int = 20,
    answer_seconds: float | None = None,
    transaction_seconds: int = 0,
) -> AsyncEngine:
    """An engine whose connections are checked before use if they lay idle, so that a restarted server costs no request.

    With `answer_seconds` a connection on which a statement gets no answer in that time counts as lost. The server ends
    a transaction after `transaction_seconds`, whatever it waits for; 0 for never.
    """
    # Nothing else ends one whose client fell silent between two messages of one statement: it does not count as idle.
    session = SESSION | {"transaction_timeout": f"{transaction_seconds}s"}
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=overflow,
        connect_args={"timeout": 10, "command_timeout": answer_seconds, "server_settings": session},
    )
    event.listen(engine.sync_engine, "handle_error", _silence_is_loss)
    event.listen(engine.sync_engine, "checkin", _left)
    event.listen(engine.sync_engine, "checkout", _check)
    return engine


async def let_last(session: AsyncSession | AsyncConnection, seconds: int = 0) -> None:
    """Let the transaction under way take so many seconds from now on; 0 for as long as it needs."""
    # A clock that runs is set anew only after it was stopped.
    await session.execute(text("SET LOCAL transaction_timeout = 0"))
    if seconds:
        await session.execute(text(f"SET LOCAL transaction_timeout = '{seconds}s'"))


def _left(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[LEFT] = time.monotonic()


def _check(connection: AdaptedConnection, record: ConnectionPoolEntry, proxy: object) -> None:
    """One round trip, and only after a rest: the pool's own check takes three each time."""
    if time.monotonic() - record.info.get(LEFT, time.monotonic()) > IDLE_SECONDS:
        try:
            connection.run_async(lambda asyncpg: asyncpg.execute("SELECT 1"))
        except Exception as error:
            # The pool then makes every connection anew that is as old as this one.
            raise InvalidatePoolError from error


def _silence_is_loss(context: ExceptionContext) -> None:
    """Then every other connection of the pool is made anew too, instead of each being waited for in turn."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def alembic_config(scripts: Path, connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def migration_folders(service: str) -> dict[str, Path]:
    """Where the migrations lie, by the name of the table that remembers them: messaging first, then the service's."""
    own = ROOT / "services" / service / "migrations"
    return {
        "messaging_version": ROOT / "shared" / "migrations",
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
