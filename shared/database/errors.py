"""Kinds of errors of a database: an outage, a conflict between transactions, or a fault of what was asked."""

import asyncio
import ssl
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_OUTAGES = (
    OSError,
    asyncio.TimeoutError,
    ssl.SSLError,
    InterfaceError,
    OperationalError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.InterfaceError,
)
# A value that does not fit its column is an InterfaceError too, and a ValueError: there the message is to blame.
_BAD_VALUE = asyncpg.InterfaceError
_CONFLICTS = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


def chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        if isinstance(seen, DBAPIError) and seen.orig is not None:
            yield seen.orig
        seen = seen.__cause__


def is_conflict(error: BaseException) -> bool:
    """Two transactions were in each other's way: the same work succeeds when tried again at once."""
    return any(isinstance(each, _CONFLICTS) for each in chain(error))


def is_outage(error: BaseException) -> bool:
    """The database is away or full: no message is to blame, so none loses an attempt."""
    if is_conflict(error) or any(
        isinstance(each, _BAD_VALUE) and isinstance(each, ValueError) for each in chain(error)
    ):
        return False
    return any(
        isinstance(each, _OUTAGES) or (isinstance(each, DBAPIError) and each.connection_invalidated)
        for each in chain(error)
    )
