"""S4: sponsors are looked at before they write, one follows another without a gap, and some are declined."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from shared.contracts.donations import DonorLinked
from tests.support.giving import gift, paid
from tests.support.world import World


async def writing(world: World, donor: object, child: dict[str, Any]) -> str | None:
    """Why a sponsor and a child may not write to each other."""
    path = f"/sponsors/{donor}/children/{child['child_id']}/writing"
    found: str | None = (await world.sponsorship.get(path))["why_not"]
    return found


async def test_a_sponsor_writes_once_vetted_also_under_another_entry_and_never_while_restricted(
    by_hand: World,
) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    gives = await sponsorship.sponsors(one, correspondence=True)
    other = gift()
    await sponsorship.hears(other)
    who, path = gives.donor_id, f"/sponsors/{gives.donor_id}/vetting"
    assert await writing(by_hand, gives.donor_id, one) == "not_declared"
    await sponsorship.vet(who, {"declared_on": "2006-10-01"})
    assert await writing(by_hand, gives.donor_id, one) == "no_code"
    late = {"code_on": "2099-01-01", "version": 1}
    assert (await sponsorship.try_post(path, late)).status_code == 422
    await sponsorship.vet(who, {"code_on": "2006-10-02"})
    assert await writing(by_hand, gives.donor_id, one) is None
    said = {"declared_on": "2006-10-01", "code_on": "2006-10-02", "restricted": False, "declined": False}
    assert await sponsorship.vet(who, {}) == {**said, "version": 3}
    assert await writing(by_hand, other.donor_id, one) == "no_sponsor"
    assert other.donor_id
    await sponsorship.hears(
        DonorLinked(donor_id=gives.donor_id, version=1, kept_id=other.donor_id, on=gives.on)
    )
    restricted = {"declared_on": "2006-10-01", "code_on": "2006-10-02", "restricted": True}
    assert (await sponsorship.vet(other.donor_id, restricted))["version"] == 4, "it is that of both entries"
    assert await writing(by_hand, gives.donor_id, one) == "restricted"
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"


async def test_who_is_declined_gets_no_child_back_nor_does_another_entry_of_the_same_person(
    by_hand: World,
) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    gives = await sponsorship.sponsors(one)
    await sponsorship.hears(gift(gives.gift_id, "lapsed", 2, donor_id=gives.donor_id))
    other = gift(None, "active")
    await sponsorship.hears(other, paid(other.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
    await sponsorship.vet(gives.donor_id, {"declined": True})
    await sponsorship.hears(gift(gives.gift_id, "active", 3, donor_id=gives.donor_id))
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    await sponsorship.hold(other.gift_id, one, until_on="2006-11-10")
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    assert other.donor_id
    await sponsorship.hears(
        DonorLinked(donor_id=other.donor_id, version=1, kept_id=gives.donor_id, on=gives.on)
    )
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"


async def test_another_sponsor_follows_without_a_gap(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    before = await sponsorship.sponsors(one)
    after = gift(None, "active")
    await sponsorship.hears(after)
    path = f"/children/{one['child_id']}/hand-over"
    body = {"gift_id": str(after.gift_id), "farewell": "thanks"}
    body["sponsorship_id"] = await sponsorship.main_of(one)
    assert "has not begun" in (await sponsorship.try_post(path, body)).json()["detail"]
    await sponsorship.hears(paid(after.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
    await by_hand.turn("2006-11-20")
    await sponsorship.post(path, body)
    first, second = await sponsorship.get(f"/children/{one['child_id']}/sponsorships")
    assert (first["gift_id"], first["ends_on"], first["reason"], first["farewell"]) == (
        str(before.gift_id),
        "2006-11-20",
        "handed_over",
        "thanks",
    )
    assert (second["starts_on"], second["ends_on"]) == ("2006-11-21", None)
    assert [(await sponsorship.gift(each.gift_id))["placed"] for each in (before, after)] == [0, 1]


async def test_co_sponsors_bear_a_share_and_leave_something_for_the_main_sponsor(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    main = await sponsorship.sponsors(one)
    for share, expected in ((6_000, 201), (4_000, 409), (3_000, 201)):
        beside = gift(None, "active")
        await sponsorship.hears(beside, paid(beside.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
        body = {"gift_id": str(beside.gift_id), "child_id": one["child_id"], "share": share}
        answer = await sponsorship.try_post("/holds", body)
        assert answer.status_code == expected
        assert expected == 201 or "bear 6000 of 10000 of this child's support" in answer.text
        assert expected == 201 or "at most 3999 is left" in answer.text
    await sponsorship.hears(gift(main.gift_id, "ended", 2))
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    found = await sponsorship.get(f"/children/{one['child_id']}/sponsorships")
    assert [(each["role"], each["share"]) for each in found if each["ends_on"] is None] == [
        ("co", 6_000),
        ("co", 3_000),
    ]


async def test_a_share_ends_with_a_reason_and_is_free_for_another_one(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    main = await sponsorship.sponsors(one)
    beside = gift(None, "active")
    await sponsorship.hears(beside, paid(beside.gift_id, date(2006, 11, 1), date(2006, 12, 1)))
    body = {"gift_id": str(beside.gift_id), "child_id": one["child_id"], "share": 9_000}
    await sponsorship.post("/holds", body)
    path = f"/children/{one['child_id']}/sponsorships"
    first, share = sorted(await sponsorship.get(path), key=lambda each: str(each["role"]), reverse=True)
    await by_hand.turn("2006-11-20")
    ending = f"{path}/{share['sponsorship_id']}/end"
    assert (await sponsorship.try_post(ending, {"reason": "ended"})).status_code == 422
    over = await sponsorship.post(ending, {"reason": "sponsor_wished", "farewell": "thanks"})
    assert over["ends_on"] == "2006-11-20"
    again = await sponsorship.try_post(ending, {"reason": "mistaken"})
    assert (again.status_code, "over since 2006-11-20. The sponsor wished so." in again.text) == (409, True)
    other = f"/children/{uuid7()}/sponsorships/{share['sponsorship_id']}/end"
    assert (await sponsorship.try_post(other, {"reason": "mistaken"})).status_code == 404
    found = {each["role"]: each for each in await sponsorship.get(path)}
    names = ("ends_on", "reason", "farewell")
    assert [found["co"][name] for name in names] == ["2006-11-20", "sponsor_wished", "thanks"]
    assert (found["co"]["ended_by"], found["main"]["ended_by"]) != (None, None)
    # What is over stays over, whatever is told of its gift; and its share is free.
    await sponsorship.hears(gift(beside.gift_id, "lapsed", 2), gift(beside.gift_id, "active", 3))
    await sponsorship.post("/holds", body)
    # A main sponsorship ends in the same way, and its child is offered again.
    await sponsorship.post(f"{path}/{first['sponsorship_id']}/end", {"reason": "family_wished"})
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    await sponsorship.hears(gift(main.gift_id, "active", 2))
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"


async def test_a_sponsor_has_a_child_once_by_whatever_gift_or_entry(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    main = await sponsorship.sponsors(one)
    days = (date(2006, 11, 1), date(2006, 12, 1))
    mine, linked = gift(None, "active", donor_id=main.donor_id), gift(None, "active")
    assert main.donor_id
    assert linked.donor_id
    await sponsorship.hears(
        *(fact for each in (mine, linked) for fact in (each, paid(each.gift_id, *days))),
        DonorLinked(donor_id=linked.donor_id, version=1, kept_id=main.donor_id, on=main.on),
    )
    for each, words in ((main, "This gift"), (mine, "Another gift"), (linked, "Another gift")):
        body = {"gift_id": str(each.gift_id), "child_id": one["child_id"], "share": 1_000}
        refused = await sponsorship.try_post("/holds", body)
        assert (refused.status_code, words in refused.json()["detail"]) == (409, True)
    # A sponsor may support the same child by another gift from now on.
    following = {"gift_id": str(mine.gift_id), "farewell": "thanks"}
    following["sponsorship_id"] = await sponsorship.main_of(one)
    await sponsorship.post(f"/children/{one['child_id']}/hand-over", following)


async def test_a_gift_is_given_by_itself_no_child_of_whom_its_sponsor_bears_a_share(world: World) -> None:
    sponsorship, one = world.sponsorship, await world.sponsorship.one_child()
    first, days = gift(None, "active"), (date(2006, 11, 1), date(2006, 12, 1))
    await sponsorship.hears(gift(first.gift_id, "active", children=0, donor_id=first.donor_id))
    await sponsorship.hears(paid(first.gift_id, *days))
    await sponsorship.hears(gift(first.gift_id, "active", 2, donor_id=first.donor_id, children=2))
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    sponsorships = await sponsorship.get(f"/children/{one['child_id']}/sponsorships")
    end = f"/children/{one['child_id']}/sponsorships/{sponsorships[0]['sponsorship_id']}/end"
    await sponsorship.post(end, {"reason": "mistaken"})
    body = {"gift_id": str(first.gift_id), "child_id": one["child_id"], "share": 1_000}
    await sponsorship.post("/holds", body)
    second = gift(None, "active", donor_id=first.donor_id)
    await sponsorship.hears(second, paid(second.gift_id, *days))
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    await sponsorship.hears(gift(second.gift_id, "active", 2))
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"


async def test_the_children_of_a_sponsor_who_is_declined_are_offered_again(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    gives = await sponsorship.sponsors(one)
    await sponsorship.vet(gives.donor_id, {"declined": True})
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    body = {"gift_id": str(gives.gift_id), "child_id": one["child_id"]}
    assert "declined" in (await sponsorship.try_post("/holds", body)).json()["detail"]


async def test_that_a_child_was_sent_back_is_told_to_no_sponsor_and_who_graduated_is(by_hand: World) -> None:
    sponsorship = by_hand.sponsorship
    for reason, told in (("returned", "left"), ("graduated", "graduated")):
        one = await sponsorship.one_child()
        gives = await sponsorship.sponsors(one)
        path = f"/children/{one['child_id']}/leave"
        if reason == "returned":
            assert (await sponsorship.try_post(path, {"reason": reason})).status_code == 409
            await by_hand.intake.post(f"/households/{one['household_id']}/close", {"outcome": "returned"})
            await by_hand.settled()
        await sponsorship.post(path, {"reason": reason})
        again = await sponsorship.try_post(path, {"reason": "lost_contact"})
        assert (again.status_code, reason in again.text) == (409, True), "it would be overwritten"
        left = await sponsorship.child(one["child_id"])
        assert (left["status"], left["left_reason"]) == ("left", reason)
        (seen,) = await sponsorship.get(f"/sponsors/{gives.donor_id}/children")
        # Nobody would tell when the child of a closed household grows up, so its guardian's consent is over.
        alias = None if reason == "returned" else one["alias"]
        assert (seen["alias"], seen["told"]) == (alias, told)
    await sponsorship.post(f"/children/{one['child_id']}/come-back")
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"


async def test_a_hold_is_given_another_end_and_released(by_hand: World) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift()
    await sponsorship.hears(start)
    hold = await sponsorship.hold(start.gift_id, one, until_on="2006-11-05")
    await sponsorship.post(f"/holds/{hold['hold_id']}/extend", {"until_on": "2006-11-08"})
    await by_hand.turn("2006-11-07")
    assert (await sponsorship.child(one["child_id"]))["status"] == "held"
    path = f"/holds/{hold['hold_id']}/extend"
    for earlier in (
        {"until_on": "2006-11-07"},
        {"until_on": "2006-11-08"},
    ):
        sooner = await sponsorship.try_post(path, earlier)
        assert (sooner.status_code, "ends at 2006-11-08 already" in sooner.text) == (422, True)
    # Ninety days from the day on which it is extended.
    late = await sponsorship.try_post(path, {"until_on": "2007-02-06"})
    assert (late.status_code, "within 90 days: on 2007-02-05 at the latest" in late.text) == (422, True)
    longer = await sponsorship.post(path, {"until_on": "2007-02-05"})
    assert longer["until_on"] == "2007-02-05"
    await sponsorship.post(f"/holds/{hold['hold_id']}/release")
    assert (await sponsorship.child(one["child_id"]))["status"] == "listed"
    again = await sponsorship.try_post(f"/holds/{hold['hold_id']}/release")
    assert (
        again.json()["detail"]
        == "This hold is over since 2006-11-07. Somebody of the staff let the child go."
    )


async def test_a_hold_ends_within_so_many_days_by_day_or_by_instant(by_hand: World) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift()
    await sponsorship.hears(start)
    body = {"gift_id": str(start.gift_id), "child_id": one["child_id"]}
    in_ninety_days = datetime.now(ZoneInfo("Asia/Tokyo")).date() + timedelta(days=90)
    for end, last in (
        ({"until_on": "2007-01-31"}, "2007-01-30"),
        ({"until_on": "2098-11-01"}, "2007-01-30"),
        ({"until_at": (datetime.now(UTC) + timedelta(days=91)).isoformat()}, str(in_ninety_days)),
    ):
        late = await sponsorship.try_post("/holds", {**body, **end})
        assert (late.status_code, f"on {last} at the latest" in late.text) == (422, True)
    assert (await sponsorship.post("/holds", {**body, "until_on": "2007-01-30"}))["state"] == "held"


async def test_where_few_children_fit_their_region_is_not_shown(by_hand: World) -> None:
    sponsorship = by_hand.sponsorship
    await sponsorship.one_child()
    (shown,) = await sponsorship.get("/children/shown")
    assert (shown["region"], shown["waiting_since"]) == ("", "2006-11"), "its birthday is told by no day"
    for _ in range(4):
        await sponsorship.one_child()
    assert {each["region"] for each in await sponsorship.get("/children/shown")} == {"north"}
