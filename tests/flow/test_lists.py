"""Lists are given a page at a time."""

from typing import Any

import pytest

from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

LISTS = ("/stock", "/lots", "/movements", "/planned-deliveries", "/reservations", "/households")


async def pages(world: World, path: str, limit: int) -> list[list[Any]]:
    """All pages of a list, followed from `next` to `next`."""
    found = []
    after = ""
    while after is not None:
        page = await world.inventory.get(path, limit=limit, after=after)
        found.append(page["items"])
        after = page["next"]
    return found


async def test_every_list_can_be_walked_and_promises_no_page_that_is_empty(world: World) -> None:
    await world.inventory.stock(rice=60_000, soap=5)
    await world.inventory.stock(region="south", rice=5)
    for number in range(3):
        await world.intake.register(needs=["food"])
        planned = {"depot": "depot-north", "item": "rice", "quantity": 5, "due_on": "2006-12-01"}
        reference = {**planned, "reference": f"ship {number}"}
        await world.inventory.post("/planned-deliveries", {"deliveries": [reference]})
    await world.settled()
    for path in LISTS:
        whole = await world.inventory.get(path, limit=500)
        items, count = whole["items"], len(whole["items"])
        assert count >= 3, path
        assert whole["next"] is None, path
        for limit in (1, 2, count - 1, count):
            found = await pages(world, path, limit)
            assert [row for page in found for row in page] == items, (path, limit)
            assert len(found) == -(-count // limit), (path, limit)
