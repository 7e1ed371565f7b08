"""S13: the month turns: rations are renewed once, what was missing lapses, and the forecast is held against it."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from shared.contracts.inventory import RationLapsed, ShortfallForecast, SuppliesReserved
from tests.support.people import person
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

DELIVERIES = [date(2006, 11, 1), date(2006, 12, 1), *(date(2007, month, 1) for month in range(1, 6))]
LAST_DAY = date(2007, 5, 31)
DELIVERED_GRAMS = 2_000_000


async def rations_of(world: World, household: Any) -> list[dict[str, Any]]:
    rows = [row for row in await world.inventory.reservations(household) if row["kind"] == "food"]
    return sorted(rows, key=lambda row: str(row["first_day"]))


async def test_rations_of_active_households_are_renewed_for_the_whole_month(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    active = await world.intake.register(members=2, needs=["food"])
    closed = await world.intake.register(members=2, needs=["food"])
    no_food = await world.intake.register(members=2, needs=["kit"])
    await world.settled()
    await world.intake.post(f"/households/{closed['household_id']}/close", {"outcome": "returned"})
    await world.settled()
    async with world.listen(SuppliesReserved) as heard:
        await world.turn("2006-12-01")
        (fact,) = await heard.until(bool)
    assert str(fact.household_id) == active["household_id"]
    assert [(line.item, line.quantity) for line in fact.lines] == [("rice", 31_000)]
    old, new = await rations_of(world, active)
    assert (new["first_day"], new["last_day"], new["reserved"]) == ("2006-12-01", "2006-12-31", 31_000)
    assert old["reason"] == "Not fetched by 2006-11-30; 30,000 back on the shelf"
    assert len(await rations_of(world, closed)) == 1
    assert await rations_of(world, no_food) == []
    await world.settled()
    told = [each["summary"] for each in await world.intake.timeline(active)]
    assert any(
        words.startswith("No longer set aside: rice 30,000 g at depot-north (not fetched") for words in told
    )


async def test_two_replicas_that_turn_the_day_at_the_same_time_renew_once(world: World) -> None:
    await world.inventory.stock(rice=1_000_000)
    households = [await world.intake.register(needs=["food"]) for _ in range(5)]
    await world.settled()
    async with world.another("inventory") as second:
        turns = [
            each.post("/clock", {"to": "2006-12-03"}) for each in (world.inventory, second) for _ in range(3)
        ]
        answers = await asyncio.gather(*turns)
    assert sum(answer["days"] for answer in answers) == 32
    assert {answer["today"] for answer in answers} == {"2006-12-03"}
    for household in households:
        assert [row["first_day"] for row in await rations_of(world, household)] == [
            "2006-11-01",
            "2006-12-01",
        ]
    await world.intake.post("/clock", {"to": "2006-12-03"})


async def test_a_restarted_service_goes_on_from_its_day_and_renews_nothing_twice(bare_world: World) -> None:
    world = bare_world
    await world.start("intake")
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=1_000_000)
        household = await world.intake.register(needs=["food"])
        await world.settled()
        await world.inventory.post("/clock", {"to": "2006-12-01"})
    async with world.another("inventory"):
        assert (await world.inventory.get("/status"))["today"] == "2006-12-01"
        assert (await world.inventory.post("/clock", {"to": "2006-12-01"}))["days"] == 0
        assert len(await rations_of(world, household)) == 2
        # Days that were missed are made up, one after another.
        assert (await world.inventory.post("/clock", {"to": "2007-02-01"}))["days"] == 62
        months = [row["first_day"] for row in await rations_of(world, household)]
        assert months == ["2006-11-01", "2006-12-01", "2007-01-01", "2007-02-01"]
        await world.settled()
        await world.sound()


async def test_a_day_cannot_be_turned_back(world: World) -> None:
    await world.turn("2006-11-05")
    answer = await world.inventory.post("/clock", {"to": "2006-11-01"})
    assert answer == {"days": 0, "today": "2006-11-05"}


async def test_what_was_short_on_a_day_now_past_is_unmet_and_no_longer_waited_for(world: World) -> None:
    await world.inventory.stock(rice=2 * 500)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    await world.turn("2006-11-03")
    async with world.listen(RationLapsed) as heard:
        await world.turn("2006-11-04")
        (fact,) = await heard.until(bool)
    assert (fact.on, fact.lines[0].quantity) == (date(2006, 11, 3), 500)
    await world.turn("2006-11-06")
    await world.inventory.stock(rice=1_000_000)
    (row,) = await rations_of(world, household)
    assert (row["lapsed"], row["reserved"], row["short"]) == (3 * 500, 27 * 500, 0)
    unmet = await world.inventory.get("/unmet", item="rice", **{"from": "2006-11-01", "to": "2006-11-30"})
    assert unmet["days"] == [{"date": f"2006-11-0{day}", "grams": 500} for day in (3, 4, 5)]
    await world.settled()
    told = [each for each in await world.intake.timeline(household) if each["contract"] == RationLapsed.wire]
    assert [each["on"] for each in told] == ["2006-11-05", "2006-11-04", "2006-11-03"]


async def test_what_is_not_fetched_by_its_date_goes_to_those_who_wait(world: World) -> None:
    await world.inventory.stock(first_aid_kit=1, rice=100_000)
    late = await world.intake.register(needs=["kit", "food"])
    await world.settled()
    waiting = await world.intake.register(needs=["kit"])
    await world.settled()
    kit = next(row for row in await world.inventory.reservations(late) if row["item"] == "first-aid-kit")
    assert kit["fetch_by"] == "2006-12-01"
    await world.turn("2006-12-01")
    assert (await world.inventory.set_aside(late))["first-aid-kit"] == 1
    await world.turn("2006-12-02")
    assert "first-aid-kit" not in await world.inventory.set_aside(late)
    assert await world.inventory.set_aside(waiting) == {"first-aid-kit": 1}
    kit = next(row for row in await world.inventory.reservations(late) if row["item"] == "first-aid-kit")
    assert kit["reason"] == "Not fetched by 2006-12-01; 1 back on the shelf"


async def test_a_bed_that_is_lived_in_does_not_expire(world: World) -> None:
    await world.inventory.stock(bed=1)
    household = await world.intake.register(needs=["shelter"])
    await world.settled()
    await world.turn("2007-01-15")
    assert await world.inventory.set_aside(household) == {"bed": 1}


async def test_a_household_registered_before_it_arrives_eats_from_its_arrival_on(world: World) -> None:
    await world.inventory.stock(rice=100_000)
    household = await world.intake.register(needs=["food"])
    await world.settled()
    await world.turn("2006-11-21")
    later = await world.intake.register(needs=["food"], arrived_on="2006-11-20")
    await world.settled()
    (row,) = await rations_of(world, later)
    assert (row["first_day"], row["wanted"]) == ("2006-11-21", 5_000)
    (row,) = await rations_of(world, household)
    assert row["wanted"] == 15_000


async def test_a_shortfall_is_told_once_and_again_only_when_it_changes(world: World) -> None:
    async with world.listen(ShortfallForecast) as heard:
        await world.inventory.stock(rice=500 * 30 + 200)
        await world.intake.register(needs=["food"])
        (first,) = await heard.until(bool)
        assert (first.item, first.runs_out_on) == ("rice", date(2006, 12, 1))
        assert (first.short_days[0].on, first.short_days[0].grams) == (date(2006, 12, 1), 300)
        assert first.until == date(2006, 11, 1) + timedelta(days=60)
        # What changes no day of it is no news.
        await world.inventory.stock(winter_M=1)
        await world.inventory.post("/catalogue", {})
        # Enough for all the days ahead: it is over.
        await world.inventory.stock(rice=500 * 100)
        facts = await heard.until(lambda facts: len(facts) == 2)
        assert facts[1].short_days == ()
        assert facts[1].forecast_id == first.forecast_id
    assert len(facts) == 2


async def test_a_forecast_kept_under_its_key_stays_as_it_was_made(world: World) -> None:
    await world.inventory.stock(rice=500 * 10)
    await world.intake.register(needs=["food"])
    await world.settled()
    wanted = {"item": "rice", "until": "2006-11-30"}
    first = await world.inventory.post("/forecasts", wanted, key="first day")
    assert first["first_short_day"] == "2006-11-11"
    await world.inventory.stock(rice=500 * 10)
    await world.turn("2006-11-02")
    assert await world.inventory.post("/forecasts", wanted, key="first day") == first


async def plan_of(world: World) -> None:
    deliveries = [
        {
            "depot": "depot-north",
            "item": "rice",
            "quantity": DELIVERED_GRAMS,
            "due_on": str(day),
            "reference": f"rice {day}",
        }
        for day in DELIVERIES
    ]
    await world.inventory.post("/planned-deliveries", {"deliveries": deliveries})


async def receive_due(world: World, day: date) -> None:
    due = await world.inventory.get("/planned-deliveries", received=False, due_until=str(day))
    for each in due["items"]:
        lines = [{"item": each["item"], "quantity": each["quantity"]}]
        await world.inventory.receive(each["depot"], lines, planned_delivery_id=each["id"])


async def fetch_all(world: World, households: list[Any]) -> None:
    for household in households:
        receiver = household["members"][0]["member_id"]
        path = f"/households/{household['household_id']}/deliveries"
        answer = await world.inventory.try_post(path, {"received_by": receiver})
        assert answer.status_code in (201, 409), answer.text


@pytest.mark.slow
async def test_the_winter_of_the_plan_comes_to_pass_as_it_was_forecast(world: World) -> None:
    """133 people and 2,000 kg on the first of each month: the figures are those of the design page."""
    await plan_of(world)
    households = [await world.intake.register(members=7, needs=["food"]) for _ in range(19)]
    await world.settled()
    await receive_due(world, DELIVERIES[0])
    forecast = await world.inventory.get("/forecast", item="rice", until=str(LAST_DAY))
    expected = [
        {"date": "2006-12-31", "grams": 56_500},
        {"date": "2007-01-31", "grams": 61_500},
    ]
    assert forecast["eaters"] == 133
    assert (forecast["short_days"], forecast["left_grams"]) == (expected, 20_000)
    assert forecast["missing_carried_forward"] == 98_000

    for month, day in enumerate(DELIVERIES):
        if month:
            await world.turn(day)
            await receive_due(world, day)
        await fetch_all(world, households)
    await world.turn(LAST_DAY)
    unmet = await world.inventory.get("/unmet", item="rice", **{"from": "2006-11-01", "to": str(LAST_DAY)})
    assert (unmet["days"], unmet["left_grams"]) == (expected, 20_000)


async def test_in_a_short_month_everyone_eats_thirty_days_and_twenty_the_last(world: World) -> None:
    """2,005 kg for 133 people in December: what November leaves over is 5 kg."""
    await world.intake.post("/clock", {"to": "2006-12-01"})
    await world.inventory.post("/clock", {"to": "2006-12-01"})
    await world.inventory.stock(rice=2_005_000)
    households = [await world.intake.register(members=7, needs=["food"]) for _ in range(19)]
    await world.settled()
    given = [(await world.inventory.set_aside(each))["rice"] for each in households]
    assert sum(given) == 2_005_000
    assert given == [7 * 500 * 31] * 2 + [7 * 500 * 30 + 6 * 500] + [7 * 500 * 30] * 16


async def test_days_turn_while_households_are_being_registered(world: World) -> None:
    """Whoever is registered around the turn has a ration for each day, and no day twice."""
    await world.inventory.stock(rice=10_000_000)

    async def turning() -> None:
        for day in (date(2006, 11, 28) + timedelta(days=n) for n in range(6)):
            await world.turn(day)

    registering = [world.intake.register(members=1, needs=["food"]) for _ in range(40)]
    households = (await asyncio.gather(turning(), *registering))[1:]
    await world.settled()
    for household in households:
        days = [
            date.fromisoformat(row["first_day"]) + timedelta(days=n)
            for row in await rations_of(world, household)
            for n in range(row["wanted"] // 500)
        ]
        assert days[-1] == date(2006, 12, 31)
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


async def test_a_registration_that_was_under_way_at_the_turn_of_the_month_is_not_forgotten(
    bare_world: World,
) -> None:
    """Inventory turned into December before it heard of a household registered in November."""
    world = bare_world
    await world.start("intake")
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=100_000)
    household = await world.intake.register([person(1)], needs=["food"])
    app = world.build("inventory")
    service = app.state.service
    await service.days.turn_to(date(2006, 12, 5))
    await service.engine.dispose()
    await world.start("inventory")
    await world.settled()
    (row,) = await rations_of(world, household)
    assert (row["first_day"], row["last_day"], row["reserved"]) == ("2006-12-05", "2006-12-31", 27 * 500)
