"""Consents of members: given by whoever can, withdrawn at any time, told whole, and no help depends on any."""

from typing import Any

from shared.contracts.intake import ConsentChanged
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

MOTHER, CHILD, ELDER = range(3)
EXPLAINED = {"explained_by": "caseworker-3", "language": "ko", "edition": "2"}
ALONE = {"alias", "drawing"}


async def family(world: World) -> Any:
    """A mother, a child of eight and one of twelve."""
    people = [
        person(1, age=30, relation="head"),
        person(2, age=8, size="134", relation="child"),
        person(3, age=12, size="158", relation="child"),
    ]
    return await world.intake.register(people)


def path(household: Any, member: int, tail: str = "") -> str:
    member_id = household["members"][member]["member_id"]
    return f"/households/{household['household_id']}/members/{member_id}/consents{tail}"


def for_sponsors(household: Any, **more: Any) -> dict[str, Any]:
    """What the mother agrees to for a child."""
    body = {"purpose": "sponsorship", "scopes": ["alias", "drawing"], "until": "2007-03-31", **EXPLAINED}
    return {**body, "guardian_id": household["members"][MOTHER]["member_id"], **more}


async def test_a_consent_is_given_told_withdrawn_in_parts_and_given_again(world: World) -> None:
    household = await family(world)
    async with world.listen(ConsentChanged) as heard:
        given = await world.intake.post(path(household, CHILD), for_sponsors(household))
        where = path(household, CHILD, f"/{given['consent_id']}/withdraw")
        # Explained once more with the same outcome: kept, and nobody is told.
        await world.intake.post(path(household, CHILD), for_sponsors(household, edition="3"))
        await world.intake.post(where, {"scopes": ["drawing", "photo"]})
        await world.intake.post(where, {"scopes": ["photo"]})
        for _ in range(2):
            await world.intake.post(where)
        again = await world.intake.post(path(household, CHILD), for_sponsors(household, scopes=["story"]))
        facts = await heard.until(lambda facts: len(facts) == 4)
    assert again["consent_id"] == given["consent_id"]
    assert [(each.version, each.agreed, set(each.scopes), str(each.until)) for each in facts] == [
        (1, True, ALONE, "2007-03-31"),
        (2, True, {"alias"}, "2007-03-31"),
        (3, False, set(), "None"),
        (4, True, {"story"}, "2007-03-31"),
    ]
    assert {str(each.household_id) for each in facts} == {household["household_id"]}
    came_about = f"/households/{household['household_id']}/consents/{given['consent_id']}/steps"
    assert (await world.intake.try_post(came_about, {})).status_code == 422
    steps = await world.intake.post(came_about, {"reason": "the guardian asks"})
    assert [(each["edition"], each["agreed"]) for each in steps] == [
        ("2", True),
        ("3", True),
        (None, True),
        (None, True),
        (None, False),
        (None, False),
        ("2", True),
    ]
    told = [each["summary"] for each in await world.intake.timeline(household) if "agrees" in each["summary"]]
    assert told == [
        "A member agrees to sponsorship: story, until 2007-03-31.",
        "A member no longer agrees to sponsorship.",
        "A member agrees to less of sponsorship: alias, until 2007-03-31.",
        "A member agrees to sponsorship: alias, drawing, until 2007-03-31.",
    ]


async def test_the_list_shows_that_an_end_has_passed_and_nobody_is_told(world: World) -> None:
    household = await family(world)
    await world.intake.post(path(household, CHILD), for_sponsors(household, until="2006-11-30"))
    where = f"/households/{household['household_id']}/consents"
    async with world.listen(ConsentChanged) as heard:
        for day, stands in (("2006-11-30", "agreed"), ("2006-12-01", "over")):
            await world.turn(day)
            (consent,) = await world.intake.get(where)
            assert (consent["stands"], consent["agreed"]) == (stands, True)
        assert heard.facts == []


WHO_AND_WHAT: list[tuple[int, dict[str, Any], int]] = [
    (CHILD, {}, 201),
    (CHILD, {"guardian_id": None}, 422),
    (CHILD, {"guardian_id": None, "guardian": "guardian-7"}, 201),
    (CHILD, {"guardian": "guardian-7"}, 422),
    (CHILD, {"guardian_id": "another"}, 422),
    (CHILD, {"assent": False}, 409),
    (ELDER, {}, 409),
    (ELDER, {"assent": True}, 201),
    (ELDER, {"purpose": "public_speaking", "scopes": ["speaking"], "assent": True}, 409),
    (MOTHER, {}, 422),
    (MOTHER, {"guardian_id": None}, 201),
    (MOTHER, {"guardian_id": None, "purpose": "help", "scopes": [], "until": None}, 201),
    (MOTHER, {"guardian_id": None, "purpose": "help"}, 422),
    (CHILD, {"scopes": []}, 422),
    (CHILD, {"scopes": ["face"]}, 422),
    (CHILD, {"until": None}, 422),
    (CHILD, {"until": "2006-10-31"}, 422),
    (CHILD, {"until": "2036-10-31"}, 422),
    (CHILD, {"language": "qq"}, 422),
    (CHILD, {"explained_by": "Kim Yong"}, 422),
]


async def test_it_is_given_by_whoever_can_for_what_there_is_and_with_an_end(world: World) -> None:
    household = await family(world)
    answers = []
    for member, changed, _ in WHO_AND_WHAT:
        body = for_sponsors(household, **changed)
        if changed.get("guardian_id") == "another":
            body["guardian_id"] = household["members"][ELDER]["member_id"]
        answers.append((await world.intake.try_post(path(household, member), body)).status_code)
    assert answers == [status for _, _, status in WHO_AND_WHAT]


async def test_in_a_closed_household_and_of_somebody_who_left_it_is_not_given_but_withdrawn(
    world: World,
) -> None:
    household, other = await family(world), await family(world)
    consents = {}
    for home, member in ((household, CHILD), (other, CHILD), (household, ELDER)):
        given = await world.intake.post(path(home, member), for_sponsors(home, assent=True))
        consents[home["household_id"], member] = given["consent_id"]
    await world.intake.post(f"/households/{household['household_id']}/close", {"outcome": "settled"})
    gone = other["members"][CHILD]["member_id"]
    await world.intake.post(f"/households/{other['household_id']}/members/{gone}/leave")
    for home in (household, other):
        refused = await world.intake.try_post(path(home, CHILD), for_sponsors(home, scopes=["story"]))
        assert refused.status_code == 409
        mine = consents[home["household_id"], CHILD]
        taken = await world.intake.post(path(home, CHILD, f"/{mine}/withdraw"))
        assert taken["agreed"] is False
    # Closing withdraws nothing, and after reopening it stands as it did.
    where = f"/households/{household['household_id']}"
    stood = {each["consent_id"]: each["stands"] for each in await world.intake.get(f"{where}/consents")}
    await world.intake.post(f"{where}/reopen")
    stands = {each["consent_id"]: each["stands"] for each in await world.intake.get(f"{where}/consents")}
    assert stands == stood
    assert stands[consents[household["household_id"], ELDER]] == "agreed"
    # By another household or member there is none.
    mine = consents[household["household_id"], ELDER]
    for wrong in (path(other, ELDER, f"/{mine}/withdraw"), path(household, CHILD, f"/{mine}/withdraw")):
        assert (await world.intake.try_post(wrong)).status_code == 404


async def test_a_member_who_moves_takes_the_consent_along_and_it_is_told(world: World) -> None:
    household, other = await family(world), await world.intake.register([person(9, relation="head")])
    elsewhere = for_sponsors(household, guardian_id=None, guardian="guardian-7")
    given = await world.intake.post(path(household, CHILD), elsewhere)
    member = household["members"][CHILD]["member_id"]
    async with world.listen(ConsentChanged) as heard:
        move = {"to": other["household_id"], "relation": "child"}
        await world.intake.post(f"/households/{household['household_id']}/members/{member}/move", move)
        (fact,) = await heard.until(bool)
    assert (str(fact.household_id), fact.version, fact.agreed) == (other["household_id"], 2, True)
    (there,) = await world.intake.get(f"/households/{other['household_id']}/consents")
    assert there["consent_id"] == given["consent_id"]
    assert await world.intake.get(f"/households/{household['household_id']}/consents") == []


async def test_no_help_depends_on_a_consent(world: World) -> None:
    """Given or withdrawn: not one ration, bed, kit, grant, place in lessons or month of school is another one, and no
    household has another version.
    """
    household = await family(world)
    await world.inventory.stock(rice=90_000, bed=4)
    await world.intake.ask_for_money(household, 30_000, "protection")
    await world.donations.gift("20,000", "protection")
    await until(lambda: world.donations.grants(household), lambda found: found[0]["status"] == "set_aside")
    await world.sponsorship.course()
    await world.intake.settle(household, "lessons")
    mother = household["members"][MOTHER]["member_id"]
    await world.sponsorship.place_of(mother, "placed")
    child = await world.sponsorship.child(household["members"][CHILD]["member_id"])
    term = {"starts_on": "2006-11-01", "ends_on": "2007-01-31", "fee": 30_000, "currency": "JPY"}
    await world.sponsorship.post("/school/terms", {"child_id": child["child_id"], "level": "primary", **term})
    await world.settled()

    async def help_of_it() -> Any:
        rows = await world.inventory.reservations(household)
        rows += await world.sponsorship.places(member_id=mother)
        months = await world.sponsorship.get("/school/payments", child_id=child["child_id"])
        assert months["items"]
        rows += months["items"]
        shown = await world.intake.get(f"/households/{household['household_id']}")
        return rows, await world.donations.grants(household), shown

    before = await help_of_it()
    for who, purpose, scopes in (
        (CHILD, "help", []),
        (CHILD, "referral", []),
        (CHILD, "sponsorship", ["story"]),
        (CHILD, "photo", []),
        (MOTHER, "public_speaking", ["speaking"]),
    ):
        body = for_sponsors(household, purpose=purpose, scopes=scopes)
        if who == MOTHER:
            del body["guardian_id"]
        given = await world.intake.post(path(household, who), body)
        await world.settled()
        assert await help_of_it() == before
        await world.intake.post(path(household, who, f"/{given['consent_id']}/withdraw"))
        await world.settled()
        assert await help_of_it() == before
