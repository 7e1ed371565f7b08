"""Grants of advocacy cases: whatever the order in which donations hears of requests and of cases, they end alike."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.commands import grants as commands
from services.donations.commands.grants import Payout
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from services.donations.domain.payouts import NoReceipt
from shared.contracts.donations import GrantStatus, GrantWhy
from shared.contracts.intake import AdvocacyChanged, GrantAsked, HouseholdClosed
from tests.support.properties import tried_with
from tests.support.till import Till

DAY = date(2006, 11, 1)
CASE, HOME = UUID(int=7), UUID(int=8)
FIRST, WITHDRAWN, AGAIN, LAST, AT_HOME = (UUID(int=number) for number in range(1, 6))
Fact = GrantAsked | AdvocacyChanged | HouseholdClosed


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        await till.serve()
        assert await till.breaches() == set()


def case(version: int, status: str = "open") -> AdvocacyChanged:
    numbers = {"visits_planned": 0, "visits_done": 0}
    return AdvocacyChanged(
        case_id=CASE, version=version, status=status, topics=frozenset(), on=DAY, **numbers
    )


def asked(
    till: Till, request: UUID, case_version: int, version: int = 1, minor: int = 10, **more: Any
) -> Any:
    values = {"request_id": request, "version": version, "case_id": CASE, "case_version": case_version}
    return till.asked(minor, "family_visit", **{**values, **more})


def story(till: Till) -> list[Fact]:
    """All that intake said of one case and one household, in the order in which it happened."""
    home = {"request_id": AT_HOME, "household_id": HOME, "household_version": 2}
    return [
        case(1),
        asked(till, FIRST, 1),
        asked(till, FIRST, 1, version=2, minor=25),
        asked(till, WITHDRAWN, 1),
        asked(till, WITHDRAWN, 1, version=2, status="withdrawn"),
        till.asked(10, "family_visit", **home),
        case(2, "visit_planned"),
        case(3, "closed"),
        case(4, "visited"),
        asked(till, AGAIN, 4, minor=30),
        # After the case was reopened the first request is changed once more: it stays over.
        asked(till, FIRST, 1, version=3, minor=40),
        case(5, "closed"),
        HouseholdClosed(household_id=HOME, version=2, on=DAY),
        case(6),
        asked(till, LAST, 6, minor=50),
    ]


async def ends(till: Till) -> dict[UUID, tuple[object, ...]]:
    found = await till.rows('SELECT id, ended, set_aside, paid FROM "grant" WHERE version > 0 ORDER BY id')
    return {row["id"]: (row["ended"], row["set_aside"], row["paid"]) for row in found}


async def tell(till: Till, facts: Sequence[Fact], sizes: Sequence[int]) -> None:
    """In batches of one contract each, at most so many of them at once."""
    left, number = list(facts), 0
    while left:
        most = sizes[number % len(sizes)]
        batch = [each for each in left[:most] if type(each) is type(left[0])]
        await till.hears(*batch)
        left = [each for each in left if not any(each is other for other in batch)]
        number += 1


def test_any_order_and_repetition_of_the_facts_ends_in_the_same_grants(till_url: str) -> None:
    @tried_with(12)
    @given(st.randoms(use_true_random=False), st.lists(st.integers(1, 6), min_size=1, max_size=4))
    def in_any_order(random: Any, sizes: list[int]) -> None:
        async def both() -> None:
            found = []
            for shuffled in (False, True):
                async with Till.open(till_url, DAY) as till:
                    await till.gift(1_000, "family_visits")
                    facts = story(till)
                    if shuffled:
                        facts = [*facts, *facts]
                        random.shuffle(facts)
                    await tell(till, facts, sizes if shuffled else [1])
                    found.append(await ends(till))
                    assert await till.breaches() == set()
            assert found[0] == found[1]
            gone = GrantStatus.CANCELLED.value
            assert {key: (value[0], value[1]) for key, value in found[1].items()} == {
                FIRST: (gone, 0),
                WITHDRAWN: (gone, 0),
                AGAIN: (gone, 0),
                LAST: ("", 50),
                # The household was not closed after it asked.
                AT_HOME: ("", 10),
            }

        asyncio.run(both())

    in_any_order()


@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_case_that_is_closed_gives_up_what_is_not_paid_and_nothing_else(
    till: Till, closed_first: bool
) -> None:
    await till.gift(100, "family_visits")
    before, settled = asked(till, FIRST, 1, minor=60), asked(till, AGAIN, 1, minor=20)
    if closed_first:
        await till.hears(case(2, "closed"))
        await till.hears(before)
    else:
        await till.hears(before, settled)
        for request, minor in ((before, 40), (settled, 20)):
            part = Payout(Money(minor, "JPY"), "bank", "courier-1", str(minor))
            given_out = {"limits": till.settings.limits, "grant_id": request.request_id, "payout": part}
            assert isinstance(await till.do(partial(commands.pay, **given_out)), Grant)
        await till.do(lambda unit: commands.settle(unit, settled.request_id, NoReceipt.LOST))
        await till.hears(case(2, "closed"), case(2, "closed"))
        kept = await till.grant(settled)
        assert (kept.status, kept.reason) == (GrantStatus.SETTLED, GrantWhy.ALL_THERE)
    ended = await till.grant(before)
    assert (ended.status, ended.reason) == (GrantStatus.CANCELLED, GrantWhy.CASE_CLOSED)
    assert (ended.set_aside, ended.paid) == (0, 0 if closed_first else 40)
    goes_on = 'UPDATE "grant" SET ended = :ended WHERE id = :id'
    await till.rows(goes_on, ended="", id=FIRST)
    assert await till.breaches() == {"no grant of a closed case goes on"}
    await till.rows(goes_on, ended="cancelled", id=FIRST)


async def test_a_request_for_nobody_or_for_two_is_a_defect(till: Till) -> None:
    good = asked(till, FIRST, 1)
    for change in ({"case_id": None}, {"household_id": HOME}):
        with pytest.raises(ValueError, match="for a household or for a case"):
            await till.hears(good.model_copy(update=change))
    await till.hears(good)
    await till.rows('UPDATE "grant" SET case_id = NULL')
    assert await till.breaches() == {"each grant is for one household or one case"}
    await till.rows('UPDATE "grant" SET case_id = :case', case=CASE)
