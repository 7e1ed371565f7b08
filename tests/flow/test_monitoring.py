"""What monitoring is told: whether a service is ready, and whether its days turn."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.inventory import handlers
from shared.contracts import heard_by
from shared.contracts.intake import HouseholdState
from shared.settings import ClockMode
from tests.support.registrations import said, sealed
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
    target = {"area": 6, "measure": "hearings_attended", "words": "hearings", "target": 3}

    async def told(**labels: str) -> float:
        await events.client.get("http://test/metrics")
        return await events.metric("relief_plan_target", measure="hearings_attended", **labels)

    for unit in ("evenings", "hearings"):
        await events.post("/plan", {"targets": [{**target, "unit": unit}]})
        assert await told(unit=unit) == await told() == 3


async def test_what_lies_in_the_queues_and_what_is_in_hand_is_told(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message waits for another try, one is parked, two are in hand and do not end, and four wait behind them."""
    bad, let_go = said(), asyncio.Event()

    async def handler(_: object, facts: Sequence[HouseholdState], __: object) -> None:
        if facts[0].household_id == bad.household_id:
            raise ZeroDivisionError("a bug of the tests")
        await let_go.wait()

    monkeypatch.setattr(handlers, "on_household_registered", handler)
    (inventory,) = await bare_world.start("inventory", batch_size=1, retry_delays_seconds=(600,))

    async def told() -> dict[str, float]:
        await inventory.client.get("http://test/metrics")
        names = ("queue_consumers", "queue_messages", "retry_messages", "parked_messages")
        found = {name: await inventory.metric(f"relief_{name}") for name in names}
        return {**found, "in_hand": await inventory.metric("relief_oldest_in_hand_seconds") > 0}

    heard = len(heard_by("inventory"))
    aside = {
        "queue_consumers": heard,
        "queue_messages": 0,
        "retry_messages": 1,
        "parked_messages": 1,
        "in_hand": 0,
    }
    await bare_world.send(sealed(bad), replace(sealed(said()), data="{}"))
    await until(told, lambda found: found == aside)
    await bare_world.send(*(sealed(said()) for _ in range(6)))
    try:
        await until(told, lambda found: found == {**aside, "queue_messages": 4, "in_hand": 1})
    finally:
        # A service that stops waits for what is in hand.
        let_go.set()
    await until(told, lambda found: found == aside)
