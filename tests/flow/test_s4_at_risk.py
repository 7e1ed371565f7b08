"""S4: a gift at risk keeps the children it has and gets no new one, in whatever order that is heard."""

from collections.abc import Sequence
from datetime import date
from itertools import permutations
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from shared.contracts.base import Contract
from shared.contracts.intake import AgeBand, HouseholdRegistered, MemberFacts
from tests.support.giving import consent, gift, paid
from tests.support.registrations import said
from tests.support.servers import Servers
from tests.support.sponsor_room import SponsorRoom
from tests.support.world import World

FIRST, FAILED, TODAY = date(2006, 11, 1), date(2006, 11, 8), date(2006, 11, 12)
GIVEN = "no gift was given a child while it was at risk"
SINCE = "a gift is at risk since the first of the facts that say so"


async def test_a_gift_at_risk_gets_no_child_until_it_is_paid_again(world: World) -> None:
    sponsorship, one = world.sponsorship, await world.sponsorship.one_child()
    start, other = gift(None, "active", children=2), gift(None, "active")
    days = (date(2006, 11, 1), date(2006, 12, 1))
    await sponsorship.hears(start, paid(start.gift_id, *days))
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
    await sponsorship.hears(gift(start.gift_id, "at_risk", 2, children=2, on=date(2006, 11, 1)))
    assert (await sponsorship.child(one["child_id"]))["status"] == "at_risk"
    # By itself it gets none, nor by hand, nor from another sponsor.
    two = await sponsorship.one_child()
    assert (await sponsorship.child(two["child_id"]))["status"] == "listed"
    body = {"gift_id": str(start.gift_id), "child_id": two["child_id"]}
    refused = await sponsorship.try_post("/holds", body)
    assert (refused.status_code, "at risk: since 2006-11-01 a payment has failed" in refused.text) == (
        409,
        True,
    )
    await sponsorship.hears(other, paid(other.gift_id, *days))
    assert (await sponsorship.child(two["child_id"]))["status"] == "sponsored"
    following = {"gift_id": str(start.gift_id), "farewell": "thanks"}
    following["sponsorship_id"] = await sponsorship.main_of(two)
    over = await sponsorship.try_post(f"/children/{two['child_id']}/hand-over", following)
    assert (over.status_code, "at risk" in over.text) == (409, True)
    three = await sponsorship.one_child()
    await world.sound()
    await sponsorship.hears(gift(start.gift_id, "active", 3, children=2))
    assert (await sponsorship.child(three["child_id"]))["status"] == "sponsored"


async def test_a_hold_of_a_gift_that_fails_before_it_began_says_so_and_waits_for_the_money(
    by_hand: World,
) -> None:
    sponsorship, one, start = by_hand.sponsorship, await by_hand.sponsorship.one_child(), gift()
    await sponsorship.hears(start)
    hold = await sponsorship.hold(start.gift_id, one, until_on="2006-11-20")
    await by_hand.turn(FAILED)
    await sponsorship.hears(gift(start.gift_id, "at_risk", 2, on=FAILED))
    assert (await sponsorship.the_hold(hold))["at_risk_since"] == "2006-11-08"
    # A payment of later days is heard before it is told that the gift is well again.
    await sponsorship.hears(paid(start.gift_id, date(2006, 11, 10), date(2006, 12, 10)))
    assert (await sponsorship.the_hold(hold))["state"] == "held"
    await by_hand.turn("2006-11-20")
    over = await sponsorship.the_hold(hold)
    assert (over["state"], over["reason"], over["at_risk_since"]) == ("let_go", "ended", None)
    assert (await sponsorship.child(one["child_id"]))["status"] == "listed"
    await sponsorship.hears(gift(start.gift_id, "active", 3))
    found = await sponsorship.child(one["child_id"])
    assert (found["status"], found["since"]) == ("sponsored", "2006-11-10")


async def test_the_doctor_sees_a_child_that_was_given_to_a_gift_at_risk(by_hand: World) -> None:
    sponsorship, one = by_hand.sponsorship, await by_hand.sponsorship.one_child()
    await by_hand.turn(TODAY)
    gives = await sponsorship.sponsors(one)
    failing = f"UPDATE gift SET status = 'at_risk', failing_since = '2006-11-11' WHERE id = '{gives.gift_id}'"  # noqa: S608
    told = f"INSERT INTO gift_told VALUES ('{gives.gift_id}', 2, true, '2006-11-11')"  # noqa: S608
    for change, broken in (
        (failing, {GIVEN, SINCE}),
        (told, {GIVEN}),
        ("UPDATE gift SET failing_since = '2006-11-12'", {SINCE}),
        ("UPDATE gift_told SET on_day = '2006-11-12' WHERE at_risk", set()),
        ("DELETE FROM gift_told WHERE at_risk", {SINCE}),
        ("UPDATE gift SET status = 'active', failing_since = NULL", set()),
    ):
        by_hand.servers.sql(change, by_hand.databases["sponsorship"])
        counts = await sponsorship.get("/checks")
        assert {each["name"] for each in counts if each["breaches"]} == broken


async def stands(room: SponsorRoom) -> Sequence[Any]:
    """How the child and the gift stand, and since when it has the child."""
    assert await room.breaches() == set()
    (child,) = await room.rows("SELECT status, waiting_since FROM child")
    (given,) = await room.rows("SELECT placed, wanted, status FROM gift")
    begun = await room.rows("SELECT starts_on, ends_on FROM sponsorship")
    return [dict(child), dict(given), [tuple(each.values()) for each in begun]]


@pytest.mark.parametrize("covers", [date(2006, 10, 20), date(2006, 11, 10)])
async def test_in_any_order_a_child_who_may_be_shown_after_the_failure_waits_until_the_gift_is_well(
    servers: Servers, databases: dict[str, str], covers: date
) -> None:
    """All is heard on the 12th: that the gift failed on the 8th, that it was paid, that the child may be shown."""
    url = servers.database_url("sponsorship", databases["sponsorship"])
    key, child, start = uuid7(), uuid7(), gift(None, "active")
    members = (MemberFacts(member_id=child, age_band=AgeBand.SCHOOL, size="122"),)
    first: list[Contract] = [said(HouseholdRegistered, household_id=key, members=members), start]
    facts: list[list[Contract]] = [
        [consent({"child_id": str(child), "household_id": str(key)}, on=TODAY)],
        # That it failed first is heard after that it still fails.
        [gift(start.gift_id, "at_risk", 3, on=TODAY), gift(start.gift_id, "at_risk", 2, on=FAILED)],
        [paid(start.gift_id, covers, date(2006, 12, 10))],
    ]
    ends = []
    for order in permutations(facts):
        async with SponsorRoom.open(url, FIRST) as room:
            await room.hears(*first)
            await room.to(TODAY)
            await room.hears(*(each for some in order for each in some))
            failing = await stands(room)
            await room.hears(gift(start.gift_id, "active", 4))
            ends.append((failing, await stands(room)))
    waits, has_it = ends[0]
    assert (waits[0]["status"], waits[1]["placed"], waits[2]) == ("listed", 0, [])
    assert (has_it[0]["status"], has_it[1]["placed"], has_it[2]) == ("sponsored", 1, [(TODAY, None)])
    assert all(each == ends[0] for each in ends)
