"""The doctor looks at a world of this process."""

from dataclasses import replace

import httpx

from shared.cli.operate.doctor import examine
from shared.cli.operate.doctor.report import Report
from shared.cli.stack import Stack
from tests.support.world import World

WAIT_SECONDS = 20.0


def named(world: World) -> Stack:
    """The world's addresses, with a host name for each service."""
    known = world.addresses()
    return replace(
        known, services={name: replace(each, url=f"http://{name}") for name, each in known.services.items()}
    )


def calling(world: World) -> httpx.AsyncClient:
    """Calls the services of this process under their host names."""
    mounts = {f"http://{name}": httpx.ASGITransport(getattr(world, name).app) for name in world.started}
    return httpx.AsyncClient(mounts=mounts)


async def looked_at(world: World) -> Report:
    """What the doctor finds, once nothing moves."""
    async with calling(world) as client:
        return await examine(named(world), client, WAIT_SECONDS)


def breaches(report: Report) -> dict[str, int]:
    """How many break each invariant that is broken."""
    return {each.name: each.breaches for each in report.findings if each.breaches}
