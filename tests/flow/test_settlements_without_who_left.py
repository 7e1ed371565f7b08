"""S6: somebody leaves a household that asked to settle, whichever way: its request goes on with those who remain."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.contracts.intake import SettlementAsked
from tests.support.people import person
from tests.support.registers import child, csv_of, sent
from tests.support.world import World

REF = "S-1"
Way = Callable[[World, Any, Any], Awaitable[Any]]


async def leave(world: World, household: Any, _: Any) -> None:
    """Those but the head leave."""
    for each in household["members"][1:]:
        await world.intake.post(
            f"/households/{household['household_id']}/members/{each['member_id']}/leave", {}
        )


async def move(world: World, household: Any, _: Any) -> None:
    """They move to another household."""
    other = (await world.intake.register([person(9)]))["household_id"]
    for each in household["members"][1:]:
        path = f"/households/{household['household_id']}/members/{each['member_id']}/move"
        await world.intake.post(path, {"to": other, "relation": "other"})


async def undo(world: World, _: Any, imported: Any) -> None:
    """The import that brought them is undone."""
    await world.intake.post(f"/imports/{imported['import_id']}/undo")


@pytest.mark.parametrize("way", [leave, move, undo])
async def test_a_request_goes_on_with_those_who_remain_and_ends_with_the_last(world: World, way: Way) -> None:
    household = await world.intake.register([person(1, languages=["ko"])], register_ref=REF)
    imported = await sent(world, csv_of([child(REF, "Ria"), child(REF, "Rosin")]))
    path = f"/households/{household['household_id']}"
    household = await world.intake.get(path)
    stays, one, other = (each["member_id"] for each in household["members"])
    asks = {"region": "tokyo", "wishes": ["lessons", "helper"], "languages": ["ko"]}
    both = await world.intake.post(f"{path}/settlements", {**asks, "member_ids": [stays, one]})
    money = {"wishes": ["lessons", "grant"], "money": {"amount": 30_000, "currency": "JPY"}}
    alone = await world.intake.post(f"{path}/settlements", {**asks, **money, "member_ids": [other]})
    for member in (stays, one, other):
        await world.sponsorship.place_of(member, "waiting")
    async with world.listen(SettlementAsked) as heard:
        await way(world, household, imported)
        facts = await heard.until(lambda facts: len(facts) == 2)
    told = {str(each.request_id): (each.version, each.status, *map(str, each.member_ids)) for each in facts}
    assert told == {
        both["request_id"]: (2, "changed", stays),
        alone["request_id"]: (2, "withdrawn", other),
    }
    for member in (one, other):
        await world.sponsorship.place_of(member, "left")
    await world.settled()
    await world.sponsorship.place_of(stays, "waiting")
    assert (await world.events.get(f"/needs/{both['request_id']}"))["status"] != "withdrawn"
    (grant,) = await world.intake.get(f"{path}/grants")
    assert grant["status"] == "cancelled"
    shown = {each["request_id"]: each for each in await world.intake.get(f"{path}/settlements")}
    assert (shown[both["request_id"]]["withdrawn_on"], shown[alone["request_id"]]["withdrawn_on"]) == (
        None,
        "2006-11-01",
    )
    assert [each["name"] for each in await world.intake.get("/checks") if each["breaches"]] == []
