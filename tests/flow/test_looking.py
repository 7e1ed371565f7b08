"""Whoever only looks waits for nobody: not for a day that turns, and not for a unit that holds rows."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import FastAPI

from tests.support.replica import Replica
from tests.support.world import FIRST_DAY, World

PATIENCE_SECONDS = 10.0
VALUES = {
    "currency": "JPY",
    "fund": "food",
    "quote": "USD",
    "item": "rice",
    "from": FIRST_DAY.isoformat(),
    "to": (FIRST_DAY + timedelta(days=1)).isoformat(),
}
"""What the parameters that need a value of a kind are given."""


def looks(app: FastAPI) -> list[tuple[str, dict[str, Any]]]:
    """Every address that answers a GET, with what it must be given."""
    found = []
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods:
            parameters = methods["get"].get("parameters", [])
            needed = {each["name"] for each in parameters if each["in"] == "query" and each.get("required")}
            filled = re.sub(r"\{(\w+)\}", lambda each: VALUES.get(each[1], str(UUID(int=1))), path)
            found.append((filled, {name: VALUES[name] for name in sorted(needed)}))
    return found


@asynccontextmanager
async def a_day_that_turns(replica: Replica) -> AsyncIterator[None]:
    """The service's day is held alone, as by the turn of a long day."""
    begun, over = asyncio.Event(), asyncio.Event()

    async def turn() -> None:
        async with replica.service.units.open(alone=True):
            begun.set()
            await over.wait()

    turning = asyncio.create_task(turn())
    await begun.wait()
    try:
        yield
    finally:
        over.set()
        await turning


async def test_every_look_is_answered_while_a_day_turns(world: World) -> None:
    await world.inventory.stock(rice=200_000)
    await world.intake.register(2)
    await world.settled()
    for replica in world.replicas:
        async with a_day_that_turns(replica):
            for path, given in looks(replica.app):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    answer = await replica.client.get(f"http://test{path}", params=given)
                assert answer.status_code in (200, 404), f"{path}: {answer.status_code} {answer.text}"
