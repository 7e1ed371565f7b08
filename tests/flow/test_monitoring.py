"""What monitoring is told: whether a service is ready, and whether its days turn."""

from datetime import timedelta

import pytest

from shared.settings import ClockMode
from tests.support.waiting import until
from tests.support.world import World


async def test_a_service_that_lost_a_consumer_says_that_it_is_not_ready(bare_world: World) -> None:
    (inventory,) = await bare_world.start("inventory")

    async def told() -> float:
        await inventory.client.get("http://test/metrics")
        return await inventory.metric("relief_ready")

    await until(told, lambda ready: ready == 1)
    inventory.service.link._tasks[0].cancel()
    await until(told, lambda ready: ready == 0)
    assert (await inventory.client.get("http://test/readyz")).status_code == 503


async def test_a_day_that_has_not_turned_is_told(bare_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (inventory,) = await bare_world.start("inventory", clock=ClockMode.WALL)

    async def told() -> float:
        await inventory.client.get("http://test/metrics")
        return await inventory.metric("relief_days_behind")

    assert await told() == 0
    tomorrow = inventory.service.settings.wall_today() + timedelta(days=1)
    monkeypatch.setattr(inventory.service.wall_clock, "today", lambda: tomorrow)
    assert await told() == 1


async def test_a_measure_of_the_plan_is_told_with_its_unit_and_once(bare_world: World) -> None:
    (events,) = await bare_world.start("events")
    target = {"area": 6, "measure": "hearings_held", "words": "hearings", "target": 3}

    async def told(**labels: str) -> float:
        await events.client.get("http://test/metrics")
        return await events.metric("relief_plan_target", measure="hearings_held", **labels)

    for unit in ("evenings", "hearings"):
        await events.post("/plan", {"targets": [{**target, "unit": unit}]})
        assert await told(unit=unit) == await told() == 3
