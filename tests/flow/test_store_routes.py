"""Storekeepers' routes: planning, lots, undoing, asking again, retiring; each through HTTP once."""

from http import HTTPStatus
from typing import Any

import pytest

from shared.contracts.inventory import ShortfallForecast
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

WHY = {"reason": "entered by mistake"}


async def planned(world: World, **more: Any) -> Any:
    plan = {"depot": "depot-north", "item": "rice", "quantity": 40_000, "due_on": "2006-11-03", **more}
    plan.setdefault("reference", "ship")
    return await world.inventory.try_post("/planned-deliveries", {"deliveries": [plan]})


async def test_a_planned_delivery_comes_in_parts_is_late_is_changed_and_closed(world: World) -> None:
    inventory = world.inventory
    assert (await planned(world)).status_code == HTTPStatus.OK
    (plan,) = (await inventory.get("/planned-deliveries"))["items"]
    lines = [{"item": "rice", "quantity": 10_000}]
    received = await inventory.receive("depot-north", lines, planned_delivery_id=plan["id"])
    await world.turn("2006-11-04")
    (late,) = (await inventory.get("/planned-deliveries", late=True))["items"]
    assert (late["received"], late["rest"], late["late"]) == (10_000, 30_000, True)
    await inventory.client.get("http://test/metrics")
    assert await inventory.metric("relief_late_deliveries") == 1
    path = f"/planned-deliveries/{plan['id']}"
    changed = await inventory.post(f"{path}/change", {"due_on": "2006-11-20", "quantity": 20_000})
    assert (changed["rest"], changed["late"]) == (10_000, False)
    await inventory.post(f"/papers/{received['receipt_id']}/undo", WHY)
    (again,) = (await inventory.get("/planned-deliveries", received=False))["items"]
    assert again["rest"] == 20_000
    closed = await inventory.post(f"{path}/close", {"reason": "supplier_failed"})
    assert (closed["rest"], closed["closed_reason"]) == (0, "supplier_failed")
    assert (await planned(world, quantity=7)).status_code == HTTPStatus.CONFLICT
    line = {"depot": "depot-north", "item": "rice", "due_on": "2006-11-20", "reference": "twice"}
    both = {"deliveries": [{**line, "quantity": 5}, {**line, "quantity": 6}]}
    twice = await inventory.try_post("/planned-deliveries", both)
    assert (twice.status_code, "twice" in twice.text) == (HTTPStatus.UNPROCESSABLE_ENTITY, True)
    refused = await planned(world, reference="past", due_on="2006-11-03")
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize("number", [1893456000, "1893456000", 1.5])
async def test_a_number_is_no_date(world: World, number: object) -> None:
    lines = [{"item": "rice", "quantity": 1, "expires_on": number}]
    body = {"depot": "depot-north", "reference": "seconds", "lines": lines}
    answer = await world.inventory.try_post("/receipts", body)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert (await planned(world, due_on=number)).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


@pytest.mark.parametrize(
    ("path", "params", "known"),
    [
        ("/movements", {"kind": "receipt"}, "'received'"),
        ("/stock", {"kind": "cloth"}, "'clothing'"),
        ("/reservations", {"state": "closed"}, "'done'"),
        ("/reservations", {"backordered": "perhaps"}, "true or false"),
        ("/planned-deliveries", {"received": "perhaps"}, "true or false"),
    ],
)
async def test_a_filter_that_no_line_can_meet_is_refused_with_the_known_values(
    world: World, path: str, params: dict[str, str], known: str
) -> None:
    answer = await world.inventory.client.get(path, params=params)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert known in answer.text


async def test_what_is_missing_is_asked_of_food_alone_and_of_days_in_order(world: World) -> None:
    days = {"from": "2006-11-01", "to": "2006-11-02"}
    answer = await world.inventory.client.get("/unmet", params={"item": "rise", **days})
    assert (answer.status_code, "rise" in answer.text) == (HTTPStatus.NOT_FOUND, True)
    back = {"item": "rice", "from": "2006-11-02", "to": "2006-11-01"}
    assert (
        await world.inventory.client.get("/unmet", params=back)
    ).status_code == HTTPStatus.UNPROCESSABLE_ENTITY


async def test_an_undo_tells_of_a_count_that_came_after(world: World) -> None:
    received = await world.inventory.receive("depot-north", [{"item": "soap", "quantity": 3}])
    counts = {"depot": "depot-north", "counts": [{"item": "soap", "counted": 3}], "reason": "autumn"}
    await world.inventory.post("/stocktakes", counts)
    undone = await world.inventory.post(f"/papers/{received['receipt_id']}/undo", WHY)
    assert undone["words"] == "depot-north was counted on 2006-11-01, after this: count soap again."


async def test_lots_are_shown_corrected_blocked_and_named_where_they_go(world: World) -> None:
    inventory = world.inventory
    lines = [
        {"item": "first-aid-kit", "quantity": 2, "expires_on": "2006-11-05"},
        {"item": "first-aid-kit", "quantity": 2, "expires_on": "2007-05-01"},
    ]
    await inventory.receive("depot-north", lines)
    (soon,) = (await inventory.get("/lots", expiring_within=7))["items"]
    assert (soon["on_hand"], soon["days_left"]) == (2, 5)
    shelf = {"depot": "depot-north", "item": "first-aid-kit", "reason": "one was torn"}
    await inventory.post("/adjustments", {**shelf, "quantity": -1, "lot_id": soon["id"]})
    household = await world.intake.register(needs=["kit"])
    await world.settled()
    handed_out = await inventory.hand_out(household)
    assert [(each["lot_id"], each["quantity"]) for each in handed_out["lots"]] == [(soon["id"], 1)]
    ledger = (await inventory.get("/movements", kind="delivered"))["items"]
    assert [(each["lot_id"], each["expires_on"]) for each in ledger] == [(soon["id"], "2006-11-05")]
    (given,) = await inventory.get(f"/lots/{soon['id']}/given")
    assert given["household_id"] == household["household_id"]
    await inventory.post(f"/deliveries/{handed_out['delivery_id']}/undo", WHY)
    assert await inventory.set_aside(household) == {"first-aid-kit": 1}
    blocked = await inventory.post(f"/lots/{soon['id']}/block", {"reason": "recalled by its maker"})
    assert blocked["shelves"][0]["difference"] == -1
    assert await inventory.set_aside(household) == {"first-aid-kit": 1}
    await inventory.post(f"/lots/{soon['id']}/unblock", {"reason": "another batch was meant"})
    found = {"item": "first-aid-kit", "counted": 5}
    counted = {"depot": "depot-north", "counts": [found], "reason": "autumn"}
    await inventory.post("/stocktakes", counted)
    dates = [each["expires_on"] for each in (await inventory.get("/lots"))["items"]]
    assert dates == ["2006-11-05", "2007-05-01", "2006-11-05"]


async def test_one_more_is_asked_for_and_an_item_is_retired(world: World) -> None:
    inventory = world.inventory
    await inventory.stock(first_aid_kit=1)
    household = await world.intake.register(needs=["kit"])
    await world.settled()
    await inventory.hand_out(household)
    path = f"/households/{household['household_id']}/ask-again"
    again = await inventory.post(path, {"kind": "kit", "reason": "lost"})
    assert again["short"] == 1
    twice = await inventory.try_post(path, {"kind": "kit", "reason": "lost"})
    assert twice.status_code == HTTPStatus.CONFLICT
    kit = {"code": "big-kit", "name": "Big kit", "kind": "kit", "unit": "kit"}
    lines = [{"kit": "first-aid-kit", "part": "soap"}]
    await inventory.post("/catalogue", {"items": [kit], "taken_out": lines})
    await inventory.receive("depot-north", [{"item": "big-kit", "quantity": 1}])
    await inventory.post("/items/first-aid-kit/retire", {"replaced_by": "big-kit"})
    assert await inventory.set_aside(household) == {"big-kit": 1}


async def test_a_shortage_here_beside_a_surplus_there_is_told_with_a_transfer(world: World) -> None:
    inventory = world.inventory
    async with world.listen(ShortfallForecast) as heard:
        await inventory.stock(rice=500)
        await inventory.stock(region="south", rice=100_000)
        await world.intake.register(needs=["food"])
        (*_, fact) = await heard.until(lambda facts: facts and facts[-1].short_days)
    made = await inventory.get("/forecast", item="rice")
    (proposed,) = made["transfers"]
    assert (proposed["from_depot"], proposed["to_depot"]) == ("depot-south", "depot-north")
    assert proposed["words"].startswith("Move ")
    assert {each["depot"] for each in made["depots"]} == {"depot-north", "depot-south"}
    assert made["short_days_after_transfers"] == []
    assert fact.short_days_after_transfers == ()
    move = {"from_depot": "depot-south", "to_depot": "depot-north", "item": "rice", "reason": "evening out"}
    await inventory.post("/transfers", {**move, "quantity": proposed["quantity"]})
    assert (await inventory.get("/forecast", item="rice"))["short_days"] == []
