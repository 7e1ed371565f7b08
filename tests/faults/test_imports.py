"""A register is being imported, as real processes, while inventory is killed or the broker is away: nothing is lost."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.cli.local.ports import LOOPBACK, free_ports
from shared.cli.local.processes import Daemon, stop_all
from shared.cli.local.services import ServiceProcess
from shared.cli.operate.doctor import examine
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import talking
from shared.service.addresses import address_of
from shared.settings import ClockMode
from shared.web.walls import MEANT
from tests.faults.nursery import Nursery
from tests.faults.replicas import Replica
from tests.support.catalogue import CATALOGUE
from tests.support.databases import Templates
from tests.support.servers import Servers
from tests.support.sheets import CSV, sheet
from tests.support.waiting import until
from tests.support.world import FIRST_DAY

pytestmark = [pytest.mark.faults, pytest.mark.slow]

HOUSEHOLDS = 600
SECONDS = 120.0


class Site:
    """The services as processes of their own, on databases and a virtual host of their own. With a nursery they are
    forked, and start sooner."""

    def __init__(self, servers: Servers, folder: Path, name: str, nursery: Nursery | None = None) -> None:
        self.servers, self.folder, self.name, self.nursery = servers, folder, name, nursery
        self.processes = {
            service: self._process(service, port)
            for service, port in zip(talking(), free_ports(len(talking())), strict=True)
        }
        known = {service: process.address for service, process in self.processes.items()}
        self.stack = Stack(known, known["intake"].url, servers.management_url, name)

    def _process(self, service: str, port: int) -> ServiceProcess:
        secrets = self.folder / service
        self.servers.write_secrets(service, secrets)
        address = ServiceAddress(
            name=service,
            url=f"http://{LOOPBACK}:{port}",
            database_url=self.servers.database_url(service, f"{self.name}_{service}"),
            broker_url=self.servers.broker_url(service, self.name),
        )
        daemon = Daemon(service, self.folder / f"{service}.json", self.folder / f"{service}.log")
        if self.nursery:
            return Replica(address, port, secrets, daemon, nursery=self.nursery)
        return ServiceProcess(address, port, secrets, daemon)

    def prepare(self, templates: Templates) -> None:
        self.servers.new_vhost(self.name)
        self.servers.new_databases(
            {f"{self.name}_{service}": (service, templates[service]) for service in self.processes}
        )

    async def start(self, *services: str) -> None:
        """Launch what does not run and wait until it is ready."""
        for service in services:
            self.processes[service].launch(ClockMode.MANUAL, FIRST_DAY)
        for service in services:
            await asyncio.to_thread(self.processes[service].wait)

    async def status(self, client: httpx.AsyncClient, service: str) -> Any:
        """Where a service stands; nothing is handled while it does not answer."""
        try:
            return (await client.get(f"{self.stack.services[service].url}/status")).json()
        except httpx.TransportError:
            return {"handled": 0, "parked": {}}

    def erase(self) -> None:
        self.servers.delete_vhost(self.name)
        self.servers.drop_databases(*(f"{self.name}_{service}" for service in talking()))


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def site(
    servers: Servers, templates: Templates, nursery: Nursery, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Site]:
    made = Site(servers, tmp_path, f"faults{abs(hash(request.node.name)) % 10_000}", nursery)
    made.prepare(templates)
    yield made
    stop_all(process.daemon for process in made.processes.values())
    made.erase()


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers=MEANT, timeout=120, trust_env=False) as made:
        yield made


async def fill_store(site: Site, client: httpx.AsyncClient) -> None:
    """Rice and beds for a part of them, so that some wait."""
    url = site.stack.services["inventory"].url
    bodies = [
        ("/catalogue", CATALOGUE),
        ("/receipts", goods("depot-north", {"rice": 7_000_000, "winter-M": 400, "first-aid-kit": 500})),
        ("/receipts", goods("house-north", {"bed": 300})),
    ]
    for path, body in bodies:
        answer = await client.post(
            url + address_of(path), json=body, headers={"Idempotency-Key": json.dumps(body)[-100:]}
        )
        assert answer.is_success, answer.text


def goods(depot: str, quantities: dict[str, int]) -> dict[str, Any]:
    lines = [{"item": item, "quantity": quantity} for item, quantity in quantities.items()]
    return {"depot": depot, "reference": f"opening {depot}", "lines": lines}


async def import_register(site: Site, client: httpx.AsyncClient) -> Any:
    rows = [[f"R-{n}", f"G{n}", "Family", "30", "M", "north", "2006-10-20"] for n in range(HOUSEHOLDS)]
    files = {"file": ("register.csv", sheet(*rows), CSV)}
    answer = await client.post(f"{site.stack.services['intake'].url}/api/imports", files=files)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def handled(site: Site, client: httpx.AsyncClient, count: int) -> None:
    async def look() -> Any:
        return await site.status(client, "inventory")

    await until(look, lambda status: status["handled"] >= count, SECONDS)


async def assert_all_have_theirs(site: Site, client: httpx.AsyncClient) -> None:
    """The doctor finds nothing, nothing is parked, and each item went to as many as there was for."""
    report = await examine(site.stack, client, wait=SECONDS)
    assert report.ok, [each for each in report.findings if each.breaches]
    for service in talking():
        assert not any((await site.status(client, service))["parked"].values())
    summary = (await client.get(f"{site.stack.services['inventory'].url}/api/summary")).json()
    assert summary["households"] == HOUSEHOLDS
    items = {each["item"]: (each["wanted"], each["reserved"]) for each in summary["items"]}
    assert items["rice"] == (HOUSEHOLDS * 15_000, 7_000_000)
    assert items["winter-M"] == (HOUSEHOLDS, 400)
    assert items["first-aid-kit"] == (HOUSEHOLDS, 500)
    assert items["bed"] == (HOUSEHOLDS, 300)


async def test_inventory_killed_in_the_middle_of_an_import_ends_with_exactly_the_reservations(
    site: Site, client: httpx.AsyncClient
) -> None:
    await site.start(*talking())
    await fill_store(site, client)
    importing = asyncio.create_task(import_register(site, client))
    await handled(site, client, 1)
    site.processes["inventory"].daemon.kill()
    assert int(site.servers.sql("SELECT count(*) FROM inbox", f"{site.name}_inventory")) < HOUSEHOLDS
    await site.start("inventory")
    await handled(site, client, 200)
    site.processes["inventory"].daemon.kill()
    report = await importing
    assert report["households"] == HOUSEHOLDS
    await site.start("inventory")
    await handled(site, client, HOUSEHOLDS)
    await assert_all_have_theirs(site, client)


async def test_while_the_broker_is_away_registrations_are_accepted_and_all_settles_after_its_return(
    site: Site, client: httpx.AsyncClient
) -> None:
    await site.start(*talking())
    await fill_store(site, client)
    await asyncio.to_thread(site.servers.stop_broker)
    try:
        report = await import_register(site, client)
    finally:
        await asyncio.to_thread(site.servers.start_broker)
    assert (report["households"], report["error_count"]) == (HOUSEHOLDS, 0)
    await handled(site, client, HOUSEHOLDS)
    await assert_all_have_theirs(site, client)
