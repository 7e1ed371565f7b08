"""S4: a child of school age is registered, waits for a sponsor, is sponsored, and is offered again."""

from datetime import date
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.sponsorship.queries.figures import reached
from shared.contracts.sponsorship import ChildChanged
from tests.support.giving import consent, gift, paid, received
from tests.support.people import person
from tests.support.waiting import until
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "sponsorship")


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


async def test_b5_a_child_who_turns_six_waits_from_that_day_and_gets_the_sponsor_of_one_who_turns_eighteen(
    world: World,
) -> None:
    household = await world.intake.register([child("2000-11-10"), child("1988-11-12")], needs=[])
    older = await world.sponsorship.child_of(household)
    assert older["waiting_since"] == "2006-11-01"
    start = gift(None, "active")
    covered = paid(start.gift_id, date(2006, 11, 1), date(2006, 12, 1))
    await world.sponsorship.hears(start, covered, consent(older))
    assert (await world.sponsorship.child(older["child_id"]))["status"] == "sponsored"
    await world.turn("2006-11-10")
    await world.settled()
    younger = next(
        each for each in await world.sponsorship.children() if each["child_id"] != older["child_id"]
    )
    assert (younger["status"], younger["waiting_since"]) == ("listed", "2006-11-10")
    await world.sponsorship.hears(consent(younger))
    await world.turn("2006-11-12")
    grown = await world.sponsorship.child_of(household, "left")
    assert (grown["child_id"], grown["left_reason"]) == (older["child_id"], "grew_up")
    # The sponsor has another child, without anybody asking.
    follows = await world.sponsorship.child_of(household, "sponsored")
    assert (follows["child_id"], follows["since"]) == (younger["child_id"], grown["since"])
    assert (await world.sponsorship.gift(start.gift_id))["placed"] == 1


async def test_what_a_guardian_agreed_to_is_shown_up_to_the_day_before_the_child_is_eighteen(
    world: World,
) -> None:
    """Its end is years away, and nobody withdraws it."""
    sponsorship, one = world.sponsorship, await world.sponsorship.one_child(birth_date="1988-11-12")
    start = gift(None, "active")
    await sponsorship.hears(start, paid(start.gift_id, date(2006, 11, 1), date(2006, 12, 1)))

    async def shown() -> str | None:
        (found,) = await sponsorship.get(f"/sponsors/{start.donor_id}/children")
        alias: str | None = found["alias"]
        return alias

    await world.turn("2006-11-11")
    await world.settled()
    assert await shown() == one["alias"]
    await world.turn("2006-11-12")
    await until(lambda: sponsorship.child(one["child_id"]), lambda child: child["left_reason"] == "grew_up")
    assert await shown() is None
    # Whatever order it comes in: the guardian's consent may be told again later.
    await sponsorship.hears(consent(one, version=2))
    assert await shown() is None


async def test_a_child_of_a_closed_household_is_shown_again_only_if_it_comes_back_as_a_child(
    world: World,
) -> None:
    sponsorship, one = world.sponsorship, await world.sponsorship.one_child(birth_date="1988-11-12")
    start, where = gift(None, "active"), f"/households/{one['household_id']}"
    await sponsorship.hears(start, paid(start.gift_id, date(2006, 11, 1), date(2006, 12, 1)))

    async def shown() -> tuple[str | None, int]:
        # Its sponsor takes it up again when it comes back, in a row of its own.
        *_, found = await sponsorship.get(f"/sponsors/{start.donor_id}/children")
        checks = {each["name"]: each for each in await sponsorship.get("/checks")}
        check = checks["nobody who has grown up is shown to sponsors"]
        assert check["breaches"] == 0
        return found["alias"], check["counted"]

    for path, body, stands in (
        ("close", {"outcome": "settled"}, (None, 0)),
        ("reopen", {}, (one["alias"], 1)),
        ("close", {"outcome": "settled"}, (None, 0)),
    ):
        await world.intake.post(f"{where}/{path}", body)
        await world.settled()
        assert await shown() == stands
    # It grows up meanwhile, of which intake tells when the household is helped again.
    await world.turn("2006-11-12")
    await world.settled()
    assert await shown() == (None, 0)
    await world.intake.post(f"{where}/reopen")
    await world.settled()
    assert await shown() == (None, 0)


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


async def test_a_hold_that_ends_gives_the_child_back_to_whom_it_was_kept_for_before(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    before, after = gift(), gift()
    await sponsorship.hears(before)
    await sponsorship.hold(before.gift_id, one, until_on="2006-11-20")
    await sponsorship.hears(gift(before.gift_id, "lapsed", 2), after)
    await sponsorship.hold(after.gift_id, one, until_on="2006-11-10")
    await sponsorship.hears(gift(before.gift_id, "starting", 3))
    await by_hand.turn("2006-11-10")
    await by_hand.settled()
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"
    holds = (await sponsorship.get("/holds"))["items"]
    states = {each["gift_id"]: each["state"] for each in holds}
    assert states == {str(before.gift_id): "held", str(after.gift_id): "let_go"}


async def test_b1_a_hold_ends_on_the_day_that_staff_chose_also_if_nobody_was_there(by_hand: World) -> None:
    world, sponsorship = by_hand, by_hand.sponsorship
    one, start = await by_hand.sponsorship.one_child(), gift()
    await sponsorship.hears(start)
    hold = await sponsorship.hold(start.gift_id, one, until_on="2006-11-10")
    await world.turn("2006-11-09")
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"
    async with world.listen(ChildChanged) as heard:
        await world.turn("2006-11-12")
        facts = await heard.until(bool)
        await world.settled()
    assert [(each.status, each.since, each.on) for each in facts] == [
        ("listed", date(2006, 11, 10), date(2006, 11, 10))
    ]
    over = await sponsorship.the_hold(hold)
    assert (over["state"], over["closed_on"], over["reason"]) == ("let_go", "2006-11-10", "ended")
    # It is heard late that the gift had begun in time: nobody else has the child.
    await sponsorship.hears(
        gift(start.gift_id, "active", 2), paid(start.gift_id, date(2006, 11, 9), date(2006, 12, 9))
    )
    found = await sponsorship.child(one["child_id"])
    assert (found["status"], found["since"]) == ("sponsored", "2006-11-09")


async def test_b2_the_loser_is_told_why_when_another_gift_has_the_child(by_hand: World) -> None:
    world, sponsorship = by_hand, by_hand.sponsorship
    one, first, second = await by_hand.sponsorship.one_child(), gift(), gift()
    await sponsorship.hears(first, second)
    lost = await sponsorship.hold(first.gift_id, one, until_on="2006-11-10")
    refused = await sponsorship.try_post(
        "/holds", {"gift_id": str(second.gift_id), "child_id": one["child_id"]}
    )
    assert (refused.status_code, refused.json()["detail"]) == (409, "Another gift keeps this child.")
    await world.turn("2006-11-10")
    await sponsorship.hold(second.gift_id, one)
    await sponsorship.hears(paid(first.gift_id, date(2006, 11, 10), date(2006, 12, 10)))
    assert (await sponsorship.the_hold(lost))["reason"] == "ended"
    await sponsorship.hears(paid(first.gift_id, date(2006, 11, 9), date(2006, 12, 9), 3))
    over = await sponsorship.the_hold(lost)
    assert (over["state"], over["reason"]) == ("let_go", "child_taken")
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"


async def test_b3_a_part_payment_begins_nothing_and_the_rest_begins_it_on_the_first_day_of_the_month(
    by_hand: World,
) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift()
    key = start.gift_id
    await sponsorship.hears(start)
    await sponsorship.hold(key, one)
    await by_hand.turn("2006-11-12")
    part = received(key, payment_id=uuid7())
    await sponsorship.hears(gift(key, "active", 2, covered_until=date(2006, 11, 5)), part)
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"
    await sponsorship.hears(paid(key, date(2006, 11, 5), date(2006, 12, 5)))
    found = await sponsorship.child(one["child_id"])
    assert (found["status"], found["since"]) == ("sponsored", "2006-11-05")


async def test_b4_refunded_months_are_uncovered_and_two_of_them_put_the_child_at_risk(by_hand: World) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift()
    key, first, second = start.gift_id, uuid7(), uuid7()
    await sponsorship.hears(gift(key, "active"))
    await sponsorship.hears(
        paid(key, date(2006, 9, 5), date(2006, 10, 5), payment_id=first),
        paid(key, date(2006, 10, 5), date(2006, 11, 5), payment_id=second),
    )
    await sponsorship.hold(key, one)
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    gone = {"counts": 0, "reason": "refunded"}
    await sponsorship.hears(paid(key, None, None, 3, payment_id=second, **gone))
    assert (await sponsorship.gift(key))["uncovered"] == 1
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    await sponsorship.hears(paid(key, None, None, 3, payment_id=first, **gone))
    assert (await sponsorship.gift(key))["uncovered"] == 2
    assert (await sponsorship.child(one["child_id"]))["status"] == "at_risk"


async def test_b6_a_household_that_is_closed_frees_the_sponsor_and_gets_them_back_when_it_is_reopened(
    by_hand: World,
) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift(None, "active")
    await sponsorship.hears(start, paid(start.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
    await sponsorship.hold(start.gift_id, one)
    path = f"/households/{one['household_id']}"
    await by_hand.intake.post(f"{path}/close", {"outcome": "settled"})
    await by_hand.settled()
    assert (await sponsorship.child(one["child_id"]))["status"] == "left"
    assert (await sponsorship.gift(start.gift_id))["placed"] == 0
    await by_hand.turn("2006-11-09")
    await by_hand.intake.post(f"{path}/reopen")
    await by_hand.settled()
    found = await sponsorship.child(one["child_id"])
    assert (found["status"], found["waiting_since"]) == ("sponsored", "2006-11-01")


async def test_only_children_whose_guardian_agrees_are_placed_and_help_goes_on_without(world: World) -> None:
    sponsorship = world.sponsorship
    household = await world.intake.register([child()], needs=[])
    one = await sponsorship.child_of(household)
    first = gift()
    ended = consent(one, until=date(2006, 10, 31))
    await sponsorship.hears(first, ended, consent(one, purpose="photo", consent_id=uuid7()))
    assert (await sponsorship.child(one["child_id"]))["status"] == "listed"
    assert await figures(world) == {"children_waiting": 1, "children_not_shown": 1}
    refused = await sponsorship.try_post(
        "/holds", {"gift_id": str(first.gift_id), "child_id": one["child_id"]}
    )
    assert "no consent holds" in refused.json()["detail"]
    await sponsorship.hears(consent(one, 2, until=date(2006, 11, 1)))
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"
    await sponsorship.hears(
        gift(first.gift_id, "active", 2), paid(first.gift_id, date(2006, 11, 1), date(2006, 12, 1))
    )
    await sponsorship.hears(consent(one, 3, agreed=False))
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    assert await figures(world) == {"children_sponsored": 1, "children_sponsored_ever": 1}


async def figures(world: World) -> dict[str, int]:
    """The plan's measures that are not 0."""
    async with world.sponsorship.service.units.read() as session:
        return {measure: actual for measure, actual in (await reached(session)).items() if actual}
