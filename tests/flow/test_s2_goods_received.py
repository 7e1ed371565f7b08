"""S2: goods come in, and those who wait are served: the urgent first, then who waits longest."""

import asyncio
from typing import Any

import pytest

from shared.contracts.inventory import SuppliesReserved
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")


async def kits_of(world: World, households: list[Any]) -> list[int]:
    return [(await world.inventory.set_aside(each)).get("first-aid-kit", 0) for each in households]


async def test_the_urgent_are_served_first_then_the_oldest(world: World) -> None:
    old = await world.intake.register(needs=["kit"])
    young = await world.intake.register(needs=["kit"])
    pregnant = await world.intake.register(needs=["kit"], priorities=["pregnant"])
    ill = await world.intake.register(needs=["kit"], priorities=["medical"])
    await world.settled()
    order = [ill, pregnant, old, young]
    for served in range(1, 5):
        answer = await world.inventory.stock(first_aid_kit=1)
        assert [each["household_id"] for each in answer["filled"]] == [order[served - 1]["household_id"]]
        assert await kits_of(world, order) == [1] * served + [0] * (4 - served)


async def test_the_household_is_told_when_its_backorder_is_filled(world: World) -> None:
    household = await world.intake.register(needs=["kit"])
    await world.settled()
    async with world.listen(SuppliesReserved) as heard:
        await world.inventory.stock(first_aid_kit=1)
        (fact,) = await heard.until(bool)
    assert str(fact.household_id) == household["household_id"]
    await world.settled()
    newest = (await world.intake.timeline(household))[0]
    assert newest["summary"].startswith("Set aside: first-aid-kit 1 kit at depot-north")


async def test_food_that_comes_in_gives_everyone_the_earlier_days_first(world: World) -> None:
    households = [await world.intake.register(needs=["food"]) for _ in range(3)]
    await world.settled()
    await world.inventory.stock(rice=3 * 500 * 10 + 700)
    assert [(await world.inventory.set_aside(each))["rice"] for each in households] == [5_500, 5_200, 5_000]
    reasons = [(await world.inventory.reservations(each))[0]["reason"] for each in households]
    assert [reason.split(";")[0] for reason in reasons] == ["11 of 30 days", "10 of 30 days", "10 of 30 days"]


async def test_who_arrives_later_shares_the_days_that_were_not_fetched_yet(world: World) -> None:
    await world.inventory.stock(rice=500 * 30)
    first = await world.intake.register(needs=["food"])
    await world.settled()
    assert await world.inventory.set_aside(first) == {"rice": 15_000}
    second = await world.intake.register(needs=["food"])
    await world.settled()
    assert (
        await world.inventory.set_aside(first) == await world.inventory.set_aside(second) == {"rice": 7_500}
    )


async def test_food_that_was_fetched_is_not_dealt_again(world: World) -> None:
    await world.inventory.stock(rice=500 * 30)
    first = await world.intake.register(needs=["food"])
    await world.settled()
    await world.inventory.hand_out(first)
    second = await world.intake.register(needs=["food"])
    await world.settled()
    assert await world.inventory.missing(second) == {"rice": 15_000}
    (row,) = await world.inventory.reservations(first)
    assert row["delivered"] == 15_000


async def test_a_big_need_that_cannot_be_met_does_not_hold_back_others(world: World) -> None:
    family = await world.intake.register(members=3, needs=["clothing"])
    baby = await world.intake.register(
        members=[{"given_name": "A", "family_name": "B", "age": 0, "size": "6m"}], needs=["clothing"]
    )
    await world.settled()
    await world.inventory.stock(winter_6m=1)
    assert await world.inventory.set_aside(baby) == {"winter-6m": 1}
    assert await world.inventory.missing(family) == {"winter-M": 3}


async def test_a_waybill_is_received_once(world: World) -> None:
    lines = [{"item": "rice", "quantity": 1_000}]
    body = {"depot": "depot-north", "reference": "waybill of the truck", "lines": lines}
    answers = await asyncio.gather(*(world.inventory.try_post("/receipts", body) for _ in range(5)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409]
    assert (await world.inventory.shelf("rice"))["on_hand"] == 1_000


async def test_a_planned_delivery_comes_in_once_and_no_longer_counts_as_planned(world: World) -> None:
    plan = {"item": "rice", "quantity": 5_000, "due_on": "2006-11-01", "reference": "november"}
    body = {"deliveries": [{"depot": "depot-north", **plan}]}
    assert (await world.inventory.post("/planned-deliveries", body))["planned"] == 1
    assert (await world.inventory.post("/planned-deliveries", body))["planned"] == 0
    (planned,) = (await world.inventory.get("/planned-deliveries", received=False))["items"]
    lines = [{"item": "rice", "quantity": 5_000}]
    await world.inventory.receive("depot-north", lines, planned_delivery_id=planned["id"])
    assert (await world.inventory.get("/planned-deliveries", received=False))["items"] == []
    again = {
        "depot": "depot-north",
        "reference": "twice",
        "lines": lines,
        "planned_delivery_id": planned["id"],
    }
    assert (await world.inventory.try_post("/receipts", again)).status_code == 409
    assert (await world.inventory.shelf("rice"))["on_hand"] == 5_000


async def test_two_replicas_receiving_and_handing_out_at_once_never_give_more_than_there_is(
    world: World,
) -> None:
    async with world.another("inventory") as second:
        registering = [world.intake.register(members=2, needs=["food", "kit", "clothing"]) for _ in range(15)]
        receiving = [receive(replica, n) for n in range(10) for replica in (world.inventory, second)]
        households, _ = await asyncio.gather(asyncio.gather(*registering), asyncio.gather(*receiving))
        await world.settled()
        fetching = [fetch(replica, each) for each in households for replica in (world.inventory, second)]
        more = [receive(replica, n) for n in range(10, 15) for replica in (world.inventory, second)]
        await asyncio.gather(*fetching, *more)
        await world.settled()
        handled = [await each.metric("relief_messages_handled_total") for each in (world.inventory, second)]
    assert sum(handled) == 15
    items = await world.inventory.items()
    rice, kits = items["rice"], items["first-aid-kit"]
    assert rice["delivered"] + rice["on_hand"] == 30 * 7_000
    assert kits["delivered"] + kits["on_hand"] == 30
    assert kits["delivered"] + kits["reserved"] == 15
    assert all(each <= 1 for each in await kits_of(world, list(households)))


async def receive(replica: Any, number: int) -> None:
    lines = [{"item": "rice", "quantity": 7_000}, {"item": "first-aid-kit", "quantity": 1}]
    reference = f"{id(replica)} {number}"
    await replica.post("/receipts", {"depot": "depot-north", "reference": reference, "lines": lines})


async def fetch(replica: Any, household: Any) -> None:
    receiver = household["members"][0]["member_id"]
    path = f"/households/{household['household_id']}/deliveries"
    answer = await replica.try_post(path, {"received_by": receiver})
    # The other replica may have handed everything out already.
    assert answer.status_code in (201, 409), answer.text


async def test_two_replicas_share_the_messages_of_one_queue(world: World) -> None:
    await world.inventory.stock(rice=10_000_000)
    async with world.another("inventory", batch_size=1) as second:

        async def shares() -> list[float]:
            await world.intake.register(needs=["food"])
            return [await each.metric("relief_messages_handled_total") for each in (world.inventory, second)]

        await until(shares, all)
        await world.settled()
    handled = (await world.inventory.get("/status"))["handled"]
    assert (await world.inventory.get("/summary"))["households"] == handled


async def test_who_was_registered_before_the_catalogue_is_served_too(bare_world: World) -> None:
    world = bare_world
    await world.start("intake", "inventory")
    household = await world.intake.register([person(size="M")], needs=["clothing", "kit"])
    await world.settled()
    assert await world.inventory.missing(household) == {"winter-M": 1, "kit": 1}
    await world.inventory.load_catalogue()
    assert await world.inventory.missing(household) == {"winter-M": 1, "first-aid-kit": 1}
    await world.inventory.stock(winter_M=1, first_aid_kit=1)
    assert await world.inventory.set_aside(household) == {"winter-M": 1, "first-aid-kit": 1}
    await world.settled()
    await world.sound()
