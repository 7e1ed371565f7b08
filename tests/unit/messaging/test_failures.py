"""What becomes of a failure: whose fault it is, where the message goes, and what is said about it."""

import asyncio
from typing import Any, cast

import asyncpg
import pytest
from aio_pika.abc import AbstractIncomingMessage
from faststream.rabbit import RabbitBroker
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.database.errors import is_conflict, is_outage
from shared.messaging.envelope import ATTEMPT, unpack
from shared.messaging.failures import LOOKED_AT, PARKED_AT, REASON, Failures, describe, reply
from shared.messaging.topology import Topology
from shared.observability import Metrics

# The driver's own error for a value that its column cannot hold; the name at the top level is another class.
BadValue = asyncpg.exceptions._base.DataError


def wrapped(error: Exception, kind: type[DBAPIError] = DBAPIError) -> DBAPIError:
    """As SQLAlchemy hands on an error of the driver."""
    outer = kind("INSERT INTO identity VALUES ('Nobody')", {"name": "Nobody"}, error)
    outer.__cause__ = error
    return outer


def raised(error: Exception) -> Exception:
    """The error with the place where it was raised."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        PoolTimeout("no connection was free"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.DiskFullError("disk full"),
        asyncpg.TooManyConnectionsError("too many"),
        asyncpg.PostgresIOError("could not read"),
        asyncpg.InvalidPasswordError("password authentication failed"),
        wrapped(asyncpg.InvalidPasswordError("password authentication failed")),
        wrapped(asyncpg.InvalidAuthorizationSpecificationError("role is not permitted to log in")),
        wrapped(asyncpg.InsufficientPrivilegeError("permission denied")),
        wrapped(asyncpg.InvalidCatalogNameError("no such database")),
        wrapped(asyncpg.DatabaseDroppedError("dropped")),
        wrapped(asyncpg.ReadOnlySQLTransactionError("a standby")),
        wrapped(asyncpg.ConnectionDoesNotExistError("closed"), InterfaceError),
        wrapped(asyncpg.AdminShutdownError("shutting down")),
    ],
    ids=lambda error: type(getattr(error, "orig", None) or error).__name__,
)
def test_a_database_that_is_away_is_an_outage(error: Exception) -> None:
    assert is_outage(error)
    assert not is_conflict(error)


@pytest.mark.parametrize("kind", [asyncpg.DeadlockDetectedError, asyncpg.SerializationError])
def test_transactions_in_each_others_way_are_a_conflict_and_no_outage(kind: type[Exception]) -> None:
    assert is_conflict(wrapped(kind("in the way")))
    assert not is_outage(wrapped(kind("in the way")))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a bug"),
        KeyError("a bug"),
        wrapped(asyncpg.UniqueViolationError("twice"), IntegrityError),
        wrapped(asyncpg.CheckViolationError("below zero"), IntegrityError),
        wrapped(asyncpg.UndefinedTableError("no such table")),
        wrapped(asyncpg.UndefinedColumnError("no such column")),
        wrapped(asyncpg.QueryCanceledError("took too long")),
        wrapped(BadValue("invalid input for query argument $1: 2147483648"), InterfaceError),
        BadValue("invalid input for query argument $1"),
    ],
    ids=lambda error: type(getattr(error, "orig", None) or error).__name__,
)
def test_a_bug_or_a_bad_value_is_the_messages_own_failure(error: Exception) -> None:
    assert not is_outage(error)
    assert not is_conflict(error)


def test_a_failure_is_described_by_kind_and_place_and_never_by_its_text() -> None:
    words = describe(raised(wrapped(asyncpg.UniqueViolationError("Key (name)=(Nobody) already exists"))))
    assert words.startswith("UniqueViolationError in tests/unit/messaging/test_failures.py:raised:")
    assert "Nobody" not in words


def test_the_place_of_a_failure_is_the_last_one_in_our_code() -> None:
    with pytest.raises(ValueError, match="badly formed") as caught:
        unpack(b'[{"id": "Nobody"}]')
    assert str(caught.traceback[-1].path).endswith("uuid.py")
    words = describe(caught.value)
    assert words.startswith("ValueError in shared/messaging/envelope.py:_fact:")


class Published:
    """Stands in for the broker: remembers what was published."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    async def publish(self, body: bytes, **properties: Any) -> None:
        self.messages.append({"body": body, **properties})


class Incoming:
    """A message as far as failures look at it."""

    body = b"{}"
    content_type = "application/json"
    message_id = "id"
    correlation_id = "id"
    type = "intake.household_closed.v1"

    def __init__(self, headers: dict[str, Any], exchange: str) -> None:
        self.headers = headers
        self.exchange = exchange


def fail(
    headers: dict[str, Any], error: Exception | None = None, exchange: str = "inventory"
) -> dict[str, Any]:
    """Let a message fail once at inventory (retries after 1 s and 10 s); the copy that was published.

    Inventory's own exchange is that by which retries come back.
    """
    broker = Published()
    failures = Failures(cast(RabbitBroker, broker), Topology("inventory", (1, 10)), Metrics("inventory"))
    message = cast(AbstractIncomingMessage, Incoming(headers, exchange))
    failed = failures.failed(message, "inventory.x", "x", raised(error or ValueError("Nobody")))
    asyncio.run(failed)
    (copy,) = broker.messages
    return copy


def test_the_first_failures_wait_each_longer_than_the_one_before() -> None:
    first = fail({}, exchange="intake.facts")
    second = fail(first["headers"])
    assert (first["exchange"], second["exchange"]) == ("inventory.retry.1s", "inventory.retry.10s")
    assert first["routing_key"] == second["routing_key"] == "inventory.x"
    assert second["headers"][ATTEMPT] == 2
    assert first["persist"]
    assert first["mandatory"]


def test_after_the_last_try_the_message_is_parked_with_the_reason() -> None:
    copy = fail({ATTEMPT: 2})
    assert (copy["exchange"], copy["routing_key"]) == ("inventory", "inventory.x.parked")
    assert copy["headers"][REASON].startswith("failed 3 times, last with ValueError in tests/unit/")
    assert "Nobody" not in str(copy["headers"])
    assert PARKED_AT in copy["headers"]


@pytest.mark.parametrize("count", ["three", -4, None, 1.5, b"1"])
def test_a_count_that_makes_no_sense_starts_anew(count: object) -> None:
    assert fail({ATTEMPT: count})["headers"][ATTEMPT] == 1


OURS = {"cloudEvents_id": "1", "traceparent": "00"}
FOREIGN = {
    "CC": ["x"],
    "x-death": [{}],
    "x-first-death-reason": "rejected",
    "x-relief-reason": "all is well",
    "cloudEvents_time": 7,
    "cloudEvents_subject": "s" * 201,
    "cloudEvents_name": "Nobody",
}


@pytest.mark.parametrize("attempt", [0, 2], ids=["retried", "parked"])
def test_nothing_foreign_is_copied_into_retries_and_parked_messages(attempt: int) -> None:
    copy = fail({ATTEMPT: attempt, **OURS, **FOREIGN})
    added = {ATTEMPT, REASON} | ({PARKED_AT} if attempt else set())
    assert copy["headers"].keys() == OURS.keys() | added
    assert copy["headers"][REASON] != FOREIGN[REASON]
    assert copy.keys() == {
        *("body", "exchange", "routing_key", "headers", "content_type", "message_id", "correlation_id"),
        *("message_type", "mandatory", "persist", "timeout"),
    }


def test_what_retries_and_operators_write_is_believed_on_the_own_exchange_alone() -> None:
    written = {ATTEMPT: 2, LOOKED_AT: "2006-11-01"}
    forged = fail(written, exchange="intake.facts")
    assert (forged["exchange"], forged["headers"][ATTEMPT]) == ("inventory.retry.1s", 1)
    assert LOOKED_AT not in forged["headers"]
    ours = fail({**written, ATTEMPT: 1})
    assert (ours["exchange"], ours["headers"][LOOKED_AT]) == ("inventory.retry.10s", "2006-11-01")


async def test_a_connection_given_up_as_silent_is_an_error_and_no_cancellation() -> None:
    async def given_up() -> None:
        raise asyncio.CancelledError

    with pytest.raises(ConnectionResetError):
        await reply(given_up())


async def test_a_caller_that_is_cancelled_while_it_waits_is_cancelled() -> None:
    waiting = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(reply(waiting))
    await asyncio.wait([task], timeout=0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert waiting.cancelled()


async def test_an_answer_and_an_error_come_through() -> None:
    async def refused() -> None:
        raise ZeroDivisionError

    async def given() -> int:
        return 7

    assert await reply(given()) == 7
    with pytest.raises(ZeroDivisionError):
        await reply(refused())
