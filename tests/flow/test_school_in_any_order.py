"""School: facts of the family, of gifts and of what the fund answers, in any order, repeated, end in the same state."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from services.sponsorship.commands import school
from services.sponsorship.domain.school import Level
from shared.contracts.base import Contract
from shared.contracts.donations import GrantChanged
from shared.contracts.intake import (
    AgeBand,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    MemberFacts,
)
from tests.support.giving import consent, gift, paid
from tests.support.properties import tried_with
from tests.support.registrations import said
from tests.support.servers import Servers
from tests.support.sponsor_room import SponsorRoom

FIRST, LAST, HOLD_ENDS = date(2006, 11, 1), date(2006, 12, 1), date(2006, 12, 20)
FEE = 30_000
TURN = "turn"
"""Stands among the facts for the moment at which the day turns, and the fee of December is due."""
ANSWERS = [("set_aside", 0), ("paid_part", 10_000), ("paid", FEE)]
"""What the fund says of the payment of November, one after another: the state, and how much is paid."""
HOUSEHOLD, CHILD, GIFT, NOVEMBER, DECEMBER = (uuid7() for _ in range(5))


def family(contract: Any, version: int, on: date) -> Contract:
    members = (MemberFacts(member_id=CHILD, age_band=AgeBand.SCHOOL, size="122"),)
    found: Contract = said(
        contract, version, household_id=HOUSEHOLD, members=members, on=on, registered_on=FIRST
    )
    return found


KNOWN_FIRST = [
    family(HouseholdRegistered, 1, FIRST),
    consent({"child_id": str(CHILD), "household_id": str(HOUSEHOLD)}),
    gift(GIFT, "active"),
]
TOLD: Sequence[Sequence[Contract | str | int]] = [
    [HouseholdClosed(household_id=HOUSEHOLD, version=2, on=date(2006, 11, 5))],
    [family(HouseholdReopened, 3, date(2006, 11, 9))],
    [paid(GIFT, FIRST, LAST, 2, payment_id=NOVEMBER)],
    [paid(GIFT, None, None, 3, payment_id=NOVEMBER, counts=0, reason="refunded")],
    [paid(GIFT, LAST, date(2007, 1, 1), 2, payment_id=DECEMBER)],
    [paid(GIFT, None, None, 3, payment_id=DECEMBER, counts=0, reason="refunded")],
    [0],
    [1],
    [2],
]
"""Each may be told or not. A number is an answer of the fund."""


def answer(payment_id: UUID, number: int) -> GrantChanged:
    """What the fund says of a payment; it is said after what stands before it."""
    status, minor = ANSWERS[number]
    none, money = ({"amount": each, "currency": "JPY"} for each in (0, minor))
    amounts = {"set_aside": none, "paid": money, "missing": none}
    state = {"kind": "school", "status": status, "reason": "all_there", "on": FIRST, **amounts}
    return GrantChanged.model_validate(
        {"grant_id": payment_id, "household_id": HOUSEHOLD, "version": number + 1, **state}
    )


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """Some of what may be told, in two orders, in one of them repeated."""
    chosen = draw(st.sets(st.integers(0, len(TOLD) - 1), min_size=3))
    later = [TURN, *(fact for which in sorted(chosen) for fact in TOLD[which])]
    again = [*later, *draw(st.lists(st.sampled_from(later), max_size=4))]
    return draw(st.permutations(later)), draw(st.permutations(again))


async def end_of(url: str, story: Sequence[Any]) -> object:
    """For each month that is due: what gifts cover if the child is helped, what is paid, and what the fund bears."""
    async with SponsorRoom.open(url, FIRST, places_by_itself=False) as room:
        await room.hears(*KNOWN_FIRST)
        rules = room.settings.rules
        term = school.NewTerm(CHILD, Level.PRIMARY, FIRST, date(2007, 1, 31), FEE, "JPY")
        assert isinstance(await room.do(lambda unit: school.plan(unit, rules, term)), school.Planned)
        (asked,) = await room.rows("SELECT id FROM school_payment")
        await room.hold(GIFT, CHILD, HOLD_ENDS)
        for each in story:
            if each == TURN:
                await room.to(LAST)
                await room.do(lambda unit: school.turn(unit, rules, LAST))
            else:
                await room.hears(answer(asked["id"], each) if isinstance(each, int) else each)
        assert await room.breaches() == set()
        months = await room.rows("""
            SELECT month.due_on, CASE WHEN child.status <> 'left' THEN month.covered END AS covered,
                coalesce(sum(payment.paid), 0) AS paid,
                coalesce(sum(CASE WHEN payment.withdrawn OR payment.status = 'paid' THEN payment.paid
                    ELSE payment.amount END), 0) AS borne
            FROM school_month month JOIN child ON child.id = month.child_id
            LEFT JOIN school_payment payment ON payment.month_id = month.id
            WHERE month.due_on <= '2006-12-01' GROUP BY month.id, child.id ORDER BY month.due_on""")
    return [dict(row) for row in months]


def test_any_order_asks_for_and_shows_the_same(servers: Servers, databases: dict[str, str]) -> None:
    name = databases["sponsorship"]
    servers.sql(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    url = servers.database_url("sponsorship", name)

    turned, before_the_next_one = [TURN, *TOLD[4]], [*TOLD[2], TURN, *TOLD[4]]

    @tried_with(7)
    @given(stories())
    @example(([*turned, *TOLD[2]], before_the_next_one))
    def in_any_order(orders: tuple[list[Any], list[Any]]) -> None:
        async def both() -> list[object]:
            return [await end_of(url, each) for each in orders]

        one, other = asyncio.run(both())
        assert one == other

    in_any_order()
