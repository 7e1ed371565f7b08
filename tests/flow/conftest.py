"""A world for each test: services in this process, fresh databases, a fresh virtual host."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import make_url

from shared.database.migrations import migrate
from tests.flow.world import NAMES, World, fresh_databases, fresh_vhost
from tests.servers import Servers

PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def templates(servers: Servers) -> dict[str, str]:
    """A database of each service, migrated once, to be copied."""
    names = {}
    for service in NAMES:
        names[service] = f"template_{service}"
        servers.new_database(names[service], service)
        asyncio.run(migrate(service, make_url(servers.database_url(service, names[service]))))
    return names


@pytest.fixture
def databases(servers: Servers, templates: dict[str, str]) -> Iterator[dict[str, str]]:
    with fresh_databases(servers, templates) as made:
        yield made


@pytest.fixture
def vhost(servers: Servers) -> Iterator[str]:
    with fresh_vhost(servers) as name:
        yield name


@pytest.fixture
async def bare_world(servers: Servers, databases: dict[str, str], vhost: str) -> AsyncIterator[World]:
    """A world in which nothing has been started yet."""
    async with AsyncExitStack() as stack:
        yield World(servers, vhost, databases, stack)


@pytest.fixture
async def world(bare_world: World, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """Intake and inventory are running and the catalogue is loaded. After the test no invariant may be broken."""
    await bare_world.start(*NAMES)
    await bare_world.load_catalogue()
    yield bare_world
    if request.node.stash.get(PASSED, False):
        await bare_world.settled()
        await bare_world.sound()
