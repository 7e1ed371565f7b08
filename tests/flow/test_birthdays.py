"""The day alone makes people older: intake tells of another age band once, and nothing is reserved anew."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text, update

from services.intake import identities
from services.intake.domain.people import age_on, band_of
from services.intake.tables import MEMBER
from shared.contracts.intake import AgeBand, HouseholdChanged, HouseholdReopened
from tests.support.people import person
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

BAND_CHECK = "everybody who is helped has the age band of today"


def child(born: str, **more: Any) -> dict[str, Any]:
    values: dict[str, Any] = person(birth_date=born, **{"size": "122", **more})
    return values


async def seen(world: World, household: Any) -> Any:
    return await world.intake.get(f"/households/{household['household_id']}")


async def told_by_the_day(world: World, household: Any) -> list[tuple[str, str, str]]:
    """What the timeline says of growing up, the newest first."""
    lines = await world.intake.timeline(household)
    return [(each["on"], each["summary"], each["actor"]) for each in lines if "age group" in each["summary"]]


async def breaches(world: World) -> int:
    (found,) = [each for each in await world.intake.get("/checks") if each["name"] == BAND_CHECK]
    return int(found["breaches"])


async def test_a_child_turns_six_by_the_day_alone_and_nothing_is_reserved_anew(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_122=1, first_aid_kit=1, bed=1)
    household = await world.intake.register([child("2000-11-10", languages=["ko"], relation="unaccompanied")])
    await world.settled()
    before = await world.inventory.reservations(household)
    assert (await seen(world, household))["members"][0]["age_band"] == "child"
    async with world.listen(HouseholdChanged) as heard:
        await world.turn("2006-11-09")
        assert await told_by_the_day(world, household) == []
        await world.turn("2006-11-10")
        (fact,) = await heard.until(bool)
        await world.turn("2006-11-20")
        await world.settled()
    assert len(heard.facts) == 1
    assert (str(fact.household_id), fact.version, fact.on) == (
        household["household_id"],
        2,
        date(2006, 11, 10),
    )
    (member,) = fact.members
    assert (member.age_band, member.languages, member.circumstances) == (
        AgeBand.SCHOOL,
        ("ko",),
        ("without_parents",),
    )
    assert await told_by_the_day(world, household) == [
        ("2006-11-10", "A member is now in another age group.", "service:intake")
    ]
    after = await seen(world, household)
    assert (after["version"], after["members"][0]["age_band"]) == (2, "school")
    assert (await world.intake.get("/counts"))["people_by_age_band"]["school"] == 1
    assert await world.inventory.reservations(household) == before
    assert await breaches(world) == 0


async def test_a_household_is_told_of_once_per_day_and_only_while_it_is_helped(world: World) -> None:
    twins = [child("2000-11-10"), child("2004-11-10"), person(3)]
    two = await world.intake.register(twins, needs=[])
    closed = await world.intake.register(twins, needs=[])
    left = await world.intake.register(twins, needs=[])
    gone = left["members"][0]["member_id"]
    await world.intake.post(f"/households/{left['household_id']}/members/{gone}/leave", {})
    await world.intake.post(f"/households/{closed['household_id']}/close", {"outcome": "returned"})
    async with world.listen(HouseholdChanged) as heard:
        # All the days at once: those in between were missed and are made up.
        await world.turn("2006-12-24")
        facts = await heard.until(lambda facts: len(facts) == 2)
        await world.settled()
    assert len(heard.facts) == 2
    told = {str(fact.household_id): [each.age_band for each in fact.members] for fact in facts}
    assert told == {
        two["household_id"]: [AgeBand.SCHOOL, AgeBand.CHILD, AgeBand.ADULT],
        left["household_id"]: [AgeBand.CHILD, AgeBand.ADULT],
    }
    assert await told_by_the_day(world, two) == [
        ("2006-11-10", "2 members are now in another age group.", "service:intake")
    ]
    assert await told_by_the_day(world, closed) == []
    assert await breaches(world) == 0


async def test_a_reopened_household_is_told_of_as_old_as_it_is_then(world: World) -> None:
    household = await world.intake.register([child("2000-11-10")], needs=[])
    path = f"/households/{household['household_id']}"
    await world.intake.post(f"{path}/close", {"outcome": "returned"})
    await world.turn("2006-11-15")
    assert (await seen(world, household))["members"][0]["age_band"] == "child"
    async with world.listen(HouseholdReopened) as heard:
        answer = await world.intake.post(f"{path}/reopen")
        (fact,) = await heard.until(bool)
    assert answer["members"][0]["age_band"] == fact.members[0].age_band == "school"
    assert (await seen(world, household))["members"][0]["age_band"] == "school"
    assert await breaches(world) == 0


async def test_the_database_finds_the_band_that_an_age_has_on_every_day_around_a_birthday(
    world: World,
) -> None:
    born = [date(2004, 2, day) for day in (27, 28, 29)] + [
        date(2004, 3, 1),
        date(1950, 2, 28),
        date(2006, 3, 1),
    ]
    people = [child(str(each)) for each in born]
    household = await world.intake.register(people, needs=[])
    ids = [UUID(each["member_id"]) for each in household["members"]]
    around = [date(year, 2, 26) + timedelta(days=n) for year in (2006, 2008, 2010, 2022) for n in range(5)]
    async with world.intake.service.units.read() as session:
        for day in around:
            expected = {key: band_of(age_on(birth, day)) for key, birth in zip(ids, born, strict=True)}
            assert await identities.bands(session, ids, day) == expected, day


@pytest.mark.parametrize("sql", ["another band", "another birth date"])
async def test_the_doctor_finds_whoever_has_another_age_band(world: World, sql: str) -> None:
    household = await world.intake.register([child("2000-11-10"), person(2)], needs=[])
    assert await breaches(world) == 0
    async with world.intake.service.engine.begin() as connection:
        if sql == "another band":
            await connection.execute(update(MEMBER).values(age_band="elderly"))
        else:
            await connection.execute(text("UPDATE identity SET birth_date = '1940-01-01'"))
    assert await breaches(world) == 2
    # The next day puts it right.
    await world.turn("2006-11-02")
    assert await breaches(world) == 0
    assert (await seen(world, household))["version"] == 2
