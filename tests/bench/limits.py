"""What nobody can beat on this machine: the database alone, the broker alone, HTTP that does nothing; and register."""

import asyncio
import re
import subprocess
import time
from pathlib import Path

import aio_pika

from shared.cli import Trouble
from shared.cli.local.postgres import programs
from shared.messaging.envelope import message_of
from tests.bench.facts import registrations
from tests.bench.ground import Ground, Site
from tests.bench.http import asking, load, registering
from tests.bench.peers.roster import OURS, service
from tests.bench.running import Running
from tests.bench.trial import Measured, Unsound

SQL = Path(__file__).parent / "sql"
BATCH = 100
CLIENTS = 8
AT_ONCE = 500
WARM_UP = 200
_TPS = re.compile(r"tps = ([\d.]+) \(without initial")


async def database(ground: Ground, count: int) -> list[Measured]:
    """The rows of a reservation in transactions of 100, one after another, by pgbench: no broker, no program."""
    async with ground.site(kits=10 * count) as site:
        dsn = site.dsn("inventory")
        rate = BATCH * await pgbench(dsn, "reserve.sql", clients=1, transactions=count // BATCH)
        await _count(
            site, "inventory", "SELECT count(*) FROM reservation WHERE reserved = 1", count, "database"
        )
    return [Measured("database", "drain", rate, "a second")]


async def register(ground: Ground, count: int) -> list[Measured]:
    """Households a second that intake takes in over HTTP, beside what pgbench commits of the same rows."""
    async with ground.site(kits=0) as site:
        each = count // CLIENTS
        alone = await pgbench(site.dsn("intake"), "register.sql", clients=CLIENTS, transactions=each)
        await _count(site, "intake", "SELECT count(*) FROM household", each * CLIENTS, "database")
    async with ground.site(kits=0, unheard=("inventory",)) as site:
        ours = await _over_http(site, count)
    return [Measured("database", "register", alone, "a second"), *ours]


async def _over_http(site: Site, count: int) -> list[Measured]:
    command, process = service(site, "intake")
    running = Running([command], site.folder)
    try:
        await asyncio.to_thread(process_ready, process)
        await load(process.port, registering(WARM_UP))
        nothing, _ = await load(process.port, asking("/healthz", 2 * count))
        rate, statuses = await load(process.port, registering(count))
        if wrong := [status for status in statuses if status != 201]:
            raise Unsound(OURS, {f"every household is taken in, but status {wrong[0]}": len(wrong)})
    finally:
        running.stop()
    for table in ("household", "journal", "answer"):
        query = f"SELECT count(*) FROM {table}"  # noqa: S608, the names are ours
        await _count(site, "intake", query, WARM_UP + count, OURS)
    return [Measured(OURS, "register", rate, "a second"), Measured("http", "no-op", nothing, "a second")]


async def broker(ground: Ground, count: int) -> list[Measured]:
    """Bare aio-pika on a quorum queue: publish with confirms, then consume with an ack for each."""
    messages = [message_of(each) for each in registrations(count)]
    async with ground.site(kits=0) as site, await aio_pika.connect(site.broker_url()) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await channel.set_qos(prefetch_count=AT_ONCE)
        queue = await channel.declare_queue("limit", durable=True, arguments={"x-queue-type": "quorum"})
        publish, since = channel.default_exchange.publish, time.monotonic()
        for start in range(0, count, AT_ONCE):
            await asyncio.gather(*(publish(each, queue.name) for each in messages[start : start + AT_ONCE]))
        published = count / (time.monotonic() - since)
        since, taken = time.monotonic(), 0
        async with queue.iterator() as arriving:
            async for message in arriving:
                await message.ack()
                taken += 1
                if taken == count:
                    break
        consumed = count / (time.monotonic() - since)
    return [
        Measured("aio-pika", "publish", published, "a second"),
        Measured("aio-pika", "consume", consumed, "a second"),
    ]


def process_ready(process: object) -> None:
    """Wait until a replica of ours answers that it is ready."""
    from shared.cli.local.processes import wait_until
    from shared.cli.local.services import ServiceProcess

    assert isinstance(process, ServiceProcess)
    wait_until(process.ready, 60, lambda: f"{process.address.name} is not ready after 60 s.")


async def pgbench(dsn: str, script: str, clients: int, transactions: int) -> float:
    """Transactions per second of a script, each client making so many."""
    threads = str(min(clients, 2))
    command = [str(programs() / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", threads]
    command += ["-t", str(transactions), "-f", str(SQL / script), dsn]
    result = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    found = _TPS.search(result.stdout)
    if result.returncode or found is None:
        raise Trouble(f"pgbench failed: {result.stderr.strip()[-2000:]}")
    return float(found[1])


async def _count(site: Site, name: str, query: str, wanted: int, who: str) -> None:
    async with site.connect(name) as connection:
        found = await connection.fetchval(query)
    if found != wanted:
        raise Unsound(who, {f"{query} gives {wanted:,}": abs(found - wanted)})
