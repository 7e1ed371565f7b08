"""A world for each test: services in this process, fresh databases, a virtual host with empty queues."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts import talking
from shared.settings import ClockMode
from tests.support.databases import Databases, Templates, fresh_databases, fresh_vhost
from tests.support.helpdesk import DAY, Helpdesk
from tests.support.paypal.sandbox import Sandbox
from tests.support.servers import Servers
from tests.support.told import Told
from tests.support.vhosts import Vhosts
from tests.support.world import World

PASSED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.when == "call":
        item.stash[PASSED] = report.passed
    return report  # type: ignore[return-value]


@pytest.fixture
def databases(templates: Templates) -> Iterator[Databases]:
    with fresh_databases(templates) as made:
        yield made


@pytest.fixture
def vhost(servers: Servers) -> Iterator[str]:
    with fresh_vhost(servers) as name:
        yield name


@pytest.fixture(scope="session")
def vhosts(servers: Servers) -> Iterator[Vhosts]:
    """Virtual hosts that several tests use, one after another."""
    made = Vhosts(servers)
    yield made
    made.close()


@pytest.fixture
async def bare_world(servers: Servers, databases: Databases, vhost: str) -> AsyncIterator[World]:
    """A world in which nothing has been started yet, on a virtual host of its own."""
    async with AsyncExitStack() as stack:
        yield World(servers, vhost, databases, stack)


@pytest.fixture
async def swept_world(
    servers: Servers, databases: Databases, vhosts: Vhosts, request: pytest.FixtureRequest
) -> AsyncIterator[World]:
    """A world in which nothing has been started yet; the queues of earlier tests may be there, and are empty."""
    name, declared = await asyncio.to_thread(vhosts.take)
    async with AsyncExitStack() as stack:
        yield World(servers, name, databases, stack, declared=declared)
    if request.node.stash.get(PASSED, False):
        await vhosts.give_back(name)
    else:
        await asyncio.to_thread(vhosts.drop, name)


@pytest.fixture
async def world(swept_world: World, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """The services that the test's mark `runs` names run and are prepared, without one all that say or hear something.
    What is said to the others waits for them. After the test no invariant may be broken."""
    runs = request.node.get_closest_marker("runs")
    names = runs.args if runs else talking()
    await swept_world.declare(*(each for each in talking() if each not in names))
    await swept_world.start(*names)
    await swept_world.prepare()
    yield swept_world
    if request.node.stash.get(PASSED, False):
        await swept_world.settled()
        await swept_world.sound()


@pytest.fixture
def room_url(servers: Servers, databases: Databases) -> str:
    """A database for a store room."""
    return servers.database_url("inventory", databases["inventory"])


@pytest.fixture
def till_url(servers: Servers, databases: Databases) -> str:
    """A database for a till."""
    return servers.database_url("donations", databases["donations"])


@pytest.fixture
def desk_url(servers: Servers, databases: Databases) -> str:
    """A database for a helpdesk."""
    return servers.database_url("events", databases["events"])


@pytest.fixture
async def desk(desk_url: str) -> AsyncIterator[Helpdesk]:
    """Events without a broker. After the test nothing is left to do, and no invariant may be broken."""
    async with Helpdesk.open(desk_url, DAY, clock=ClockMode.MANUAL) as desk:
        yield desk
        await desk.works()
        assert await desk.breaches() == set()


@pytest.fixture
def sponsors_url(servers: Servers, databases: Databases) -> str:
    """A database for a room of sponsors."""
    return servers.database_url("sponsorship", databases["sponsorship"])


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    """A PayPal of the tests; its keys take a second to make."""
    return Sandbox(datetime.now(UTC))


@pytest.fixture
async def donations(swept_world: World, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Told]:
    """Donations runs with a PayPal that it believes."""
    async with Told.running(swept_world, sandbox, tmp_path) as told:
        yield told


@pytest.fixture
async def by_hand(swept_world: World, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world whose sponsorship places no child by itself. After the test no invariant may be broken."""
    await swept_world.start(*(name for name in talking() if name != "sponsorship"))
    await swept_world.start("sponsorship", places_by_itself=False)
    yield swept_world
    if request.node.stash.get(PASSED, False):
        await swept_world.settled()
        await swept_world.sound()
