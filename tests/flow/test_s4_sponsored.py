"""S4: a child of school age is registered, waits for a sponsor, is sponsored, and is offered again."""

from datetime import date
from typing import Any

from shared.contracts.sponsorship import ChildChanged
from tests.support.people import person
from tests.support.world import World


def child(born: str = "1998-05-01", **more: Any) -> dict[str, Any]:
    return person(birth_date=born, **{"size": "122", **more})


async def test_a_child_of_school_age_waits_and_leaves_and_comes_back_with_its_old_waiting_time(
    world: World,
) -> None:
    async with world.listen(ChildChanged) as heard:
        household = await world.intake.register([child(), person(1)], needs=[])
        listed = await world.sponsorship.child_of(household)
        assert listed["child_id"] == household["members"][0]["member_id"]
        path = f"/households/{household['household_id']}"
        await world.turn("2006-11-05")
        await world.intake.post(f"{path}/close", {"outcome": "returned"})
        left = await world.sponsorship.child_of(household, "left")
        assert (left["left_reason"], left["since"]) == ("household_closed", "2006-11-05")
        await world.turn("2006-11-09")
        await world.intake.post(f"{path}/reopen")
        again = await world.sponsorship.child_of(household)
        facts = await heard.until(lambda found: len(found) == 3)
    assert again["waiting_since"] == listed["waiting_since"] == "2006-11-01"
    assert again["alias"] == listed["alias"]
    assert [(each.version, each.status, each.since) for each in facts] == [
        (1, "listed", date(2006, 11, 1)),
        (2, "left", date(2006, 11, 5)),
        (3, "listed", date(2006, 11, 9)),
    ]


async def test_b5_a_child_who_turns_six_waits_from_that_day_and_one_who_turns_eighteen_has_grown_up(
    world: World,
) -> None:
    household = await world.intake.register([child("2000-11-10"), child("1988-11-12")], needs=[])
    older = await world.sponsorship.child_of(household)
    assert older["waiting_since"] == "2006-11-01"
    await world.turn("2006-11-10")
    await world.settled()
    younger = next(
        each for each in await world.sponsorship.children() if each["child_id"] != older["child_id"]
    )
    assert (younger["status"], younger["waiting_since"]) == ("listed", "2006-11-10")
    await world.turn("2006-11-12")
    grown = await world.sponsorship.child_of(household, "left")
    assert (grown["child_id"], grown["left_reason"]) == (older["child_id"], "grew_up")


async def test_who_is_more_urgent_comes_first_then_who_waits_longer_and_a_list_goes_on_in_that_order(
    world: World,
) -> None:
    first = await world.intake.register([child()], needs=[])
    await world.turn("2006-11-03")
    second = await world.intake.register([child()], needs=[])
    alone = await world.intake.register([child(relation="unaccompanied")], needs=[])
    await world.settled()
    ids = [each["members"][0]["member_id"] for each in (alone, first, second)]
    children = await world.sponsorship.children(status="listed")
    assert [each["child_id"] for each in children] == ids
    assert [each["reasons"] for each in children] == [["without_parents"], [], []]
    page = await world.sponsorship.get("/children", limit=1)
    rest = await world.sponsorship.get("/children", limit=2, after=page["next"])
    assert [each["child_id"] for each in [*page["items"], *rest["items"]]] == ids
