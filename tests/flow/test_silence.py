"""Database or broker is silent, or does not let the service in: it says so in time, and no message is to blame."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from shared.service.looking import PATIENCE_SECONDS
from tests.faults.proxy import Address, Proxy
from tests.support.catalogue import CATALOGUE
from tests.support.replica import Replica
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.support.world import World

# What the service waits for, with what a busy machine takes; without a limit it was half a minute.
IN_TIME_SECONDS = PATIENCE_SECONDS + 6


@asynccontextmanager
async def proxy_to(target: Address) -> AsyncIterator[Proxy]:
    proxy = Proxy([target])
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest.fixture
async def database(servers: Servers) -> AsyncIterator[Proxy]:
    async with proxy_to(servers.database_address) as proxy:
        yield proxy


@pytest.fixture
async def broker(servers: Servers) -> AsyncIterator[Proxy]:
    async with proxy_to(servers.broker_address) as proxy:
        yield proxy


@pytest.fixture
async def inventory(bare_world: World, database: Proxy, broker: Proxy) -> AsyncIterator[Replica]:
    """It reaches its database and its broker through proxies."""
    name = bare_world.databases["inventory"]
    urls = {
        "database_url": f"postgresql+asyncpg://inventory@127.0.0.1:{database.port}/{name}",
        "broker_url": f"amqp://inventory@127.0.0.1:{broker.port}/{bare_world.vhost}",
    }
    async with bare_world.another("inventory", **urls) as replica:
        yield replica
        for proxy in (database, broker):
            proxy.resume()


async def asked(replica: Replica) -> dict[str, httpx.Response]:
    """What the service tells of itself; each must be told in time."""

    async def ask(path: str) -> httpx.Response:
        begun = time.monotonic()
        answer = await replica.client.get(f"http://test{path}")
        assert time.monotonic() - begun < IN_TIME_SECONDS, path
        return answer

    paths = ("/readyz", "/metrics", "/status")
    return dict(zip(paths, await asyncio.gather(*map(ask, paths)), strict=True))


async def ready(replica: Replica) -> None:
    async def look() -> int:
        return (await replica.client.get("http://test/readyz")).status_code

    await until(look, lambda status: status == 200)


async def test_a_silent_database_or_broker_is_told_within_three_seconds(
    inventory: Replica, database: Proxy, broker: Proxy
) -> None:
    await ready(inventory)
    assert (await asked(inventory))["/status"].status_code == 200
    assert await inventory.metric("relief_figures_age_seconds") == 0

    broker.stall()
    answers = await asked(inventory)
    assert answers["/status"].json()["parked"] is None
    assert await inventory.metric("relief_figures_age_seconds") == 0
    broker.resume()
    await ready(inventory)

    database.stall()
    for _ in range(2):
        answers = await asked(inventory)
        assert "database: no answer" in answers["/readyz"].json()["problems"]
        assert answers["/metrics"].status_code == 200
        assert answers["/status"].status_code == 503
        assert "gives no answer" in answers["/status"].json()["detail"]
        assert await inventory.metric("relief_ready") == 0
        assert await inventory.metric("relief_figures_age_seconds") > 0
    in_use = await inventory.metric("relief_database_connections_in_use")
    assert in_use <= await inventory.metric("relief_database_connections_most")
    database.resume()
    await ready(inventory)
    await until(lambda: figures_age(inventory), lambda age: age == 0)


async def figures_age(replica: Replica) -> float:
    await replica.client.get("http://test/metrics")
    return await replica.metric("relief_figures_age_seconds")


@asynccontextmanager
async def locked_out(world: World, role: str) -> AsyncIterator[None]:
    """The role's password is another one for as long as the block lasts, and its connections are closed."""
    servers, database = world.servers, world.databases[role]
    close = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"  # noqa: S608
    await asyncio.to_thread(servers.sql, f"ALTER ROLE \"{role}\" PASSWORD 'another'; {close}")
    try:
        yield
    finally:
        await asyncio.to_thread(servers.sql, f"ALTER ROLE \"{role}\" PASSWORD '{servers.passwords[role]}'")


async def test_a_password_that_was_changed_costs_no_message_a_try(bare_world: World) -> None:
    await bare_world.start("intake", "inventory")
    await bare_world.prepare()
    inventory: Replica = bare_world.inventory.replica

    async def waits() -> float:
        return await inventory.metric("relief_outages_total")

    async def handled() -> int:
        return int((await inventory.get("/status"))["handled"])

    async with locked_out(bare_world, "inventory"):
        await bare_world.intake.register(members=2, needs=["food"])
        await until(waits, lambda times: times > 2)
        refused = await inventory.try_post("/catalogue", CATALOGUE)
        assert (refused.status_code, refused.headers["content-type"]) == (503, "application/problem+json")
        ready = await inventory.client.get("http://test/readyz")
        assert "database: InvalidPasswordError" in ready.json()["problems"]
    await until(handled, lambda count: count == 1)
    assert not sum((await inventory.get("/status"))["parked"].values())
    assert not await inventory.metric("relief_messages_retried_total")
