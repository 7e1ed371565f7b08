"""What a storekeeper does: kits, corrections, stocktakes, transfers, expiry, part deliveries, cancelling."""

import asyncio
from typing import Any

import pytest

from services.inventory.repository import stock
from shared.contracts.inventory import SuppliesBackordered, SuppliesReleased
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

NORTH, SOUTH = "depot-north", "depot-south"
RICE = {"depot": NORTH, "item": "rice"}


async def newest_movement(world: World, **filters: Any) -> Any:
    return (await world.inventory.get("/movements", **filters))["items"][-1]


async def test_kits_are_put_together_from_parts_and_go_to_those_who_wait(world: World) -> None:
    first = await world.intake.register(needs=["kit"])
    second = await world.intake.register(needs=["kit"])
    await world.settled()
    await world.inventory.stock(bandage=7, soap=9)
    wanted = {"depot": NORTH, "kit": "first-aid-kit", "quantity": 5}
    made = await world.inventory.post("/kits/assemble", wanted)
    assert made["assembled"] == 2
    assert {part["item"]: part["quantity"] for part in made["parts"]} == {"bandage": 6, "soap": 2}
    assert (
        await world.inventory.set_aside(first)
        == await world.inventory.set_aside(second)
        == {"first-aid-kit": 1}
    )
    assert (await world.inventory.shelf("bandage"))["on_hand"] == 1
    again = await world.inventory.post("/kits/assemble", wanted)
    assert again["assembled"] == 0
    assert "bandage" in again["reason"].lower()
    assert (await world.inventory.shelf("soap"))["on_hand"] == 7


async def test_supplies_are_handed_out_in_part_and_in_whole(world: World) -> None:
    await world.inventory.stock(rice=15_000, first_aid_kit=1)
    household = await world.intake.register(needs=["food", "kit"])
    await world.settled()
    rice = next(row for row in await world.inventory.reservations(household) if row["item"] == "rice")
    part = await world.inventory.hand_out(
        household, lines=[{"reservation_id": rice["id"], "quantity": 4_000}]
    )
    assert [(line["item"], line["quantity"]) for line in part["lines"]] == [("rice", 4_000)]
    assert await world.inventory.shelf("rice") == {"on_hand": 11_000, "reserved": 11_000, "free": 0}
    rest = await world.inventory.hand_out(household)
    assert {line["item"]: line["quantity"] for line in rest["lines"]} == {"rice": 11_000, "first-aid-kit": 1}
    receiver = household["members"][0]["member_id"]
    path = f"/households/{household['household_id']}/deliveries"
    assert (await world.inventory.try_post(path, {"received_by": receiver})).status_code == 409


async def test_more_than_is_set_aside_and_what_is_anothers_is_not_handed_out(world: World) -> None:
    await world.inventory.stock(rice=15_000, bed=1)
    mine = await world.intake.register(needs=["food", "shelter"])
    other = await world.intake.register(needs=["food"])
    await world.settled()
    rows = {row["item"]: row for row in await world.inventory.reservations(mine)}
    (theirs,) = await world.inventory.reservations(other)
    path = f"/households/{mine['household_id']}/deliveries"
    me, them = mine["members"][0]["member_id"], other["members"][0]["member_id"]
    refused = [
        {"received_by": me, "lines": [{"reservation_id": rows["rice"]["id"], "quantity": 15_001}]},
        {"received_by": me, "lines": [{"reservation_id": theirs["id"]}]},
        {"received_by": me, "lines": [{"reservation_id": rows["bed"]["id"]}]},
        {"received_by": them},
    ]
    for body in refused:
        answer = await world.inventory.try_post(path, body)
        assert answer.status_code == 422, body
    assert (await world.inventory.shelf("rice"))["on_hand"] == 15_000


async def test_cancelled_supplies_go_to_those_who_wait(world: World) -> None:
    await world.inventory.stock(first_aid_kit=1)
    first = await world.intake.register(needs=["kit"])
    await world.settled()
    second = await world.intake.register(needs=["kit"])
    await world.settled()
    (row,) = await world.inventory.reservations(first)
    path = f"/reservations/{row['id']}/cancel"
    cancelled = await world.inventory.post(path, {"reason": "has one already"})
    assert (cancelled["released"], cancelled["reason"]) == (1, "Cancelled")
    assert cancelled["note"] is None
    assert [each["note"] for each in await world.inventory.reservations(first)] == ["has one already"]
    assert await world.inventory.set_aside(second) == {"first-aid-kit": 1}
    assert (await world.inventory.try_post(path, {"reason": "once more"})).status_code == 409


async def test_an_adjustment_takes_back_what_is_no_longer_there_from_the_last_in_line(world: World) -> None:
    await world.inventory.stock(first_aid_kit=3)
    ill = await world.intake.register(needs=["kit"], priorities=["medical"])
    old = await world.intake.register(needs=["kit"])
    young = await world.intake.register(needs=["kit"])
    await world.settled()
    body = {"depot": NORTH, "item": "first-aid-kit", "quantity": -2, "reason": "soaked in the flood"}
    async with world.listen(SuppliesBackordered) as missing, world.listen(SuppliesReleased) as released:
        await world.inventory.post("/adjustments", body)
        await missing.until(lambda facts: len(facts) == 2)
        await released.until(lambda facts: len(facts) == 2)
    assert await world.inventory.set_aside(ill) == {"first-aid-kit": 1}
    assert await world.inventory.missing(old) == await world.inventory.missing(young) == {"first-aid-kit": 1}
    assert (await newest_movement(world, kind="adjusted"))["note"] == "soaked in the flood"
    back = {**body, "quantity": 1, "reason": "one was dry"}
    await world.inventory.post("/adjustments", back)
    assert await world.inventory.set_aside(old) == {"first-aid-kit": 1}


async def test_less_food_takes_the_later_days_from_everyone_first(world: World) -> None:
    await world.inventory.stock(rice=30_000)
    households = [await world.intake.register(needs=["food"]) for _ in range(2)]
    await world.settled()
    await world.inventory.post("/adjustments", {**RICE, "quantity": -10_200, "reason": "mice"})
    given = [(await world.inventory.set_aside(each))["rice"] for each in households]
    assert given == [10_000, 9_800]


async def test_more_than_there_is_cannot_be_taken_off(world: World) -> None:
    await world.inventory.stock(rice=500)
    answer = await world.inventory.try_post("/adjustments", {**RICE, "quantity": -501, "reason": "mice"})
    assert answer.status_code == 422
    assert (await world.inventory.shelf("rice"))["on_hand"] == 500


async def test_after_a_stocktake_the_shelf_is_what_was_counted(world: World) -> None:
    await world.inventory.stock(rice=10_000, soap=5)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    counts = [
        {"item": "rice", "counted": 9_000},
        {"item": "soap", "counted": 8},
        {"item": "bandage", "counted": 0},
    ]
    answer = await world.inventory.post(
        "/stocktakes", {"depot": NORTH, "counts": counts, "reason": "autumn count"}
    )
    differences = {shelf["item"]: shelf["difference"] for shelf in answer["shelves"]}
    assert differences == {"rice": -1_000, "soap": 3, "bandage": 0}
    assert await world.inventory.set_aside(household) == {"rice": 9_000}
    assert (await world.inventory.shelf("soap"))["on_hand"] == 8
    twice = {"depot": NORTH, "counts": [counts[0], {**counts[0], "counted": 1}], "reason": "autumn count"}
    assert (await world.inventory.try_post("/stocktakes", twice)).status_code == 422
    assert (await world.inventory.shelf("rice"))["on_hand"] == 9_000


async def test_only_what_is_free_moves_to_another_depot(world: World) -> None:
    await world.inventory.stock(first_aid_kit=2)
    await world.intake.register(needs=["kit"])
    await world.settled()
    move = {"from_depot": NORTH, "to_depot": SOUTH, "item": "first-aid-kit", "reason": "south has none"}
    assert (await world.inventory.try_post("/transfers", {**move, "quantity": 2})).status_code == 422
    await world.inventory.post("/transfers", {**move, "quantity": 1})
    assert (await world.inventory.shelf("first-aid-kit", NORTH))["on_hand"] == 1
    assert await world.inventory.shelf("first-aid-kit", SOUTH) == {"on_hand": 1, "reserved": 0, "free": 1}


async def test_a_movement_is_reversed_once_by_its_opposite(world: World) -> None:
    await world.inventory.stock(rice=10_000)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    received = await newest_movement(world, kind="received")
    path = f"/movements/{received['id']}/reverse"
    tries = [world.inventory.try_post(path, {"reason": "counted twice"}) for _ in range(4)]
    assert sorted(each.status_code for each in await asyncio.gather(*tries)) == [200, 409, 409, 409]
    assert await world.inventory.shelf("rice") == {"on_hand": 0, "reserved": 0, "free": 0}
    assert await world.inventory.missing(household) == {"rice": 15_000}
    reversing = await newest_movement(world, kind="reversed")
    assert (reversing["on_hand"], reversing["reverses"]) == (-10_000, received["id"])


async def test_what_expires_first_goes_first_and_expired_lots_leave_the_shelf(world: World) -> None:
    await world.inventory.receive(NORTH, [{"item": "rice", "quantity": 10_000, "expires_on": "2007-06-30"}])
    await world.inventory.receive(NORTH, [{"item": "rice", "quantity": 10_000, "expires_on": "2006-11-10"}])
    household = await world.intake.register(needs=["food"])
    await world.settled()
    (row,) = await world.inventory.reservations(household)
    await world.inventory.hand_out(household, lines=[{"reservation_id": row["id"], "quantity": 6_000}])
    assert (await world.inventory.shelf("rice"))["on_hand"] == 14_000
    await world.turn("2006-11-11")
    expired = await newest_movement(world, kind="expired")
    # Of the twelve days that were handed out, the last two are fed from the lot that is still good then.
    assert (expired["on_hand"], expired["reason"]) == (-5_000, "Expired on 2006-11-10")
    assert await world.inventory.shelf("rice") == {"on_hand": 9_000, "reserved": 9_000, "free": 0}


async def test_a_lot_that_expires_takes_with_it_what_was_set_aside_of_it(world: World) -> None:
    await world.inventory.receive(
        NORTH, [{"item": "first-aid-kit", "quantity": 1, "expires_on": "2006-11-10"}]
    )
    household = await world.intake.register(needs=["kit"])
    await world.settled()
    await world.turn("2006-11-10")
    assert await world.inventory.set_aside(household) == {"first-aid-kit": 1}
    await world.turn("2006-11-11")
    assert await world.inventory.missing(household) == {"first-aid-kit": 1}
    assert (await world.inventory.shelf("first-aid-kit"))["on_hand"] == 0


async def test_the_same_store_work_by_many_at_once_keeps_the_ledger_right(world: World) -> None:
    """Receipts, corrections, counts, transfers and deliveries at once, in both directions."""
    await world.inventory.stock(rice=100_000, first_aid_kit=5, bandage=60, soap=20)
    await world.inventory.stock(region="south", rice=100_000, first_aid_kit=5)
    households = [await world.intake.register(needs=["food", "kit"]) for _ in range(6)]
    await world.settled()
    store = world.inventory

    def move(source: str, target: str, item: str) -> Any:
        body = {
            "from_depot": source,
            "to_depot": target,
            "item": item,
            "quantity": 1,
            "reason": "evening out",
        }
        return store.try_post("/transfers", body)

    work: list[Any] = [
        *(
            move(*pair, item)
            for pair in ((NORTH, SOUTH), (SOUTH, NORTH))
            for item in ("rice", "first-aid-kit")
        ),
        *(
            store.try_post("/adjustments", {**RICE, "quantity": q, "reason": "weighed"})
            for q in (-900, 700, -30_000)
        ),
        *(
            store.try_post("/kits/assemble", {"depot": NORTH, "kit": "first-aid-kit", "quantity": 3})
            for _ in "ab"
        ),
        store.try_post(
            "/stocktakes",
            {"depot": NORTH, "counts": [{"item": "first-aid-kit", "counted": 2}], "reason": "count"},
        ),
        *(world.inventory.stock(rice=1_000, first_aid_kit=1) for _ in range(3)),
        *(world.intake.register(needs=["food", "kit"]) for _ in range(5)),
    ]
    await asyncio.gather(*work)
    fetching = [
        store.try_post(
            f"/households/{each['household_id']}/deliveries",
            {"received_by": each["members"][0]["member_id"]},
        )
        for each in households
    ]
    answers, _ = await asyncio.gather(asyncio.gather(*fetching), world.turn("2006-11-05"))
    assert {each.status_code for each in answers} <= {201, 409}
    await world.settled()
    await world.sound()


async def test_what_has_expired_is_not_taken_in(world: World) -> None:
    lines = [{"item": "first-aid-kit", "quantity": 1, "expires_on": "2006-10-31"}]
    body = {"depot": NORTH, "reference": "waybill 9", "lines": lines}
    answer = await world.inventory.try_post("/receipts", body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["reason"] == "2006-10-31 is past"
    lines[0]["expires_on"] = "2006-11-01"
    assert (await world.inventory.try_post("/receipts", body)).status_code == 201


async def test_a_reservation_named_twice_is_refused(world: World) -> None:
    await world.inventory.stock(rice=15_000)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    (rice,) = await world.inventory.reservations(household)
    bag = {"reservation_id": rice["id"], "quantity": 500}
    body = {"received_by": household["members"][0]["member_id"], "lines": [bag, bag]}
    path = f"/households/{household['household_id']}/deliveries"
    assert (await world.inventory.try_post(path, body)).status_code == 422
    assert (await world.inventory.shelf("rice"))["on_hand"] == 15_000


async def test_a_long_line_for_one_size_does_not_hide_those_who_wait_for_another(world: World) -> None:
    tall = [person(number, size="L") for number in range(30)]
    for _ in range(4):
        await world.intake.register(tall, needs=["clothing"])
    await world.settled()
    last = await world.intake.register([person(size="M")], needs=["clothing"])
    await world.settled()
    await world.inventory.stock(winter_M=1)
    assert await world.inventory.set_aside(last) == {"winter-M": 1}


async def test_the_first_goods_of_an_item_wait_for_who_looks_for_them(world: World) -> None:
    """A shelf that is not there cannot be locked: without the item's lock, a backorder written now is passed over."""
    async with world.inventory.service.units.open() as unit:
        assert await stock.lock_shelves(unit.session, {"first-aid-kit"}) == {}
        coming = asyncio.create_task(world.inventory.stock(first_aid_kit=1))
        await until(world.inventory.waiting_for_locks, bool)
        assert not coming.done()
    await coming
    assert (await world.inventory.shelf("first-aid-kit"))["on_hand"] == 1
