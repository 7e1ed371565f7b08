"""PayPal's notices a second through the real endpoint, beside one that verifies and keeps nothing, and the database.

All three are loaded by 64 connections. What PayPal kept during an outage comes over many at once, and with eight there
would never be more than eight notices to be taken together. All sales are of one fund and one month: each transaction
of the database's lane waits for these rows, and so do our units, but one unit has many notices.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from services.donations.checks import CHECKS
from services.donations.paypal.environments import SANDBOX
from shared.cli.local.services import ServiceProcess
from shared.service.addresses import address_of
from tests.bench.ground import Ground, Site
from tests.bench.http import load
from tests.bench.limits import pgbench, process_ready
from tests.bench.peers.roster import OURS, service
from tests.bench.running import Command, Running
from tests.bench.stock import subscription
from tests.bench.trial import Measured, Unsound
from tests.support.paypal import notices as written
from tests.support.paypal.sandbox import Sandbox

VERIFYING = "verifies alone"
NEW = 0.7
"""Of all notices so many tell of a sale for the first time; half of the others are sent again, half tell of it anew."""
WARM_UP = 200
CONNECTIONS = 64
"""PayPal's in the first lane and the second, pgbench's clients in the third."""
SECONDS_EACH = 0.05
"""So long at most a notice may take on average before a run is given up."""
AT = datetime(2006, 11, 1, 3, 0, tzinfo=UTC)
DONATIONS = ("donations",)


async def notices(ground: Ground, seed: int, count: int) -> list[Measured]:
    """`count` notices in no order, three in ten of them repeats, by 64 connections."""
    sandbox = Sandbox(datetime.now(UTC))
    requests, new = _requests(sandbox, count, seed)
    ours = await _ours(ground, sandbox, requests, new)
    verifying = await _verifying(ground, sandbox, requests)
    async with ground.site(names=DONATIONS) as site:
        alone = await pgbench(site.dsn("donations"), "notice.sql", CONNECTIONS, new // CONNECTIONS)
        await _sound(site, "database", new // CONNECTIONS * CONNECTIONS)
    return [
        Measured(OURS, "notices", ours, "a second"),
        Measured(VERIFYING, "notices", verifying, "a second"),
        Measured(OURS, "notices new", ours * new / count, "a second"),
        Measured("database", "notices new", alone, "a second"),
    ]


async def grown(ground: Ground, seed: int, count: int, postings: int) -> list[Measured]:
    """The same where the ledger has so many postings."""
    sandbox = Sandbox(datetime.now(UTC))
    requests, new = _requests(sandbox, count, seed)
    rate = await _ours(ground, sandbox, requests, new, postings)
    return [Measured(OURS, f"notices with {postings:,} postings", rate, "a second")]


def _requests(sandbox: Sandbox, count: int, seed: int) -> tuple[list[bytes], int]:
    """Signed notices as requests, shuffled, and how many sales they tell of."""
    rng, new = random.Random(seed), round(count * NEW)
    first = [_request(sandbox, number) for number in range(new)]
    again = rng.choices(first, k=(count - new) // 2)
    anew = [_request(sandbox, number) for number in rng.choices(range(new), k=count - new - len(again))]
    requests = [*first, *again, *anew]
    rng.shuffle(requests)
    return requests, new


def _request(sandbox: Sandbox, number: int) -> bytes:
    """A notice of the sale of this number, as a transmission of its own."""
    sale = written.sale("COMPLETED", AT, f"S{number:016}", subscription_id=subscription(number))
    body, headers = sandbox.signed(sale, datetime.now(UTC))
    return _post(address_of("/paypal/webhook"), body, headers)


def _post(path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _ours(
    ground: Ground, sandbox: Sandbox, requests: Sequence[bytes], new: int, postings: int = 0
) -> float:
    async with ground.site(names=DONATIONS, rows=postings) as site:
        async with _serving(site, sandbox, "serve") as process:
            rate = await _answered(process, requests, OURS)
        await _sound(site, OURS, new)
    return rate


async def _verifying(ground: Ground, sandbox: Sandbox, requests: Sequence[bytes]) -> float:
    async with ground.site(names=DONATIONS) as site, _serving(site, sandbox, "verify") as process:
        return await _answered(process, requests, VERIFYING)


@asynccontextmanager
async def _serving(site: Site, sandbox: Sandbox, what: str) -> AsyncIterator[ServiceProcess]:
    """Donations, or what only verifies, with a PayPal that it believes."""
    roots = site.ground.folder / "paypal-roots.pem"
    roots.write_bytes(sandbox.roots)
    async with sandbox.serving() as base:
        command, process = service(site, "donations")
        environment = {
            **command.environment,
            "RELIEF_PAYPAL_WEBHOOK_ID": sandbox.webhook_id,
            "RELIEF_PAYPAL_ENVIRONMENT": SANDBOX.name,
            "RELIEF_PAYPAL_BASE": base,
            "RELIEF_PAYPAL_ROOTS": str(roots),
        }
        arguments = command.arguments if what == "serve" else ("-m", "tests.bench.peers.verifying")
        running = Running([Command("donations", arguments, environment)], site.folder)
        try:
            await asyncio.to_thread(process_ready, process)
            yield process
        finally:
            running.stop()


async def _answered(process: ServiceProcess, requests: Sequence[bytes], who: str) -> float:
    """Notices a second; the first few, which make it warm, are among the repeats then."""
    await load(process.port, requests[:WARM_UP], CONNECTIONS)
    rate, statuses = await load(process.port, requests, CONNECTIONS, len(requests) * SECONDS_EACH)
    if wrong := [status for status in statuses if status != 200]:
        raise Unsound(who, {f"every notice is taken, but status {wrong[0]}": len(wrong)})
    return rate


async def _sound(site: Site, who: str, sales: int) -> None:
    """Each sale was booked once, and every invariant of the money holds. Raises Unsound."""
    async with site.connect("donations") as connection:
        booked = await connection.fetchval("SELECT count(*) FROM payment WHERE transaction_id LIKE 'S%'")
        found = {name: (await connection.fetchrow(query))[1] for name, query in CHECKS.items()}
    broken = {name: breaches for name, breaches in found.items() if breaches}
    if booked != sales:
        broken["each sale is booked once"] = abs(booked - sales)
    if broken and who == OURS:
        raise Unsound(who, broken)
