"""Facts of families, consents, gifts and payments in any order, late and repeated, end in the same state."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from shared.contracts.base import Contract
from shared.contracts.donations import GiftCorrected, MonthlyGiftChanged
from shared.contracts.intake import (
    AgeBand,
    ConsentChanged,
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
    MemberFacts,
)
from tests.support.giving import consent, gift, paid, received
from tests.support.properties import tried_with
from tests.support.registrations import said
from tests.support.sponsor_room import SponsorRoom

FIRST, LAST = date(2006, 11, 1), date(2006, 12, 1)
HOLD_ENDS = date(2006, 11, 15)
TURN = "turn"
"""Stands among the facts for the moment at which the day turns."""
Story = Sequence[Contract | str]


def household(
    contract: type[HouseholdState], key: UUID, child: UUID, version: int, on: date, **more: Any
) -> HouseholdState:
    """A family with one child, who is of school age if nothing else is said."""
    band = more.pop("band", AgeBand.SCHOOL)
    members = (MemberFacts(member_id=child, age_band=band, size="122"),)
    return said(contract, version, household_id=key, members=members, on=on, registered_on=FIRST, **more)


@st.composite
def families(draw: st.DrawFn) -> tuple[UUID, UUID, list[Contract]]:
    """A household, its child, and what intake says of them after the registration."""
    key, child = uuid7(), uuid7()
    facts: list[Contract] = []
    helped = True
    for number, what in enumerate(draw(st.lists(st.sampled_from(["changed", "other", "grown"]), max_size=3))):
        version, on = number + 2, FIRST + timedelta(days=4 * number + 3)
        if what == "grown" and helped:
            facts.append(household(HouseholdChanged, key, child, version, on, band=AgeBand.ADULT))
        elif what == "changed" and helped:
            facts.append(household(HouseholdChanged, key, child, version, on, region="south"))
        elif helped:
            facts.append(HouseholdClosed(household_id=key, version=version, on=on))
            helped = False
        else:
            facts.append(household(HouseholdReopened, key, child, version, on))
            helped = True
    return key, child, facts


STATUSES = ("starting", "active", "at_risk", "lapsed", "ended")


@st.composite
def gifts(draw: st.DrawFn) -> tuple[UUID, list[Contract]]:
    """A gift, and what donations says of it and of its payments once it is starting."""
    key = uuid7()
    statuses = draw(st.lists(st.sampled_from(STATUSES), max_size=3))
    facts: list[Contract] = [
        gift(key, status, number + 2, on=FIRST + timedelta(days=5 * number + 2))
        for number, status in enumerate(statuses)
    ]
    for payment in range(draw(st.integers(0, 2))):
        start = draw(st.sampled_from([date(2006, 10, 20), date(2006, 11, 10), HOLD_ENDS, date(2006, 11, 20)]))
        who = {"payment_id": uuid7()}
        facts += [received(key, **who), paid(key, start, start + timedelta(days=30), 2, **who)]
        if payment and draw(st.booleans()):
            facts.append(paid(key, None, None, 3, counts=0, reason="refunded", **who))
    return key, facts


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Contract], list[tuple[UUID, UUID]], Story, Story]:
    """What is known first; the holds that staff make then; and what is told later, in two orders."""
    first: list[Contract] = []
    later: list[Contract | str] = [TURN]
    pairs = []
    for _ in range(2):
        key, child, told = draw(families())
        gift_id, given_later = draw(gifts())
        first += [
            household(HouseholdRegistered, key, child, 1, FIRST),
            consent({"child_id": str(child), "household_id": str(key)}),
            gift(gift_id),
        ]
        pairs.append((gift_id, child))
        later += [*told, *given_later]
    again = [*later, *draw(st.lists(st.sampled_from(later), max_size=4))]
    return first, pairs, draw(st.permutations(again)), draw(st.permutations(later))


async def end_of(
    url: str, first: Sequence[Contract], pairs: Sequence[tuple[UUID, UUID]], story: Story
) -> object:
    """How children and gifts stand at the end of a story."""
    async with SponsorRoom.open(url, FIRST, places_by_itself=False) as room:
        await room.hears(*first)
        for gift_id, child in pairs:
            await room.hold(gift_id, child, HOLD_ENDS)
        for each in story:
            await (room.to(LAST) if isinstance(each, str) else room.hears(each))
        assert await room.breaches() == set()
        children = await room.rows("""
            SELECT id, status, waiting_since, household_id, region, reasons, left_reason, (
                SELECT gift_id FROM sponsorship WHERE child_id = child.id AND ends_on IS NULL) AS gift_id
            FROM child ORDER BY id""")
        begun = await room.rows("""
            SELECT child_id, min(starts_on) AS begun_on FROM sponsorship GROUP BY 1 ORDER BY 1""")
        assert not await room.rows("""
            SELECT child.id FROM child JOIN sponsorship ON child_id = child.id AND ends_on IS NULL
            WHERE status = 'sponsored' AND since <> starts_on""")
        given_now = await room.rows("""
            SELECT id, version, status, begun_on, uncovered, wanted, placed FROM gift ORDER BY id""")
    return [[dict(row) for row in rows] for rows in (children, begun, given_now)]


def test_facts_in_any_order_and_repeated_end_in_the_same_state(sponsors_url: str) -> None:
    @tried_with(12)
    @given(stories())
    def in_any_order(story: tuple[list[Contract], list[tuple[UUID, UUID]], Story, Story]) -> None:
        first, pairs, *orders = story

        async def both() -> list[object]:
            return [await end_of(sponsors_url, first, pairs, each) for each in orders]

        one, other = asyncio.run(both())
        assert one == other

    in_any_order()


@st.composite
def alone(draw: st.DrawFn) -> tuple[list[Contract], Story, Story]:
    """All that is told of one family, its consent and one gift, as it happened; and the same in two other orders."""
    key, child, told = draw(families())
    gift_id, given_later = draw(gifts())
    who = {"child_id": str(child), "household_id": str(key)}
    facts = [household(HouseholdRegistered, key, child, 1, FIRST), *told, gift(gift_id), *given_later]
    agrees = draw(st.lists(st.booleans(), min_size=1, max_size=3))
    facts += [consent(who, version, agreed=each) for version, each in enumerate(agrees, 1)]
    again = [*facts, *draw(st.lists(st.sampled_from(facts), max_size=4))]
    return facts, draw(st.permutations(facts)), draw(st.permutations(again))


def newest_of(facts: Sequence[Contract], *kinds: type[Contract]) -> Any:
    """What was said last by one of these contracts."""
    return max((each for each in facts if isinstance(each, kinds)), key=lambda each: each.version)  # type: ignore[attr-defined]


def may_stand(facts: Sequence[Contract], turned: bool) -> set[tuple[str, int]]:
    """How the child may stand in the end, and how many children the gift has; one way unless it is for staff to decide
    or follows from what held when the gift was given a child.
    """
    home = newest_of(facts, HouseholdState, HouseholdClosed)
    gift_now, agreed = newest_of(facts, MonthlyGiftChanged), newest_of(facts, ConsentChanged).agreed
    if isinstance(home, HouseholdClosed) or home.members[0].age_band is not AgeBand.SCHOOL:
        return {("left", 0)}
    begun = min(
        (each.covers_from for each in facts if isinstance(each, GiftCorrected) and each.covers_from),
        default=LAST,
    )
    in_time = begun < FIRST + timedelta(days=14)
    if gift_now.status in ("lapsed", "ended") or (turned and not in_time):
        return {("free", 0)}
    ways = {("at_risk" if gift_now.status == "at_risk" else "sponsored", 1) if in_time else ("held", 1)}
    # Who no longer agrees keeps the sponsor, but gets none; a gift at risk keeps the child.
    held = set() if agreed or turned else {("held", 1)}
    return ways if agreed and gift_now.status != "at_risk" else ways | held | {("free", 0)}


async def placed(url: str, story: Story, turned: bool) -> tuple[str, int, object]:
    """How a child stands that is placed by itself, how many children the gift has, and what is known of both."""
    async with SponsorRoom.open(url, FIRST) as room:
        await room.hears(*(each for each in story if not isinstance(each, str)))
        if turned:
            await room.to(LAST)
        assert await room.breaches() == set()
        (child,) = await room.rows(
            "SELECT status, waiting_since, household_id, region, left_reason FROM child"
        )
        (gift_now,) = await room.rows("SELECT version, status, begun_on, uncovered, wanted, placed FROM gift")
    status = "free" if child["status"] in ("listed", "offered_again") else child["status"]
    known = [dict(row) for row in (child, gift_now)]
    return status, gift_now["placed"], known


def test_a_child_and_a_gift_find_each_other_in_any_order(sponsors_url: str) -> None:
    """Registration, consent, gift and payments come in any order, and the gift is given the child by itself."""

    @tried_with(15)
    @given(alone(), st.booleans())
    def in_any_order(story: tuple[list[Contract], Story, Story], turned: bool) -> None:
        facts, *orders = story

        async def both() -> list[tuple[str, int, object]]:
            return [await placed(sponsors_url, each, turned) for each in orders]

        ways = may_stand(facts, turned)
        one, other = asyncio.run(both())
        assert {one[:2], other[:2]} <= ways
        assert len(ways) > 1 or one == other

    in_any_order()


async def test_what_comes_before_the_registration_is_the_same_as_what_comes_after(
    sponsors_url: str,
) -> None:
    key, child = uuid7(), uuid7()
    facts = [
        household(HouseholdRegistered, key, child, 1, FIRST),
        HouseholdClosed(household_id=key, version=2, on=date(2006, 11, 5)),
        consent({"child_id": str(child), "household_id": str(key)}),
        household(HouseholdReopened, key, child, 3, date(2006, 11, 9)),
    ]
    ends = [
        await end_of(sponsors_url, (), (), story) for story in (facts, facts[::-1], facts[:2], facts[1::-1])
    ]
    assert ends[0] == ends[1]
    assert ends[2] == ends[3]
