"""How long a transaction may hold what others wait for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import engine as engines
from shared.database.engine import ServerTooOld, connect, set_transaction_timeout
from tests.support.servers import Servers
from tests.support.waiting import until

LONGER_THAN_A_SECOND = text("SELECT pg_sleep(1.2)")


@pytest.fixture
async def connection(servers: Servers, databases: dict[str, str]) -> AsyncIterator[AsyncConnection]:
    """Its transactions may last a second."""
    url = make_url(servers.database_url("inventory", databases["inventory"]))
    engine = connect(url, pool_size=1, transaction_seconds=1)
    try:
        async with engine.connect() as made:
            yield made
    finally:
        await engine.dispose()


async def test_who_falls_silent_within_a_statement_loses_the_locks(
    servers: Servers, connection: AsyncConnection
) -> None:
    await connection.execute(text("LOCK TABLE shelf"))
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None
    # The statement is parsed, and nothing follows: the server takes the session for busy, not for idle.
    await raw.prepare("SELECT 1")
    pid = str(raw.get_server_pid())

    async def sessions() -> list[str]:
        return (await asyncio.to_thread(servers.sql, "SELECT pid FROM pg_stat_activity")).split()

    assert pid in await sessions()
    await until(sessions, lambda found: pid not in found)
    await connection.invalidate()


async def test_what_is_too_long_is_ended(connection: AsyncConnection) -> None:
    with pytest.raises(DBAPIError):
        await connection.execute(LONGER_THAN_A_SECOND)


async def test_what_may_last_lasts(connection: AsyncConnection) -> None:
    await set_transaction_timeout(connection)
    await connection.execute(LONGER_THAN_A_SECOND)


async def test_the_time_that_was_given_counts_from_then_on(connection: AsyncConnection) -> None:
    await set_transaction_timeout(connection)
    await set_transaction_timeout(connection, 1)
    with pytest.raises(DBAPIError):
        await connection.execute(LONGER_THAN_A_SECOND)


async def test_a_server_that_is_too_old_is_told_what_is_needed(
    servers: Servers, databases: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older server knows the present limit as little as this one knows the next."""
    monkeypatch.setattr(engines, "LIMIT", "transaction_timeout_2")
    engine = connect(make_url(servers.database_url("inventory", databases["inventory"])), pool_size=1)
    with pytest.raises(ServerTooOld, match="PostgreSQL 17 or later is needed"):
        async with engine.connect():
            pass
    await engine.dispose()
