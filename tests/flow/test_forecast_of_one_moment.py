"""Goods come in while a forecast is being made: they count once, as goods to come or as goods that are there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts.inventory import ShortfallForecast
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

DAY = 500


@asynccontextmanager
async def nobody_reads(world: World, table: str) -> AsyncIterator[None]:
    """Whoever reads the table waits until the block ends."""
    url = world.servers.database_url("inventory", world.databases["inventory"])
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        async with connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await connection.close()


async def comes_on_the_third_day(world: World) -> str:
    """The id of a planned delivery without which a household of one would be short from the third day on."""
    goods = {"depot": "depot-north", "item": "rice", "quantity": 200 * DAY, "due_on": "2006-11-03"}
    await world.inventory.post("/planned-deliveries", {"deliveries": [{**goods, "reference": "ship"}]})
    await world.inventory.stock(rice=2 * DAY)
    await world.intake.register(needs=["food"])
    await world.settled()
    (planned,) = (await world.inventory.get("/planned-deliveries"))["items"]
    return str(planned["id"])


async def it_comes(world: World, planned: str) -> None:
    lines = [{"item": "rice", "quantity": 200 * DAY}]
    await world.inventory.receive("depot-north", lines, planned_delivery_id=planned)


async def shown(world: World) -> Any:
    return await world.inventory.get("/forecast", item="rice")


async def kept(world: World) -> Any:
    return await world.inventory.post("/forecasts", {"item": "rice"})


@pytest.mark.parametrize("asked", [shown, kept])
async def test_goods_that_come_in_while_a_forecast_is_made_are_not_missing_from_it(
    world: World, asked: Any
) -> None:
    planned = await comes_on_the_third_day(world)
    # A receipt reads nothing of households. A forecast does, between what is there and what is to come.
    async with nobody_reads(world, "household"):
        asking: Awaitable[Any] = asyncio.create_task(asked(world))
        await until(world.inventory.waiting_for_locks, bool)
        await it_comes(world, planned)
    assert (await asking)["short_days"] == []


async def test_no_shortfall_is_told_of_goods_that_come_in_while_it_is_reckoned(world: World) -> None:
    async def told() -> list[Any]:
        async with world.inventory.service.units.read() as session:
            query = text("SELECT data FROM journal WHERE contract = :wire")
            return list(await session.scalars(query, {"wire": ShortfallForecast.wire}))

    async def asked_for() -> Any:
        async with world.inventory.service.units.read() as session:
            return await session.scalar(text("SELECT count(*) FROM timer WHERE name = 'forecast'"))

    planned = await comes_on_the_third_day(world)
    await until(asked_for, lambda timers: timers == 0)
    async with nobody_reads(world, "household"):
        await world.inventory.stock(winter_M=1)
        await until(world.inventory.waiting_for_locks, bool)
        await it_comes(world, planned)
        assert await asked_for() > 0
    await until(asked_for, lambda timers: timers == 0)
    assert await told() == []


async def test_who_looks_sees_one_moment_and_changes_nothing(world: World) -> None:
    count = text("SELECT count(*) FROM depot")
    async with world.inventory.service.units.read() as session:
        before = await session.scalar(count)
        new = {"code": "depot-new", "name": "New", "region": "north", "kind": "depot"}
        await world.inventory.post("/catalogue", {"depots": [new]})
        assert await session.scalar(count) == before
        with pytest.raises(DBAPIError, match="read-only"):
            await session.execute(text("DELETE FROM marked_shelf"))
    async with world.inventory.service.units.read() as session:
        assert await session.scalar(count) == before + 1
