"""Kinds of errors of a database: an outage, a conflict between transactions, or a fault of what was asked."""

import asyncio
import ssl
from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# What whoever runs the database can mend, and no message can cause: an operator's work costs no message a try. A table,
# column or function that is missing is none of these. It can be a migration that was not run, which `/readyz` tells;
# but as often it is a mistake in one rare statement, and as an outage that would hold up all messages behind it.
_OUTAGES = (
    OSError,
    asyncio.TimeoutError,
    ssl.SSLError,
    InterfaceError,
    OperationalError,
    PoolTimeout,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # The server starts or stops.
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    # It has no room left: disk, memory, connections.
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    # It is a standby, or was made read-only.
    asyncpg.ReadOnlySQLTransactionError,
    # The password was changed, the role locked out, its rights taken, as after a restore by another owner.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InsufficientPrivilegeError,
    # The database is gone or not there yet, as in the middle of a restore.
    asyncpg.InvalidCatalogNameError,
    asyncpg.DatabaseDroppedError,
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
    """The database is away, full or closed to us: no message is to blame, so none loses an attempt."""
    if is_conflict(error) or any(
        isinstance(each, _BAD_VALUE) and isinstance(each, ValueError) for each in chain(error)
    ):
        return False
    return any(
        isinstance(each, _OUTAGES) or (isinstance(each, DBAPIError) and each.connection_invalidated)
        for each in chain(error)
    )


def kind_of(error: BaseException) -> str:
    """The name of an error's class; for an error of the database the driver's, like UniqueViolationError."""
    drivers = [
        each for each in chain(error) if isinstance(each, (asyncpg.PostgresError, asyncpg.InterfaceError))
    ]
    return type(drivers[-1] if drivers else error).__name__
