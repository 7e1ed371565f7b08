"""The demo lives through plans with two depots, with shelf lives and with goods that never come."""

from pathlib import Path
from typing import Any

import pytest

from shared.cli.demo.command import REGISTER, Story
from shared.cli.demo.plan import load_plan
from shared.contracts import SERVICES
from tests.support import plans
from tests.support.demo import told_by
from tests.support.world import World

PLANS = Path(plans.__file__).parent


async def told(world: World, name: str) -> dict[str, Any]:
    """What the demo finds of a plan."""
    await world.start(*SERVICES)
    plan = load_plan(PLANS / f"{name}.toml")
    last = plan.lives_until or plan.winter_until
    return await told_by(world, Story(plan, REGISTER, plan.winter_from, last))


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
