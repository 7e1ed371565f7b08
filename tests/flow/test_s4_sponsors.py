"""S4: sponsors are looked at before they write, one follows another without a gap, and some are declined."""

from datetime import date
from typing import Any

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
    path = f"/sponsors/{gives.donor_id}/vetting"
    assert await writing(by_hand, gives.donor_id, one) == "not_declared"
    await sponsorship.post(path, {"declared_on": "2006-10-01"})
    assert await writing(by_hand, gives.donor_id, one) == "no_code"
    assert (await sponsorship.try_post(path, {"code_on": "2099-01-01"})).status_code == 422
    await sponsorship.post(path, {"code_on": "2006-10-02"})
    assert await writing(by_hand, gives.donor_id, one) is None
    said = {"declared_on": "2006-10-01", "code_on": "2006-10-02", "restricted": False, "declined": False}
    assert await sponsorship.post(path, {}) == said
    assert await writing(by_hand, other.donor_id, one) == "no_sponsor"
    assert other.donor_id
    await sponsorship.hears(
        DonorLinked(donor_id=gives.donor_id, version=1, kept_id=other.donor_id, on=gives.on)
    )
    await sponsorship.post(
        f"/sponsors/{other.donor_id}/vetting",
        {"declared_on": "2006-10-01", "code_on": "2006-10-02", "restricted": True},
    )
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
    await sponsorship.post(f"/sponsors/{gives.donor_id}/vetting", {"declined": True})
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
        assert (await sponsorship.try_post("/holds", body)).status_code == expected
    await sponsorship.hears(gift(main.gift_id, "ended", 2))
    assert (await sponsorship.child(one["child_id"]))["status"] == "offered_again"
    found = await sponsorship.get(f"/children/{one['child_id']}/sponsorships")
    assert [(each["role"], each["share"]) for each in found if each["ends_on"] is None] == [
        ("co", 6_000),
        ("co", 3_000),
    ]


async def test_the_children_of_a_sponsor_who_is_declined_are_offered_again(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    gives = await sponsorship.sponsors(one)
    await sponsorship.post(f"/sponsors/{gives.donor_id}/vetting", {"declined": True})
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
    past = await sponsorship.try_post(f"/holds/{hold['hold_id']}/extend", {"until_on": "2006-11-07"})
    assert past.status_code == 422
    await sponsorship.post(f"/holds/{hold['hold_id']}/release")
    assert (await sponsorship.child(one["child_id"]))["status"] == "listed"
    again = await sponsorship.try_post(f"/holds/{hold['hold_id']}/release")
    assert (
        again.json()["detail"]
        == "This hold is over since 2006-11-07. Somebody of the staff let the child go."
    )


async def test_where_few_children_fit_their_region_is_not_shown(by_hand: World) -> None:
    sponsorship = by_hand.sponsorship
    await sponsorship.one_child()
    assert [each["region"] for each in await sponsorship.get("/children/shown")] == [""]
    for _ in range(4):
        await sponsorship.one_child()
    assert {each["region"] for each in await sponsorship.get("/children/shown")} == {"north"}
