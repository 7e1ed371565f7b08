"""The demo lives through plans with two depots, with shelf lives and with goods that never come."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.progress import Progress

from shared.cli.client import Services
from shared.cli.demo.command import REGISTER, Story, lived
from shared.cli.demo.plan import load_plan
from shared.cli.demo.results import as_json
from shared.contracts import SERVICES
from shared.web.walls import MEANT
from tests.support import plans
from tests.support.world import World

PLANS = Path(plans.__file__).parent


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


async def told(world: World, name: str) -> dict[str, Any]:
    """What the demo finds of a plan, as JSON; no invariant is broken at the end."""
    await world.start(*SERVICES)
    plan = load_plan(PLANS / f"{name}.toml")
    story = Story(plan, REGISTER, plan.winter_from, plan.winter_until)
    async with services_of(world) as services:
        with Progress(disable=True) as progress:
            found = as_json(await lived(story, services, progress))
    await world.settled()
    await world.sound()
    return found


@pytest.mark.parametrize("name", ["two-depots", "shelf-lives"])
async def test_the_forecast_of_the_first_day_is_what_comes_to_pass(bare_world: World, name: str) -> None:
    found = await told(bare_world, name)
    assert len(found["forecast"]["short_days"]) > 3
    assert found["forecast"] == found["actual"]
    assert found["late"] == []


async def test_goods_that_never_come_are_late_and_the_forecast_of_that_day_comes_to_pass(
    bare_world: World,
) -> None:
    found = await told(bare_world, "never")
    assert [(each["late_from"], each["deliveries"]) for each in found["late"]] == [
        ("2006-11-11", ["first-truck of 2006-11-10"]),
        ("2006-11-25", ["north-truck of 2006-11-24"]),
    ]
    first, second = found["late"]
    assert first["forecast"] != found["forecast"]
    # Of the second one nobody knew on the day of the first.
    assert first["forecast"] != first["actual"]
    assert second["forecast"] == second["actual"]
    assert [(each["due_on"], each["missing"]) for each in found["overdue"]] == [
        ("2006-11-10", 600_000),
        ("2006-11-24", 400_000),
    ]
