"""A guardian agrees for a child while both live together; then it ends, is told, and is listed to be asked for anew."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.cli.operate.own.intake.consents import looked
from shared.contracts.intake import ConsentChanged
from tests.support.demo import services_of
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

EXPLAINED = {"explained_by": "caseworker-3", "language": "ko", "edition": "2"}
LIVES = "each guardian of the household who agreed for a child lives with it"
MOTHER, CHILD, AUNT = range(3)
Household = dict[str, Any]


async def family(world: World) -> Household:
    """A mother, a child of eight and an aunt."""
    people = [
        person(1, age=30, relation="head"),
        person(2, age=8, size="134", relation="child"),
        person(3, age=40, relation="other"),
    ]
    found: Household = await world.intake.register(people, needs=[])
    return found


def member(household: Household, who: int = CHILD) -> str:
    return str(household["members"][who]["member_id"])


def at(household: Household, who: int, tail: str) -> str:
    return f"/households/{household['household_id']}/members/{member(household, who)}/{tail}"


async def agree(world: World, household: Household, purpose: str = "sponsorship", **more: Any) -> Household:
    """The mother agrees for the child, if nobody else is named."""
    scopes = ["alias"] if purpose == "sponsorship" else []
    body = {"purpose": purpose, "scopes": scopes, "until": "2007-10-31", **EXPLAINED}
    guardian = {} if "guardian" in more else {"guardian_id": member(household, MOTHER)}
    given: Household = await world.intake.post(at(household, CHILD, "consents"), {**body, **guardian, **more})
    return given


async def stands(world: World, household: Household) -> list[tuple[str, bool, str | None]]:
    """What is agreed to in a household, and why it is to be asked for anew."""
    found = await world.intake.get(f"/households/{household['household_id']}/consents")
    return [(each["purpose"], each["agreed"], each["renew"]) for each in found]


async def another(world: World) -> Household:
    found: Household = await world.intake.register([person(9, relation="head")], needs=[])
    return found


async def mother_leaves(world: World, household: Household) -> Household:
    await world.intake.post(at(household, MOTHER, "leave"))
    return household


async def mother_moves(world: World, household: Household) -> Household:
    there = await another(world)
    body = {"to": there["household_id"], "relation": "other"}
    await world.intake.post(at(household, MOTHER, "move"), body)
    return household


async def child_leaves(world: World, household: Household) -> Household:
    await world.intake.post(at(household, CHILD, "leave"))
    return household


async def child_moves(world: World, household: Household) -> Household:
    there = await another(world)
    await world.intake.post(at(household, CHILD, "move"), {"to": there["household_id"], "relation": "child"})
    return there


async def child_moves_and_back(world: World, household: Household) -> Household:
    there = await child_moves(world, household)
    path = f"/households/{there['household_id']}/members/{member(household)}/move"
    await world.intake.post(path, {"to": household["household_id"], "relation": "child"})
    return household


async def both_move(world: World, household: Household) -> Household:
    """One after another; for the time between, they did not live together."""
    there = await another(world)
    for who in (MOTHER, CHILD):
        await world.intake.post(
            at(household, who, "move"), {"to": there["household_id"], "relation": "other"}
        )
    return there


async def mother_is_a_minor(world: World, household: Household) -> Household:
    await world.intake.post(at(household, MOTHER, "correct"), {"age": 17})
    return household


async def mother_is_a_minor_of_a_closed_household(world: World, household: Household) -> Household:
    path = f"/households/{household['household_id']}"
    await world.intake.post(f"{path}/close", {"outcome": "settled"})
    await mother_is_a_minor(world, household)
    assert await stands(world, household) == [("sponsorship", True, None), ("photo", True, None)]
    await world.intake.post(f"{path}/reopen")
    return household


Parting = Callable[[World, Household], Awaitable[Household]]
PARTINGS: list[tuple[Parting, str | None]] = [
    (mother_leaves, "guardian_left"),
    (mother_moves, "guardian_left"),
    (child_leaves, None),  # Of who has left nothing is asked anew.
    (child_moves, "guardian_left"),
    (child_moves_and_back, "guardian_left"),
    (both_move, "guardian_left"),
    (mother_is_a_minor, "guardian_left"),
    (mother_is_a_minor_of_a_closed_household, "guardian_left"),
]


@pytest.mark.parametrize(("part", "renew"), PARTINGS, ids=lambda each: getattr(each, "__name__", ""))
async def test_a_consent_ends_when_guardian_and_child_part_and_others_stay(
    world: World, part: Parting, renew: str | None
) -> None:
    household = await family(world)
    sponsorship = await agree(world, household)
    await agree(world, household, "photo")
    by_code = await agree(world, await family(world), guardian="guardian-7")
    async with world.listen(ConsentChanged) as heard:
        lives_in = await part(world, household)
        assert await stands(world, lives_in) == [("sponsorship", False, renew), ("photo", False, renew)]
        shown = await world.intake.get(f"/households/{lives_in['household_id']}/consents")
        assert {(each["stands"], each["ended"]) for each in shown} == {("ended", "guardian_left")}
        ended = await heard.until(lambda facts: len({each.purpose for each in facts if not each.agreed}) == 2)
    assert by_code["consent_id"] not in {str(each.consent_id) for each in ended}
    path = f"/households/{lives_in['household_id']}/consents/{sponsorship['consent_id']}/steps"
    *_, last = await world.intake.post(path, {"reason": "a trial"})
    assert (last["agreed"], last["ended"]) == (False, "guardian_left")
    await world.sound()


async def test_who_leaves_and_is_no_guardian_ends_nothing_and_a_new_guardian_agrees_anew(
    world: World,
) -> None:
    household = await family(world)
    await agree(world, household)
    child = await world.sponsorship.child_of(household)

    async def shown() -> list[str]:
        return [each["child_id"] for each in await world.sponsorship.get("/children/shown")]

    await until(shown, bool)
    other = await family(world)
    await agree(world, other)
    await world.intake.post(at(other, AUNT, "leave"))
    assert await stands(world, other) == [("sponsorship", True, None)]
    await mother_leaves(world, household)
    await world.settled()
    assert child["child_id"] not in await shown()
    assert await stands(world, household) == [("sponsorship", False, "guardian_left")]
    told = [each["summary"] for each in await world.intake.timeline(household)]
    assert sum("ask anew (sponsorship)" in each for each in told) == 1
    await agree(world, household, guardian_id=member(household, AUNT))
    assert await stands(world, household) == [("sponsorship", True, None)]
    await world.settled()
    assert child["child_id"] in await shown()
    # What was withdrawn by hand is not asked for.
    given = await agree(world, household, guardian_id=member(household, AUNT), scopes=["story"])
    await world.intake.post(at(household, CHILD, f"consents/{given['consent_id']}/withdraw"))
    assert await stands(world, household) == [("sponsorship", False, None)]
    (one,) = await world.intake.get(f"/households/{household['household_id']}/consents")
    assert (one["stands"], one["ended"]) == ("withdrawn", None)


async def test_the_list_has_what_ends_soon_has_ended_or_is_of_somebody_grown_up(world: World) -> None:
    households = [await family(world) for _ in range(4)]
    for household, last in zip(households[:3], ("2006-11-10", "2006-11-30", "2007-10-31"), strict=True):
        await agree(world, household, until=last)
    young = [person(1, age=40, relation="head"), person(birth_date="1988-11-15", size="M", relation="child")]
    grown = await world.intake.register(young, needs=[])
    await agree(world, grown, assent=True, guardian="guardian-7")
    await agree(world, households[3], guardian="guardian-7")
    closed = await family(world)
    await agree(world, closed, until="2006-11-10")
    await world.intake.post(f"/households/{closed['household_id']}/close", {"outcome": "settled"})
    await mother_leaves(world, households[2])
    await world.turn("2006-11-15")
    codes = [each["code"] for each in (*households, grown)]

    async def listed(**which: Any) -> list[tuple[int, str]]:
        page = await world.intake.get("/consents/to-renew", **which)
        return [(codes.index(each["code"]), each["why"]) for each in page["items"]]

    over, ending, left, of_age = (0, "over"), (1, "ending"), (2, "guardian_left"), (4, "grown_up")
    assert await listed() == [over, ending, left, of_age]
    assert await listed(days=14) == [over, left, of_age]
    assert await listed(days=15) == [over, ending, left, of_age]
    assert await listed(why="grown_up") == [of_age]
    first = await world.intake.get("/consents/to-renew", limit=1)
    assert await listed(after=first["next"]) == [ending, left, of_age]
    async with services_of(world) as services:
        found, counts = await looked(services, 14, 2)
    assert [each["why"] for each in found] == ["over", "guardian_left"]
    assert counts == {"guardian_left": 1, "minor": 0, "grown_up": 1, "over": 1, "ending": 0}


async def test_the_doctor_sees_a_guardian_who_is_gone_and_the_next_day_ends_what_was_missed(
    world: World,
) -> None:
    household = await family(world)
    await agree(world, household)
    gone = f"UPDATE member SET left_on = '2006-11-01' WHERE id = '{member(household, MOTHER)}'"  # noqa: S608
    world.servers.sql(gone, world.databases["intake"])
    counts = {each["name"]: each["breaches"] for each in await world.intake.get("/checks")}
    assert counts[LIVES] == 1
    await world.turn("2006-11-02")
    counts = {each["name"]: each["breaches"] for each in await world.intake.get("/checks")}
    assert counts[LIVES] == 0
    assert await stands(world, household) == [("sponsorship", False, "guardian_left")]


async def test_what_a_member_agreed_to_who_turns_out_to_be_a_minor_ends(world: World) -> None:
    household = await family(world)
    photo = {"purpose": "photo", "scopes": [], "until": "2007-10-31", **EXPLAINED}
    given = await world.intake.post(at(household, AUNT, "consents"), photo)
    async with world.listen(ConsentChanged) as heard:
        await world.intake.post(at(household, AUNT, "correct"), {"age": 16})
        (fact,) = await heard.until(bool)
    assert (str(fact.consent_id), fact.agreed, fact.version) == (given["consent_id"], False, 2)
    assert await stands(world, household) == [("photo", False, "minor")]
    told = [each["summary"] for each in await world.intake.timeline(household)]
    assert "A member who agreed as a grown-up is a minor: ask a guardian (photo)." in told
    refused = await world.intake.try_post(at(household, AUNT, "consents"), photo)
    assert (refused.status_code, "A guardian agrees for a minor" in refused.text) == (422, True)
    # The doctor would see one whose age was changed past the service.
    await world.intake.post(at(household, MOTHER, "consents"), photo)
    for band, found in (("school", True), ("adult", False)):
        changed = f"UPDATE member SET age_band = '{band}' WHERE id = '{member(household, MOTHER)}'"  # noqa: S608, ours
        world.servers.sql(changed, world.databases["intake"])
        broken = [each["name"] for each in await world.intake.get("/checks") if each["breaches"]]
        assert ("no minor agrees without a guardian" in broken) is found
