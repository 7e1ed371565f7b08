"""S3: a household is closed, reopened, grows or shrinks: only what is not fetched yet changes."""

from typing import Any

import pytest

from shared.contracts.inventory import SuppliesReleased, Why
from tests.support.people import person
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")


async def close(world: World, household: Any, outcome: str = "settled") -> None:
    await world.intake.post(f"/households/{household['household_id']}/close", {"outcome": outcome})


async def join(world: World, household: Any, *people: dict[str, Any]) -> Any:
    for each in people:
        household = await world.intake.post(f"/households/{household['household_id']}/members", each)
    return household


async def leave(world: World, household: Any, place: int) -> None:
    member = household["members"][place]["member_id"]
    await world.intake.post(f"/households/{household['household_id']}/members/{member}/leave", {})


async def test_what_was_set_aside_is_released_and_the_timeline_says_so(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, first_aid_kit=2, bed=4)
    household = await world.intake.register(members=2)
    await world.settled()
    async with world.listen(SuppliesReleased) as heard:
        await close(world, household, "moved_on")
        (fact,) = await heard.until(bool)
    released = {line.item: line.quantity for line in fact.lines}
    assert released == {"rice": 30_000, "winter-M": 2, "first-aid-kit": 1, "bed": 2}
    assert {line.reason.code for line in fact.lines} == {Why.HOUSEHOLD_CLOSED}
    await world.settled()
    assert await world.inventory.set_aside(household) == {}
    for item in released:
        assert (await world.inventory.shelf(item))["reserved"] == 0
    newest = (await world.intake.timeline(household))[0]
    assert newest["summary"].startswith("No longer set aside")


async def test_the_bed_and_the_food_go_to_those_who_wait(world: World) -> None:
    await world.inventory.stock(rice=15_000, bed=1, first_aid_kit=1)
    first = await world.intake.register(needs=["food", "shelter", "kit"], priorities=["medical"])
    await world.settled()
    second = await world.intake.register(needs=["food", "shelter", "kit"])
    await world.settled()
    assert (await world.inventory.missing(second))["bed"] == 1
    await close(world, first)
    await world.settled()
    assert await world.inventory.set_aside(second) == {"rice": 15_000, "bed": 1, "first-aid-kit": 1}
    assert await world.inventory.missing(second) == {}


async def test_what_was_handed_out_is_not_taken_back(world: World) -> None:
    await world.inventory.stock(rice=15_000, first_aid_kit=1)
    household = await world.intake.register(needs=["food", "kit"])
    await world.settled()
    await world.inventory.hand_out(household)
    await close(world, household)
    await world.settled()
    items = await world.inventory.items()
    assert (items["rice"]["delivered"], items["first-aid-kit"]["delivered"]) == (15_000, 1)
    assert (items["rice"]["released"], items["first-aid-kit"]["released"]) == (0, 0)


async def test_one_who_is_reopened_gets_again_what_was_not_handed_out(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, first_aid_kit=2, bed=4)
    household = await world.intake.register(members=1)
    await world.settled()
    kit = next(row for row in await world.inventory.reservations(household) if row["item"] == "first-aid-kit")
    await world.inventory.hand_out(household, lines=[{"reservation_id": kit["id"]}])
    await close(world, household)
    await world.settled()
    await world.intake.post(f"/households/{household['household_id']}/reopen")
    await world.settled()
    assert await world.inventory.set_aside(household) == {"rice": 15_000, "winter-M": 1, "bed": 1}
    assert (await world.inventory.items())["first-aid-kit"]["delivered"] == 1


async def test_a_member_who_joins_adds_the_difference_and_nothing_else(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, winter_98=5, first_aid_kit=3, bed=4)
    household = await world.intake.register(members=1)
    await world.settled()
    before = {row["id"]: row for row in await world.inventory.reservations(household)}
    await world.turn("2006-11-11")
    await join(world, household, person(7, size="98", age=3))
    await world.settled()
    rows = {row["id"]: row for row in await world.inventory.reservations(household)}
    added = {row["item"]: row["reserved"] for known, row in rows.items() if known not in before}
    assert added == {"rice": 20 * 500, "winter-98": 1, "bed": 1}
    unchanged = {known: row for known, row in rows.items() if known in before}
    assert unchanged == before


async def test_a_member_who_leaves_gives_up_the_days_to_come_a_bed_and_clothes(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, winter_L=5, first_aid_kit=3, bed=4)
    household = await world.intake.register(members=[person(1), person(2, size="L")])
    await world.settled()
    await world.turn("2006-11-11")
    await leave(world, household, 1)
    await world.settled()
    aside = await world.inventory.set_aside(household)
    assert aside == {"rice": 10 * 1_000 + 20 * 500, "winter-M": 1, "first-aid-kit": 1, "bed": 1}
    assert (await world.inventory.shelf("bed"))["free"] == 3


async def test_a_member_leaves_today_without_a_body_too(world: World) -> None:
    household = await world.intake.register(members=2)
    member = household["members"][-1]["member_id"]
    path = f"/households/{household['household_id']}/members/{member}/leave"
    left = await world.intake.post(path)
    assert left["members"][-1]["left_on"] == "2006-11-01"


async def test_members_who_come_and_go_leave_no_trace(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, bed=4, first_aid_kit=1)
    household = await world.intake.register(members=1)
    await world.settled()
    before = await world.inventory.set_aside(household)
    for number in range(3):
        grown = await join(world, household, person(number + 1))
        await leave(world, grown, -1)
    await world.settled()
    assert await world.inventory.set_aside(household) == before


@pytest.mark.parametrize("needs", [["food"], ["kit", "shelter"], []])
async def test_a_need_that_is_no_longer_asked_for_is_released(world: World, needs: list[str]) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, bed=4, first_aid_kit=1)
    household = await world.intake.register(members=1)
    await world.settled()
    full = await world.inventory.set_aside(household)
    await world.intake.post(f"/households/{household['household_id']}/change", {"needs": needs})
    await world.settled()
    items = {"food": "rice", "kit": "first-aid-kit", "shelter": "bed"}
    assert await world.inventory.set_aside(household) == {items[need]: full[items[need]] for need in needs}


async def test_a_higher_priority_moves_a_household_up_the_line(world: World) -> None:
    first = await world.intake.register(needs=["kit"])
    second = await world.intake.register(needs=["kit"])
    await world.settled()
    path = f"/households/{second['household_id']}/change"
    await world.intake.post(path, {"priorities": ["medical"]})
    await world.settled()
    await world.inventory.stock(first_aid_kit=1)
    assert await world.inventory.set_aside(second) == {"first-aid-kit": 1}
    assert await world.inventory.missing(first) == {"first-aid-kit": 1}


async def test_a_household_that_moves_is_served_in_its_new_region(world: World) -> None:
    await world.inventory.stock(rice=50_000, bed=1)
    await world.inventory.stock(region="south", rice=50_000, bed=1)
    household = await world.intake.register(needs=["food", "shelter"])
    await world.settled()
    await world.intake.post(f"/households/{household['household_id']}/change", {"region": "south"})
    await world.settled()
    depots = {row["depot"] for row in await world.inventory.reservations(household) if row["reserved"]}
    assert depots == {"depot-south", "house-south"}
    assert (await world.inventory.shelf("rice", "depot-north"))["reserved"] == 0


async def test_one_closed_before_anything_was_there_waits_for_nothing(world: World) -> None:
    household = await world.intake.register(members=2)
    await close(world, household)
    await world.settled()
    answer = await world.inventory.stock(rice=100_000, winter_M=5, bed=4, first_aid_kit=1)
    assert answer["filled"] == []
    assert await world.inventory.set_aside(household) == {}
