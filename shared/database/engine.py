"""The engine of a service's database, and how long a transaction may last."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import URL, event, text
from sqlalchemy.engine import AdaptedConnection, ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool

# How long a client that fell silent may hold its locks. Others wait behind it, and each of them holds its own locks
# meanwhile, so one silent client can stop a service. There are three ways to be silent, and each has its own limit:
# - between two statements of a transaction: `idle_in_transaction_session_timeout` ends the session after 20 s;
# - the connection is cut: the TCP keep-alive and `tcp_user_timeout` notice it within 20 to 60 s;
# - within a statement, between two messages of the protocol: the server counts the session as busy, and something on
#   the way may keep the connection alive. Only `transaction_timeout` (PostgreSQL 17 and later) ends that one.
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
LIMIT = "transaction_timeout"
IDLE_SECONDS = 1.0
LEFT = "left"


class ServerTooOld(RuntimeError):
    """The database server does not know a limit without which one silent client can stop a service."""


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
    a transaction after `transaction_seconds`, whatever it waits for; 0 for never. The first connection raises
    ServerTooOld if the server is older than PostgreSQL 17.
    """
    session = SESSION | {LIMIT: f"{transaction_seconds}s"}
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=overflow,
        connect_args={"timeout": 10, "command_timeout": answer_seconds, "server_settings": session},
    )
    event.listen(engine.sync_engine, "handle_error", _silence_is_loss)
    event.listen(engine.sync_engine, "handle_error", _say_what_is_too_old)
    event.listen(engine.sync_engine, "checkin", _left)
    event.listen(engine.sync_engine, "checkout", _check)
    return engine


def connections_in_use(engine: AsyncEngine) -> int:
    """How many connections of the pool somebody works on."""
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


async def set_transaction_timeout(session: AsyncSession | AsyncConnection, seconds: int = 0) -> None:
    """Let the transaction under way take so many seconds from now on; 0 for as long as it needs."""
    # PostgreSQL ignores a new value while the time runs, so the time is stopped first.
    await session.execute(text("SET LOCAL transaction_timeout = 0"))
    if seconds:
        await session.execute(text(f"SET LOCAL transaction_timeout = '{seconds}s'"))


@asynccontextmanager
async def driver_transaction(engine: AsyncEngine) -> AsyncIterator[Any]:
    """A transaction on a connection of the driver (asyncpg) itself, out of the same pool.

    For the few statements that run all the time: through a session each would cost 180 to 250 microseconds of CPU, here
    it costs 25. Errors are those of asyncpg.
    """
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        entered = False
        try:
            async with driver.transaction():
                entered = True
                yield driver
        except BaseException as error:
            # A driver whose BEGIN got no answer takes the next BEGIN for a savepoint, and nothing would be committed.
            silent = not entered or isinstance(error, TimeoutError | asyncio.CancelledError)
            if silent or driver.is_closed() or driver.is_in_transaction():
                await connection.invalidate()
            raise


def _left(connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[LEFT] = time.monotonic()


def _check(connection: AdaptedConnection, record: ConnectionPoolEntry, proxy: object) -> None:
    """Test a connection that has rested for a second with one round trip; `pool_pre_ping` takes three per checkout."""
    if time.monotonic() - record.info.get(LEFT, time.monotonic()) > IDLE_SECONDS:
        try:
            connection.run_async(lambda asyncpg: asyncpg.execute("SELECT 1"))
        except Exception as error:
            # The pool then makes every connection anew that is as old as this one.
            raise InvalidatePoolError from error


def _silence_is_loss(context: ExceptionContext) -> None:
    """Treat a timeout as a lost connection, so that SQLAlchemy makes every connection of the pool anew. Otherwise each
    dead connection would cost another wait."""
    if isinstance(context.original_exception, TimeoutError):
        context.is_disconnect = True


def _say_what_is_too_old(context: ExceptionContext) -> None:
    cause = context.original_exception.__cause__
    if isinstance(cause, asyncpg.UndefinedObjectError) and LIMIT in str(cause):
        raise ServerTooOld(
            f"PostgreSQL 17 or later is needed: this server is older, for it does not know {LIMIT}."
        ) from cause
