"""Totals are kept, not summed: they must equal the sums of all history, and the doctor must see when they do not."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import func, select

from services.inventory.tables import Row
from shared.database.tables import messaging, timer
from tests.support.waiting import until
from tests.support.world import World

BY_ITEM = "the totals by item equal the sums of all reservations"
PLAN_FIGURES = "plan figures are those of the ledger"
BY_MONTH = "the totals by month equal the sums of the ledger"
KIT = {"code": "first-aid-kit", "name": "First-aid kit", "kind": "kit", "unit": "kit"}
PLAN = [
    ("clothing_sets", 0),
    ("first_aid_kits_assembled", 2),
    ("first_aid_kits_delivered", 1),
    ("food_grams_year", 4_000),
    ("people_fed", 2),
    ("rice_grams_month", 60_000),
    ("shelters_in_use", 1),
]


async def sql(world: World, statement: str) -> None:
    await asyncio.to_thread(world.servers.sql, statement, world.databases["inventory"])


async def busy_store(world: World) -> None:
    """Something of everything that changes a reservation or the stock."""
    family = await world.intake.register(2, needs=["food", "kit", "shelter"])
    alone = await world.intake.register(needs=["food", "kit", "clothing"])
    await world.settled()
    await world.inventory.stock(rice=60_000, bandage=7, soap=9, bed=2)
    made = {"depot": "depot-north", "kit": "first-aid-kit", "quantity": 2}
    await world.inventory.post("/kits/assemble", made)
    rows = {row["item"]: row for row in await world.inventory.reservations(family)}
    lines = [
        {"reservation_id": rows["rice"]["id"], "quantity": 4_000},
        {"reservation_id": rows["first-aid-kit"]["id"]},
    ]
    await world.inventory.hand_out(family, lines=lines)
    (kit,) = [row for row in await world.inventory.reservations(alone) if row["kind"] == "kit"]
    await world.inventory.post(f"/reservations/{kit['id']}/cancel", {"reason": "has one already"})
    less = {"depot": "depot-north", "item": "rice", "quantity": -20_000, "reason": "mice"}
    await world.inventory.post("/adjustments", less)
    await world.turn("2006-11-05")
    await world.intake.post(f"/households/{alone['household_id']}/close", {"outcome": "moved_on"})
    await world.settled()


async def test_totals_equal_all_history_whatever_happened(world: World) -> None:
    await busy_store(world)
    await world.sound()
    targets = [
        {"area": 2, "measure": measure, "words": measure, "target": 1, "unit": "x"} for measure, _ in PLAN
    ]
    await world.inventory.post("/plan", {"targets": targets})
    plan = await world.inventory.get("/plan")
    assert sorted((each["measure"], each["actual"]) for each in plan) == PLAN
    rice = (await world.inventory.items())["rice"]
    held = (await world.inventory.get("/reservations", item="rice"))["items"]
    for name, field in (
        ("wanted", "wanted"),
        ("reserved", "reserved"),
        ("unmet", "lapsed"),
        ("delivered",) * 2,
    ):
        assert rice[name] == sum(row[field] for row in held), name
    assert rice["backordered"] == sum(row["short"] for row in held)


async def test_needs_that_waited_for_their_item_take_their_totals_with_them(world: World) -> None:
    """What was asked for before the catalogue had it stands under a word; then under the item's code."""
    await sql(world, "DELETE FROM kit_part; DELETE FROM item WHERE code = 'first-aid-kit'")
    await world.intake.register(needs=["kit"])
    await world.settled()
    assert "first-aid-kit" not in await world.inventory.items()
    await world.inventory.post("/catalogue", {"items": [KIT]})
    assert (await world.inventory.items())["first-aid-kit"]["backordered"] == 1
    await world.sound()


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE total SET wanted = wanted + 1 WHERE item = 'rice'", {BY_ITEM}),
        ("DELETE FROM total WHERE item = 'first-aid-kit'", {BY_ITEM, PLAN_FIGURES}),
        ("INSERT INTO total (item, kind, lapsed) VALUES ('nothing', 'kit', 1)", {BY_ITEM}),
        (
            "UPDATE month_total SET on_hand = on_hand - 1 WHERE kind = 'received' AND item = 'rice'",
            {BY_MONTH},
        ),
        ("DELETE FROM month_total WHERE kind = 'delivered'", {BY_MONTH}),
    ],
)
async def test_the_doctor_sees_a_total_that_history_does_not_bear_out(
    bare_world: World, statement: str, names: set[str]
) -> None:
    world = bare_world
    await world.start("intake", "inventory")
    await world.prepare()
    await world.inventory.stock(rice=60_000, first_aid_kit=1)
    household = await world.intake.register(needs=["food", "kit"])
    await world.settled()
    await world.inventory.hand_out(household)
    await world.sound()
    await sql(world, statement)
    counts = {each["name"]: each["breaches"] for each in await world.inventory.get("/checks")}
    assert {each: breaches for each, breaches in counts.items() if breaches}.keys() == names


async def rows_of_all_tables(world: World) -> dict[str, int]:
    async with world.inventory.service.units.read() as session:
        tables = [*Row.metadata.sorted_tables, *messaging.sorted_tables]
        return {
            each.name: (await session.execute(select(func.count()).select_from(each))).scalar_one()
            for each in tables
        }


async def timers_left(world: World) -> int:
    """The forecast that the receipt asked for comes by itself; until then it would count as a row that changed."""
    async with world.inventory.service.units.read() as session:
        return int(await session.scalar(select(func.count()).select_from(timer)) or 0)


async def test_a_refused_receipt_leaves_no_row(world: World) -> None:
    """Whatever a command had written before it refused is rolled back, its key included."""
    good = {"item": "rice", "quantity": 5_000}
    await world.inventory.receive("depot-north", [good])
    coming = {"item": "rice", "quantity": 5_000, "due_on": "2006-12-01", "reference": "ship"}
    await world.inventory.post("/planned-deliveries", {"deliveries": [{"depot": "depot-south", **coming}]})
    (elsewhere,) = (await world.inventory.get("/planned-deliveries"))["items"]
    await until(lambda: timers_left(world), lambda left: not left)
    before = await rows_of_all_tables(world)
    receipt = {"depot": "depot-north", "reference": "a new one", "lines": [good]}
    refused: list[tuple[dict[str, Any], int]] = [
        ({"lines": [good, {"item": "nothing", "quantity": 1}]}, 422),
        ({"lines": [good, {"item": "soap", "quantity": 1, "expires_on": "2006-10-31"}]}, 422),
        ({"depot": "nowhere"}, 422),
        ({"planned_delivery_id": "018f0000-0000-7000-8000-000000000000"}, 404),
        ({"planned_delivery_id": elsewhere["id"]}, 422),
        ({"reference": "waybill 1"}, 409),
    ]
    for changes, status in refused:
        answer = await world.inventory.try_post("/receipts", {**receipt, **changes}, key="receipt")
        assert (answer.status_code, await rows_of_all_tables(world)) == (status, before), changes
    assert (await world.inventory.try_post("/receipts", receipt, key="receipt")).status_code == 201
    assert await rows_of_all_tables(world) != before
