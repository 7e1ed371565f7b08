"""A ration is dealt again by another unit while a fact about its household waits for the shelf: both count."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

LESS = 1_500


@asynccontextmanager
async def dealing(world: World) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Another unit that holds the shelf of rice, and commits at the end."""
    url = world.servers.database_url("inventory", world.databases["inventory"])
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        async with connection.transaction():
            await connection.execute("SELECT FROM shelf WHERE item = 'rice' FOR UPDATE")
            yield connection
    finally:
        await connection.close()


async def deal_less(connection: "asyncpg.Connection[asyncpg.Record]", household: Any) -> None:
    """What a unit writes that takes some of a household's ration for those before it."""
    await connection.execute(
        "UPDATE reservation SET reserved = reserved - $1 WHERE household_id = $2 AND kind = 'food'",
        LESS,
        household["household_id"],
    )
    await connection.execute("UPDATE shelf SET reserved = reserved - $1 WHERE item = 'rice'", LESS)
    await connection.execute("UPDATE total SET reserved = reserved - $1 WHERE item = 'rice'", LESS)
    await connection.execute(
        """
        INSERT INTO movement (id, at, on_day, depot, item, kind, actor, on_hand, reserved, reason)
        SELECT gen_random_uuid(), now(), processed, depot, item, 'released', 'test', 0, -$1::bigint, 'dealt'
        FROM shelf, day WHERE item = 'rice' AND reserved > 0
        """,
        LESS,
    )


@pytest.mark.parametrize("what", ["the household leaves", "a member leaves"])
async def test_a_ration_dealt_again_meanwhile_is_not_overwritten(world: World, what: str) -> None:
    await world.inventory.load_catalogue()
    await world.inventory.stock(rice=50_000)
    household = await world.intake.register(2, needs=["food"])
    await world.intake.register(1, needs=["food"])
    await world.settled()
    path = f"/households/{household['household_id']}"
    async with dealing(world) as connection:
        if what == "the household leaves":
            await world.intake.post(f"{path}/close", {"outcome": "moved_on"})
        else:
            await world.intake.post(f"{path}/members/{household['members'][0]['member_id']}/leave", {})
        await until(world.inventory.waiting_for_locks, bool)
        await deal_less(connection, household)
    await world.settled()
    await world.sound()
    assert await world.inventory.metric("relief_messages_retried_total") == 0
