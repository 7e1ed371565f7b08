"""S6, through all services: a household settles with a grant, places in a course, and a volunteer with its language."""

from typing import Any

from tests.support.people import person
from tests.support.world import World

KOREAN = {"language": "ko", "level": "cefr:c1"}


async def answered(world: World, household: Any) -> tuple[int, dict[str, bool]]:
    """How many wishes are answered, and which."""
    await world.at_rest()
    (request,) = await world.intake.get(f"/households/{household['household_id']}/settlements")
    return request["answered"], {each["wish"]: each["answered"] for each in request["answers"]}


async def test_a_grant_a_place_and_a_volunteer_answer_the_three_wishes_of_a_household(world: World) -> None:
    intake, events, sponsorship = world.intake, world.events, world.sponsorship
    people = [person(1, languages=["ko"]), person(2, languages=["ko", "zh"])]
    household = await intake.register(people, needs=[])
    request = await intake.settle(household, "grant", "helper", "lessons", minor=30_000)
    assert await answered(world, household) == (0, {"grant": False, "helper": False, "lessons": False})
    await events.need(request, "unmet")
    (appeal,) = (await events.get("/helper-appeals"))["items"]
    assert (appeal["need_id"], appeal["reason"]) == (request, "nobody")

    await world.donations.gift("40,000", "resettlement")
    assert (await answered(world, household))[1]["grant"]

    # Of two learners one has a place first: the wish is answered once both have.
    (course,) = await sponsorship.course(terms=1, places=1)
    assert (await answered(world, household))[0] == 1
    await sponsorship.post(f"/courses/{course}/places", {"places": 2, "version": 0})
    assert await answered(world, household) == (2, {"grant": True, "helper": False, "lessons": True})

    await events.helper({"language": "zh", "level": "cefr:a1"})
    await events.helper(KOREAN)
    await events.accept(await events.need(request, "offered"))
    assert (await answered(world, household))[0] == 3

    await world.donations.approve(request)
    await world.donations.pay(request, "30,000")
    (one,) = (await events.need(request, "accepted"))["assignments"]
    await events.post(f"/assignments/{one['assignment_id']}/done", {"minutes": 90})
    assert (await answered(world, household))[0] == 3
    (shown,) = await intake.get(f"/households/{household['household_id']}/settlements")
    assert {each["wish"]: each["words"] for each in shown["answers"]} == {
        "grant": ["Resettlement grant: paid; JPY 30,000 paid."],
        "helper": ["Helper: the help was given; 1 of 1 found."],
        "lessons": ["Lessons: a member has a place, course japanese a1, from 2006-12-01."] * 2,
    }
    told = await intake.told(household)
    start = "Settlement asked for on 2006-11-01:"
    assert [each for each in told if start in each] == [
        f"{start} {count} of its 3 wishes answered." for count in (1, 2, 3)
    ]
    for words in (
        "Resettlement grant: money is set aside; JPY 30,000 set aside.",
        "Helper: nobody fits: there are no volunteers; 0 of 1 found.",
        "Helper: as many as are wanted have agreed; 1 of 1 found.",
    ):
        assert words in told, told
