"""The whole local run, in a folder and on ports of its own."""

import asyncio
import tempfile
import urllib.parse
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import aio_pika
import asyncpg
import httpx
import pytest
from aiormq.exceptions import ChannelAccessRefused

from shared.cli import Trouble
from shared.cli.local.broker import PROGRAMS, fresh_ports
from shared.cli.local.ports import Ports, free_ports, is_free
from shared.cli.local.remembered import Clock, Settings, clock_for
from shared.cli.local.up import LocalRun, local_run
from shared.cli.operate.status import service_part
from shared.contracts import SERVICES
from shared.settings import ClockMode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS.is_dir(), reason="RabbitMQ is not installed on this machine"),
]
FIRST_DAY = date(2006, 11, 1)
SETTINGS = Settings(port_base=0, clock=ClockMode.MANUAL, first_day=FIRST_DAY)


def quietly(_: str) -> None: ...


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Not below pytest's own folder: another pytest, or another worker, closes that to the user who runs PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="relief-test-", ignore_cleanup_errors=True) as made:
        yield Path(made)


@pytest.fixture(scope="module")
def run(folder: Path) -> Iterator[LocalRun]:
    gateway, notices, postgres, *services = free_ports(3 + len(SERVICES))
    ports = Ports(gateway, notices, dict(zip(SERVICES, services, strict=True)), fresh_ports(), postgres)
    started = local_run(folder, ports)
    try:
        started.up(SETTINGS, quietly)
        yield started
    finally:
        started.down(quietly)


def test_every_service_answers_through_the_gateway(run: LocalRun) -> None:
    for name in SERVICES:
        answer = httpx.get(f"{run.gateway.url}/{name}/readyz", trust_env=False)
        assert answer.status_code == 200, answer.text
    assert "Inventory" in httpx.get(run.gateway.url, trust_env=False).text
    assert httpx.get(f"{run.gateway.url}/intake/metrics", trust_env=False).status_code == 404


def test_what_paypal_posts_to_has_a_port_of_its_own_where_nothing_else_is_served(run: LocalRun) -> None:
    """Donations refuses it, since the settings name no webhook; nobody else is reached there."""
    posted = httpx.post(f"{run.gateway.notices_url}/donations/api/paypal/webhook", trust_env=False)
    assert posted.status_code == 403
    assert posted.headers["content-type"] == "application/problem+json"
    for path in ("/", "/healthz", "/donations/readyz", "/donations/api/donors"):
        answer = httpx.get(f"{run.gateway.notices_url}{path}", trust_env=False)
        assert (answer.status_code, answer.content) == (404, b"")


def test_no_host_is_known_but_those_of_this_machine(run: LocalRun) -> None:
    for url in (f"{run.gateway.url}/intake/readyz", f"{run.stack.services['intake'].url}/readyz"):
        answer = httpx.get(url, headers={"Host": "evil.example"}, trust_env=False)
        assert answer.status_code == 421
        assert answer.headers["content-type"] == "application/problem+json"


def test_up_again_starts_only_what_died(run: LocalRun) -> None:
    before = {name: service.daemon.pid for name, service in run.services.items()}
    run.services["events"].daemon.kill()
    run.up(SETTINGS, quietly)
    after = {name: service.daemon.pid for name, service in run.services.items()}
    assert {name for name in before if before[name] != after[name]} == {"events"}
    assert run.services["events"].ready()


def test_a_service_that_does_not_start_shows_the_end_of_its_log(
    run: LocalRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = run.services["events"]
    events.daemon.kill()
    monkeypatch.setenv("RELIEF_BATCH_SIZE", "none")
    with pytest.raises(Trouble, match=r"The service events ended while starting(.|\n)*RELIEF_BATCH_SIZE"):
        run.up(SETTINGS, quietly)
    monkeypatch.undo()
    run.up(SETTINGS, quietly)
    assert events.ready()


async def test_a_service_s_role_opens_no_other_database(run: LocalRun) -> None:
    address = urllib.parse.urlsplit(run.stack.services["events"].database_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(
            host=address.hostname,
            port=address.port,
            user=address.username,
            password=address.password,
            database="intake",
        )


async def test_the_broker_refuses_a_fact_of_another_service(run: LocalRun) -> None:
    async with await aio_pika.connect(run.stack.services["events"].broker_url) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("intake.facts", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await asyncio.wait_for(
                exchange.publish(aio_pika.Message(b"{}"), "intake.household_registered.v1"), timeout=20
            )


def test_a_new_virtual_host_and_a_new_database_are_made_for_a_test(run: LocalRun) -> None:
    run.broker.new_vhost("another")
    run.postgres.new_database("another", owner="intake")
    try:
        answer = httpx.get(f"{run.broker.management_url}/api/exchanges/another/intake.facts", trust_env=False)
        assert answer.json()["type"] == "topic"
        assert run.postgres.sql("SELECT current_database()", "another") == "another"
    finally:
        run.broker.delete_vhost("another")
        run.postgres.drop_database("another")


def test_status_shows_a_service_s_day_what_waits_and_what_is_parked(run: LocalRun) -> None:
    inventory = run.services["inventory"]
    part = service_part(inventory.address, inventory.daemon.pid)
    assert part.well
    assert (part.today, part.waiting, part.parked) == ("2006-11-01", "0", "0")


def test_status_says_why_a_service_is_not_ready(run: LocalRun) -> None:
    events = run.services["events"]
    run.postgres.sql("ALTER TABLE messaging_version RENAME TO away", "events")
    try:
        part = service_part(events.address)
    finally:
        run.postgres.sql("ALTER TABLE away RENAME TO messaging_version", "events")
    assert not part.well
    assert part.state.startswith("migration missing: messaging_version")


def test_the_clock_of_what_runs_is_not_changed(run: LocalRun) -> None:
    with pytest.raises(Trouble, match=r"\./relief down --erase, then \./relief up --wall-clock"):
        clock_for(run.folder, wall_clock=True, first_day=None)
    assert clock_for(run.folder, wall_clock=False, first_day=None) == Clock(ClockMode.MANUAL, FIRST_DAY)


def test_what_was_stored_survives_a_kill_of_the_database(run: LocalRun) -> None:
    run.postgres.sql("CREATE TABLE kept AS SELECT 42 AS answer", "events")
    run.postgres.kill()
    assert not run.postgres.running
    run.postgres.start()
    assert run.postgres.sql("SELECT answer FROM kept", "events") == "42"
    run.postgres.sql("DROP TABLE kept", "events")


def test_down_leaves_no_process_and_no_port(run: LocalRun) -> None:
    pids = [run.broker.pid, run.postgres.pid, *(service.daemon.pid for service in run.services.values())]
    assert all(pids)
    run.down(quietly)
    assert not any(run.running().values())
    assert [port for port in run.ports.purposes() if not is_free(port)] == []
    assert not run.stack_path.exists()
