"""Seats asked for over HTTP, ten people for each, beside the bare UPDATE that counts a seat up."""

import asyncio
from uuid import UUID, uuid4

import orjson

from services.events.checks import CHECKS
from tests.bench.ground import Ground, Site
from tests.bench.http import load
from tests.bench.limits import pgbench, process_ready
from tests.bench.peers.roster import OURS, service
from tests.bench.running import Running
from tests.bench.trial import Measured, Unsound

CONNECTIONS = 64
"""Of those who ask, and pgbench's clients: they wait for one row in both."""
EVENTS = ("events",)
GATHERING = UUID(int=1)
_GATHERING = """
    INSERT INTO gathering (id, version, code, kind, status, safety, zone, starts_at, ends_at, closes_at, starts_on,
                           seats, untold, actor)
    SELECT $1, 1, 'BENCH', 'hearing', 'announced', 'open', 'Etc/UTC', day + 90, day + 91, day + 90, day + 90, $2, false,
           'bench' FROM (SELECT processed AS day FROM day) days
"""
_VENUE = "INSERT INTO venue (gathering_id, title) VALUES ($1, 'Bench')"
_CONTACTS = """
    INSERT INTO contact (id, name, name_key) SELECT each, 'Guest', sha256('guest') FROM unnest($1::uuid[]) each
"""
_GUESTS = """
    INSERT INTO guest (id, language, since, actor) SELECT each, 'ja', current_date, 'bench' FROM unnest($1::uuid[]) each
"""


async def seats(ground: Ground, count: int) -> list[Measured]:
    """`count` people ask for a tenth of so many seats; how many are answered, seated or told where they wait."""
    async with ground.site(names=EVENTS) as site:
        await _announced(site, count // 10, 0)
        alone = await pgbench(site.dsn("events"), "seat.sql", CONNECTIONS, count // CONNECTIONS)
    async with ground.site(names=EVENTS) as site:
        guests = await _announced(site, count // 10, count)
        rate = await _over_http(site, guests)
        await _sound(site, count)
    return [
        Measured(OURS, "seats", rate, "a second"),
        Measured("database", "seats", alone, "a second"),
    ]


async def _announced(site: Site, number: int, people: int) -> list[UUID]:
    """A gathering with so many seats, and people who may ask for them."""
    guests = [uuid4() for _ in range(people)]
    await site.execute("events", _GATHERING, GATHERING, number)
    await site.execute("events", _VENUE, GATHERING)
    await site.execute("events", _CONTACTS, guests)
    await site.execute("events", _GUESTS, guests)
    return guests


async def _over_http(site: Site, guests: list[UUID]) -> float:
    command, process = service(site, "events")
    running = Running([command], site.folder)
    try:
        await asyncio.to_thread(process_ready, process)
        rate, statuses = await load(process.port, [_request(each) for each in guests], CONNECTIONS)
        if wrong := [status for status in statuses if status != 201]:
            raise Unsound(OURS, {f"everybody is answered, but status {wrong[0]}": len(wrong)})
    finally:
        running.stop()
    return rate


def _request(guest: UUID) -> bytes:
    body = orjson.dumps({"guest_ids": [str(guest)]})
    lines = [
        f"POST /api/gatherings/{GATHERING}/seats HTTP/1.1",
        "Host: localhost",
        "X-Relief: 1",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"Idempotency-Key: {uuid4()}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


async def _sound(site: Site, count: int) -> None:
    """A tenth is seated, the others wait, and every invariant holds. Raises Unsound."""
    async with site.connect("events") as connection:
        states = dict(await connection.fetch("SELECT state, count(*) FROM seat GROUP BY 1"))
        found = {name: (await connection.fetchrow(query))[1] for name, query in CHECKS.items()}
    broken = {name: breaches for name, breaches in found.items() if breaches}
    if states != {"seated": count // 10, "waiting": count - count // 10}:
        broken[f"a tenth is seated and the others wait, but there are {states}"] = count
    if broken:
        raise Unsound(OURS, broken)
