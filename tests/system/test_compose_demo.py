"""The demo in compose with PayPal's part of it; `./relief test-containers` runs it."""

import json
import os
from collections.abc import Iterator

import pytest

from tests.support.compose import Compose

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("RELIEF_TEST_COMPOSE") != "1", reason="./relief test-containers runs it"
    ),
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    made = Compose(tmp_path_factory.mktemp("compose_demo"), "docker-compose.yml", "deploy/demo/compose.yml")
    try:
        made.unpack()
        made.up()
        yield made
    finally:
        made.compose("--profile", "*", "down", "-v", "--remove-orphans")


def test_the_demo_s_notices_are_believed_and_what_was_short_comes_in_time(stack: Compose) -> None:
    stack.operator("demo", "--json", "/out/demo.json")
    figures = json.loads((stack.out / "demo.json").read_text())
    assert figures["actual"]["short_days"] == []
    assert figures["actual"]["met"]
    money = figures["money"]
    assert money["monthly_gifts"]["active"] > 0
    assert money["notices"]["booked"] > 0
    assert money["grants"]
    assert figures["school"]["children"]["sponsored"] == 3
    assert all(figures["settlement"]["wishes"].values())
    assert all(each["actual"] is not None for each in figures["areas"])
    assert stack.doctor()["ok"]
