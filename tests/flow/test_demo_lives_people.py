"""The demo lives on with children, settlement and gatherings where nobody gives, for a part of its register.

What they do where people give is asked of the whole register, in `test_demo_lives_money.py`.
"""

from pathlib import Path

import pytest

from shared.cli.demo.command import PLAN, Story
from shared.cli.demo.plan import load_plan
from shared.contracts import SERVICES
from tests.support.demo import told_by
from tests.support.demo_people import shows_what_people_did
from tests.support.small_register import small_register
from tests.support.world import World

pytestmark = pytest.mark.slow


async def test_without_gifts_children_wait_and_people_settle_meet_and_speak(
    bare_world: World, tmp_path: Path
) -> None:
    plan = load_plan(PLAN)
    assert plan.lives_until is not None
    await bare_world.start(*SERVICES)
    story = Story(plan, small_register(tmp_path), plan.winter_from, plan.lives_until)
    found = await told_by(bare_world, story)
    await shows_what_people_did(bare_world, found, gifts=False)
