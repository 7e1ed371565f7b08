"""The short form of `./relief faults`: one scenario of each kind, with fewer households."""

import asyncio
import secrets
from collections.abc import Iterator

import pytest

from tests.faults.command import SHORT_HOUSEHOLDS, chosen, run_one, standing
from tests.faults.ground import Ground
from tests.faults.registry import Scenario

pytestmark = [pytest.mark.faults, pytest.mark.slow]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with standing(nodes=1) as made:
        yield made


@pytest.mark.parametrize("scenario", chosen(None, short=True), ids=lambda each: each.name)
def test_nothing_is_lost_or_doubled_when(scenario: Scenario, ground: Ground) -> None:
    seed = secrets.randbelow(10**6)
    outcome = asyncio.run(run_one(ground, scenario, seed, SHORT_HOUSEHOLDS / scenario.households))
    assert outcome.passed, f"seed {seed}: {outcome}"
