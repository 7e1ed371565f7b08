"""Messages mark a short food shelf; it is dealt a moment later, or by whoever needs to know what comes out."""

import asyncio
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from services.inventory.ledger import stock_ledger
from shared.messaging.timers import Timers
from shared.messaging.turning import Days
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

DAY = 500
HOUSEHOLDS = 6


@pytest.fixture
async def patient(bare_world: World) -> World:
    """A world in which no shelf is dealt by itself while a test lasts, and rice for four days of everybody."""
    world = bare_world
    await world.start("intake")
    await world.start("inventory", deal_after_seconds=30)
    await world.inventory.load_catalogue()
    await world.inventory.stock(rice=HOUSEHOLDS * 4 * DAY)
    return world


async def sql(world: World, statement: str) -> list[Any]:
    async with world.inventory.service.engine.begin() as connection:
        found = await connection.execute(text(statement))
        return list(found) if found.returns_rows else []


async def registered(world: World) -> list[Any]:
    """Households that all wait for rice, and inventory knows it."""
    households = [await world.intake.register(needs=["food"]) for _ in range(HOUSEHOLDS)]

    async def look() -> list[Any]:
        return await sql(world, "SELECT id FROM reservation WHERE NOT dealt")

    await until(look, lambda rows: len(rows) == HOUSEHOLDS)
    return households


async def facts_by_household(world: World) -> list[int]:
    """How many facts were said of each household that something was said of."""
    said = "SELECT count(*) AS facts FROM journal JOIN household ON subject = id GROUP BY subject"
    return [row.facts for row in await sql(world, said)]


async def hands_out(world: World, households: list[Any]) -> None:
    await world.inventory.hand_out(households[0])


async def receives(world: World, _: list[Any]) -> None:
    await world.inventory.stock(rice=1)


async def adjusts(world: World, _: list[Any]) -> None:
    body = {"depot": "depot-north", "item": "rice", "quantity": -1, "reason": "spilt"}
    await world.inventory.post("/adjustments", body)


async def turns(world: World, _: list[Any]) -> None:
    await world.inventory.post("/clock", {"to": "2006-11-02"})


@pytest.mark.parametrize("needing", [hands_out, receives, adjusts, turns])
async def test_a_short_shelf_is_dealt_once_when_somebody_needs_to_know(
    patient: World, needing: Callable[[World, list[Any]], Any]
) -> None:
    households = await registered(patient)
    assert (await patient.inventory.get("/status"))["put_off"]["marked_shelves"] == 1
    assert await facts_by_household(patient) == []
    assert [await patient.inventory.set_aside(each) for each in households] == [{}] * HOUSEHOLDS
    await needing(patient, households)
    given = [(await patient.inventory.reservations(each))[0] for each in households]
    assert {each["reserved"] + each["delivered"] for each in given[1:-1]} == {4 * DAY}
    assert (await patient.inventory.get("/status"))["put_off"]["marked_shelves"] == 0
    # With the registration that makes three for those who have fetched nothing: set aside, and missing.
    assert sorted(await facts_by_household(patient))[:-1] == [2] * (HOUSEHOLDS - 1)
    await patient.sound()


async def test_the_doctor_sees_a_shelf_that_nobody_deals_and_a_ration_that_nobody_will_deal(
    patient: World,
) -> None:
    await registered(patient)

    async def breaches() -> set[str]:
        return {each["name"] for each in await patient.inventory.get("/checks") if each["breaches"]}

    assert await breaches() == set()
    await sql(patient, "UPDATE marked_shelf SET due_at = due_at - interval '2 minutes'")
    assert await breaches() == {"marked shelves are dealt within a minute of their time"}
    await sql(patient, "DELETE FROM marked_shelf")
    assert await breaches() == {
        "rations that are not dealt yet are on a marked shelf",
        "no food lies free where somebody waits for it",
        "the forecast of today is what is missing today",
    }


async def test_marks_set_while_shelves_are_dealt_are_not_lost(world: World) -> None:
    await world.inventory.stock(rice=200 * DAY)
    async with world.another("inventory"):
        households = await asyncio.gather(*(world.intake.register(needs=["food"]) for _ in range(40)))
        await world.settled()
    given = [(await world.inventory.set_aside(each))["rice"] for each in households]
    assert given == [5 * DAY] * 40


async def test_what_happens_while_rations_are_renewed_comes_out_as_if_the_month_had_turned_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_ledger, "PART", 1)
    await world.inventory.stock(rice=100_000)
    grow, leave, fetch, *rest = [await world.intake.register(needs=["food"]) for _ in range(12)]
    await world.turn("2006-11-30")
    await world.settled()
    path = "/households/{household_id}"

    async def meanwhile() -> None:
        async def begun() -> Any:
            return (await world.inventory.get("/status"))["put_off"]["renewals"]

        await until(begun, bool)
        await asyncio.gather(
            world.intake.post(path.format(**grow) + "/members", person(2)),
            world.intake.post(path.format(**leave) + "/close", {"outcome": "returned"}),
            world.inventory.hand_out(fetch),
        )

    await asyncio.gather(world.inventory.post("/clock", {"to": "2006-12-01"}), meanwhile())
    await world.intake.post("/clock", {"to": "2006-12-01"})
    await world.settled()
    rows = {
        each: await world.inventory.reservations(household)
        for each, household in enumerate([grow, leave, fetch, *rest])
    }
    december = [sum(row["wanted"] for row in of if row["first_day"] == "2006-12-01") for of in rows.values()]
    assert december == [2 * 31 * DAY] + [31 * DAY] * 11
    assert await world.inventory.set_aside(leave) == {}
    assert sum(row["delivered"] for row in rows[2]) > 0


async def test_a_command_makes_the_rations_that_are_left_in_units_of_their_own(
    bare_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = bare_world
    monkeypatch.setattr(stock_ledger, "PART", 1)
    await world.start("intake")
    async with world.another("inventory"):
        await world.inventory.load_catalogue()
        await world.inventory.stock(rice=1_000_000)
        households = [await world.intake.register(needs=["food"]) for _ in range(5)]
        await world.settled()
    service = world.build("inventory").state.service
    no_timers = Timers(service.units, {}, (), service.metrics)
    await Days(service.units, no_timers, service.parts.on_day).turn_to(date(2006, 12, 1))
    async with service.units.open() as unit:
        await unit.session.execute(text("DELETE FROM timer WHERE name = 'renew'"))
    await service.engine.dispose()
    await world.start("inventory")
    assert (await world.inventory.get("/status"))["put_off"]["renewals"] == 1
    await world.inventory.hand_out(households[0])
    assert (await world.inventory.get("/status"))["put_off"]["renewals"] == 0
    rows = await sql(world, "SELECT DISTINCT xmin::text FROM reservation WHERE first_day = '2006-12-01'")
    # What was handed out was written once more by the hand-out.
    assert len(rows) == len(households)
