"""The demo on the services of a world."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
from rich.progress import Progress

from shared.cli.client import Services
from shared.cli.demo.command import Story, lived
from shared.cli.demo.paypal import PayPal
from shared.cli.demo.results import as_json
from shared.contracts import SERVICES
from shared.web.walls import MEANT
from tests.support.world import World


@asynccontextmanager
async def services_of(world: World) -> AsyncIterator[Services]:
    async with AsyncExitStack() as stack:
        clients = {
            name: await stack.enter_async_context(
                httpx.AsyncClient(
                    transport=httpx.ASGITransport(world.driver(name).app),
                    base_url="http://test",
                    headers=MEANT,
                    timeout=120,
                )
            )
            for name in SERVICES
        }
        yield Services(clients)


async def told_by(world: World, story: Story, paypal: PayPal | None = None) -> dict[str, Any]:
    """What the demo finds of a story, as JSON; no invariant is broken at the end."""
    async with services_of(world) as services:
        with Progress(disable=True) as progress:
            found = as_json(await lived(story, services, progress, paypal))
    await world.settled()
    await world.sound()
    return found
