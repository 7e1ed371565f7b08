"""S1: a household is registered, and its supplies are reserved by themselves."""

from shared.contracts.intake import HouseholdRegistered
from shared.contracts.inventory import SuppliesBackordered, SuppliesReserved
from shared.principals import LOCAL_OPERATOR
from tests.support.people import person
from tests.support.sheets import CSV, GOOD, sheet
from tests.support.world import World


async def test_rations_clothing_kit_and_beds_are_set_aside(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, first_aid_kit=2, bed=4)
    household = await world.intake.register(members=2)
    await world.settled()
    assert await world.inventory.set_aside(household) == {
        "rice": 2 * 500 * 30,
        "winter-M": 2,
        "first-aid-kit": 1,
        "bed": 2,
    }
    assert await world.inventory.missing(household) == {}
    assert await world.inventory.shelf("rice") == {"on_hand": 100_000, "reserved": 30_000, "free": 70_000}


async def test_what_is_not_there_is_backordered_with_the_reason(world: World) -> None:
    await world.inventory.stock(rice=10_000)
    async with world.listen(SuppliesBackordered) as heard:
        household = await world.intake.register(members=2)
        # What is missing of the rice is known when its shelf is dealt.
        facts = await heard.until(lambda facts: len(facts) == 2)
    lines = [line for fact in facts for line in fact.lines]
    assert {line.item: line.quantity for line in lines} == {
        "rice": 20_000,
        "winter-M": 2,
        "first-aid-kit": 1,
        "bed": 2,
    }
    reasons = {row["item"]: row["reason"] for row in await world.inventory.reservations(household)}
    assert reasons["rice"] == "10 of 30 days; 20,000 g short from 2006-11-11"
    assert "waits in line" in reasons["winter-M"]
    assert all(line.reason for line in lines)


async def test_the_timeline_of_the_household_tells_it_and_it_is_active(world: World) -> None:
    await world.inventory.stock(rice=100_000)
    household = await world.intake.register(members=1, needs=["food", "kit"])
    await world.settled()
    told = {entry["contract"]: entry["summary"] for entry in await world.intake.timeline(household)}
    assert "rice 15,000 g at depot-north" in told[SuppliesReserved.wire]
    assert "first-aid-kit 1 kit" in told[SuppliesBackordered.wire]
    assert told[HouseholdRegistered.wire] == "Registered: 1 person."
    seen = await world.intake.get(f"/households/{household['household_id']}")
    assert seen["status"] == "active"


async def test_the_timeline_says_who_did_it(world: World) -> None:
    await world.inventory.stock(rice=100_000)
    household = await world.intake.register(members=1, needs=["food"])
    file = {"file": ("r.csv", sheet(GOOD), CSV)}
    assert (await world.intake.client.post("/imports", files=file)).is_success
    (imported,) = (await world.intake.get("/households", after=household["household_id"]))["items"]
    await world.settled()
    told = {entry["contract"]: entry["actor"] for entry in await world.intake.timeline(household)}
    assert told == {
        HouseholdRegistered.wire: LOCAL_OPERATOR.id,
        SuppliesReserved.wire: "service:inventory",
        "intake.status": "service:intake",
    }
    actors = [entry["actor"] for entry in await world.intake.timeline(imported)]
    assert actors[-1] == LOCAL_OPERATOR.id


async def test_a_household_counts_for_each_of_its_priorities(world: World) -> None:
    for priorities in ([], ["medical"], ["medical", "pregnant"], ["trafficking_victim"]):
        await world.intake.register(members=2, needs=[], priorities=priorities)
    counts = await world.intake.get("/counts")
    assert counts["people"] == 8
    assert counts["households_by_priority"] == {
        "medical": 2,
        "pregnant": 1,
        "unaccompanied_child": 0,
        "trafficking_victim": 1,
    }


async def test_a_household_is_given_only_what_it_asked_for(world: World) -> None:
    await world.inventory.stock(rice=100_000, winter_M=5, first_aid_kit=2, bed=4)
    household = await world.intake.register(members=1, needs=["kit"])
    await world.settled()
    assert await world.inventory.set_aside(household) == {"first-aid-kit": 1}


async def test_clothing_is_by_season_and_one_size_up_stands_in(world: World) -> None:
    await world.inventory.stock(winter_L=1, winter_XL=9, summer_M=9)
    household = await world.intake.register(members=[person(1), person(2)], needs=["clothing"])
    await world.settled()
    assert await world.inventory.set_aside(household) == {"winter-L": 1}
    given = next(row for row in await world.inventory.reservations(household) if row["reserved"])
    assert given["reason"] == "One size up, none in the size asked for"
    assert await world.inventory.missing(household) == {"winter-M": 1}


async def test_a_household_has_its_beds_in_one_shelter_if_that_can_be(world: World) -> None:
    await world.inventory.stock(bed=2)
    await world.inventory.stock(region="south", bed=3)
    household = await world.intake.register(members=3, needs=["shelter"])
    await world.settled()
    places = {row["depot"] for row in await world.inventory.reservations(household) if row["reserved"]}
    assert places == {"house-south"}
    parted = await world.intake.register(members=2, needs=["shelter"], region="south")
    await world.settled()
    assert {row["depot"] for row in await world.inventory.reservations(parted)} == {"house-north"}


async def test_many_registered_at_once_never_have_more_than_there_is(world: World) -> None:
    await world.inventory.stock(rice=200_000, winter_M=30, first_aid_kit=9, bed=25)
    households = [await world.intake.register(members=2) for _ in range(20)]
    await world.settled()
    items = await world.inventory.items()
    assert items["rice"]["reserved"] == 200_000
    assert items["winter-M"]["reserved"] == 30
    assert items["first-aid-kit"]["reserved"] == 9
    assert items["bed"]["reserved"] == 25
    kits = [(await world.inventory.set_aside(each)).get("first-aid-kit", 0) for each in households]
    assert kits == [1] * 9 + [0] * 11
