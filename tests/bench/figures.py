"""What is measured of the peers. Times are those of the database's commits, so that no figure waits for a poll."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import quantiles

from tests.bench.facts import registrations
from tests.bench.ground import Ground, Site
from tests.bench.lane import Lane, say
from tests.bench.peers.roster import Peer
from tests.bench.running import Command
from tests.bench.trial import Measured, trial

LATENCY_RATE = 50
"""Households a second while latency is measured."""

_SAID = "SELECT message_id, pg_xact_commit_timestamp(xmin) FROM journal WHERE message_id = ANY($1)"
_HANDLED = "SELECT message_id, pg_xact_commit_timestamp(xmin) FROM inbox WHERE message_id = ANY($1)"


async def drain(
    ground: Ground, peer: Peer, seed: int, count: int, *, label: str = "drain", items: int = 10, rows: int = 0
) -> list[Measured]:
    """Households a second while a full queue is emptied, until reserved and until told; their cost; memory held."""
    async with trial(ground, peer, seed, items=items, rows=rows) as lane:
        before = lane.running.cost()
        rate = await emptied(lane, count)
        cost = lane.running.cost().since(before)
    return [
        Measured(peer.name, label, rate.reserved, "a second"),
        Measured(peer.name, f"{label} told", rate.told, "a second"),
        Measured(peer.name, f"{label} cpu", cost.cpu_seconds / count * 1000, "s a thousand"),
        Measured(peer.name, f"{label} memory", cost.memory_bytes / 1e6, "MB"),
    ]


@dataclass(frozen=True)
class Rate:
    """Households a second: until the last was reserved for, and until the broker had the last answer."""

    reserved: float
    told: float


async def emptied(lane: Lane, count: int) -> Rate:
    """Fill the queue behind a closed gate, open it; households a second from then on."""
    _, sent = lane.fresh(count)
    async with opening(lane) as opened:
        await lane.publish(sent)
    reserved = await lane.handled(lane.sent) - opened[0]
    told = await lane.told() - opened[0]
    return Rate(count / reserved.total_seconds(), count / told.total_seconds())


@asynccontextmanager
async def opening(lane: Lane) -> AsyncIterator[list[datetime]]:
    """A closed gate for as long as the block lasts; the list then holds the moment it opened."""
    moment: list[datetime] = []
    async with lane.site.gate():
        yield moment
        async with lane.site.connect("inventory") as connection:
            moment.append(await connection.fetchval("SELECT clock_timestamp()"))


async def scarce(ground: Ground, peer: Peer, seed: int, count: int) -> list[Measured]:
    """The same with kits for half of them: who comes late is written down as waiting, and nothing is given twice."""
    async with trial(ground, peer, seed, kits=count // 2) as lane:
        rate = await emptied(lane, count)
    return [Measured(peer.name, "scarce", rate.reserved, "a second")]


async def chain(ground: Ground, peer: Peer, seed: int, count: int, seconds: int) -> list[Measured]:
    """From said in intake's outbox to reserved: many at once, then fifty a second for the latency."""
    async with trial(ground, peer, seed, whole=True) as lane:
        _, sent = lane.fresh(count)
        said = await lane.say(sent)
        rate = count / (await lane.handled(lane.sent) - said).total_seconds()
        milliseconds = await _latencies(lane, seconds)
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return [
        Measured(peer.name, "chain", rate, "a second"),
        Measured(peer.name, "latency p50", cuts[49], "ms"),
        Measured(peer.name, "latency p99", cuts[98], "ms"),
    ]


async def _latencies(lane: Lane, seconds: int) -> list[float]:
    """Milliseconds from the commit that said a household to the commit that reserved for it."""
    loop, start = asyncio.get_running_loop(), asyncio.get_running_loop().time() + 0.5
    ids = []
    async with lane.site.connect("intake") as connection:
        for place in range(LATENCY_RATE * seconds):
            await asyncio.sleep(max(0.0, start + place / LATENCY_RATE - loop.time()))
            (envelope,) = registrations(1)
            await say(connection, [envelope])
            ids.append(envelope.id)
        lane.sent += len(ids)
        await lane.handled(lane.sent)
        said = dict(await connection.fetch(_SAID, ids))
    async with lane.site.connect("inventory") as connection:
        handled = dict(await connection.fetch(_HANDLED, ids))
    return [(handled[each] - said[each]).total_seconds() * 1000 for each in ids]


async def catch_up(ground: Ground, peer: Peer, seed: int, count: int) -> list[Measured]:
    """Seconds to work off what was said while the broker was away, from when it takes connections again."""
    async with trial(ground, peer, seed, whole=True) as lane:
        await asyncio.to_thread(ground.servers.stop_broker)
        _, sent = lane.fresh(count)
        await lane.say(sent)
        await asyncio.to_thread(ground.servers.start_broker)
        async with lane.site.connect("inventory") as connection:
            back = await connection.fetchval("SELECT clock_timestamp()")
        seconds = (await lane.handled(lane.sent) - back).total_seconds()
    return [
        Measured(peer.name, f"catch up {count:,}", seconds, "s"),
        Measured(peer.name, "catch up", count / seconds, "a second"),
    ]


async def memory(ground: Ground, peer: Peer, seed: int, count: int, slices: int = 10) -> list[Measured]:
    """Memory held after each part of very many messages; it must not grow with them."""
    found = []
    async with trial(ground, peer, seed) as lane:
        for part in range(1, slices + 1):
            _, sent = lane.fresh(count // slices)
            await lane.publish(sent)
            await lane.handled(lane.sent)
            held = lane.running.cost().memory_bytes / 1e6
            found.append(Measured(peer.name, f"memory after {part * count // slices:,}", held, "MB"))
    return found


@dataclass(frozen=True)
class Case:
    """A drain of `count` messages with so many items, rows of history and replicas of the consumer."""

    label: str
    count: int
    items: int
    rows: int
    replicas: int = 1


async def grown(ground: Ground, peer: Peer, seed: int, case: Case) -> list[Measured]:
    """Reservations a second in one case of growth."""

    def commands(site: Site, whole: bool) -> list[Command]:
        return [
            replace(command, name=f"{command.name}-{place}")
            for place in range(case.replicas)
            for command in peer.commands(site, whole)
        ]

    several = replace(peer, commands=commands)
    label = f"growth {case.label}"
    return await drain(ground, several, seed, case.count, label=label, items=case.items, rows=case.rows)
