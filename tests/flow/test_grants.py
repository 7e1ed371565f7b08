"""Grants are served from what is there, by their order, and whoever decides is more than one where it must be."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import grants as commands
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout
from services.donations.commands.payout_receipts import keep_receipt
from services.donations.day import on_day
from services.donations.domain.days import Sure
from services.donations.domain.funds import Purpose
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from services.donations.domain.payouts import NoReceipt
from shared.contracts.donations import GrantStatus, GrantWhy
from shared.contracts.intake import GrantAsked, HouseholdClosed
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till, staff

DAY = date(2006, 11, 1)
HERE = "the till's own invariants hold"


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        await till.serve()
        assert await till.breaches() == set(), HERE


def sale(till: Till, minor: int, name: str, *, held: bool = False) -> Callable[[Unit], Awaitable[Any]]:
    came = Came(
        "paypal",
        name,
        Money(minor, "JPY"),
        DAY,
        Money(0, "JPY"),
        held,
        purpose=Purpose.MEDICAL.value,
        sure=Sure.PAID,
    )
    return lambda unit: book_payment(unit, came)


def payout(minor: int, reference: str = "1") -> Payout:
    return Payout(Money(minor, "JPY"), "bank", "clinic-02", reference)


async def told(till: Till) -> list[dict[str, Any]]:
    rows = await till.rows(
        "SELECT CAST(data AS json) AS data FROM journal WHERE contract LIKE '%grant_changed%' "
        "ORDER BY said_at, message_id"
    )
    return [row["data"] for row in rows]


async def test_of_fifty_grants_at_once_ten_are_set_aside_and_forty_told_why(till_url: str) -> None:
    """Ten that nobody has agreed to yet are asked for among them; they are the most urgent, and hold nothing."""
    async with Till.open(till_url, DAY, pool_size=12) as till:
        await till.gift(1_000, "medical")
        await till.do(sale(till, 9_000, "S", held=True))
        asked = [till.asked(100, urgency=number % 4) for number in range(50)]
        asked += [till.asked(60_000, urgency=0) for _ in range(10)]
        random.Random(14).shuffle(asked)
        sizes = ((0, 7), (7, 20), (27, 1), (28, 22), (50, 10))
        batches = [asked[start : start + size] for start, size in sizes]
        random.Random(13).shuffle(batches)
        await asyncio.gather(*(till.hears(*batch) for batch in batches))
        assert await till.fund("medical") == (10_000, 9_000, 1_000)
        facts = await told(till)
        served = [each for each in facts if each["status"] == GrantStatus.SET_ASIDE]
        waiting = [each for each in facts if each["status"] == GrantStatus.WAITING]
        assert (len(served), len(waiting)) == (10, 40)
        assert {each["reason"] for each in waiting} == {GrantWhy.NOTHING_LEFT.value}
        assert {(each["missing"]["amount"], each["held"]["amount"]) for each in waiting} == {(100, 9_000)}
        undecided = [each for each in facts if each["status"] == GrantStatus.UNDECIDED]
        assert {(each["set_aside"]["amount"], each["reason"]) for each in undecided} == {(0, "undecided")}
        assert len(undecided) == 10
        assert await till.breaches() == set()


async def test_money_that_comes_goes_to_the_most_urgent_and_then_the_oldest(till: Till) -> None:
    young = till.asked(100, asked_on=date(2006, 11, 2), urgency=2)
    old = till.asked(100, urgency=2)
    urgent = till.asked(100, asked_on=date(2006, 11, 3), urgency=0)
    for each in (young, old, urgent):
        await till.hears(each)
    await till.gift(250, "medical")
    await till.gift(9_000, "food")
    await till.serve()
    assert [(await till.grant(each)).set_aside for each in (urgent, old, young)] == [100, 100, 50]
    assert (await till.grant(young)).reason == GrantWhy.PART_THERE
    await till.hears(till.asked(100, urgency=1))
    await till.gift(60, "medical")
    await till.serve()
    assert await till.fund("medical") == (310, 0, 310)
    assert [(await till.grant(each)).set_aside for each in (urgent, old, young)] == [100, 100, 50]


async def test_a_refund_takes_back_what_was_promised_to_the_last_in_line(till: Till) -> None:
    first, last = till.asked(100, urgency=1), till.asked(100, urgency=3)
    await till.do(sale(till, 150, "S"))
    await till.gift(50, "medical")
    await till.hears(last, first)
    back = WentBack("paypal", "R", "S", Money(120, "JPY"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    assert [(await till.grant(each)).set_aside for each in (first, last)] == [80, 0]
    assert (await till.grant(last)).reason == GrantWhy.TAKEN_BACK
    assert await till.fund("medical") == (80, 0, 80)


async def test_money_that_was_paid_out_and_refunded_is_to_be_covered(till: Till) -> None:
    grant = till.asked(100)
    await till.lies(100, "bank")
    await till.do(sale(till, 100, "S"))
    await till.hears(grant)
    limits = till.settings.limits
    await till.do(lambda unit: commands.pay(unit, limits, grant.request_id, payout(100)))
    back = WentBack("paypal", "R", "S", Money(100, "JPY"), DAY)
    await till.do(lambda unit: book_refund(unit, back))
    assert await till.fund("medical") == (0, 0, 0)
    (row,) = await till.rows(
        "SELECT sum(amount) AS lost FROM posting WHERE account = 'uncovered.medical.JPY'"
    )
    assert row["lost"] == 100


async def test_a_grant_is_paid_in_parts_and_what_is_left_over_goes_on(till: Till) -> None:
    grant, next_one = till.asked(1_000, urgency=0), till.asked(500, urgency=3)
    await till.gift(1_000, "medical")
    await till.hears(grant, next_one)
    key, limits = grant.request_id, till.settings.limits
    for minor, reference, right in ((600, "1", True), (600, "2", False), (100, "1", False), (300, "3", True)):
        pay = partial(commands.pay, limits=limits, grant_id=key, payout=payout(minor, reference))
        assert isinstance(await till.do(pay), Grant) == right, (minor, reference)
    assert (await till.grant(grant)).status is GrantStatus.PAID_PART
    assert isinstance(await till.do(lambda unit: commands.take_back(unit, key, payout(901, "4"))), Refused)
    await till.do(lambda unit: commands.take_back(unit, key, payout(200, "4")))
    assert isinstance(await till.do(lambda unit: commands.settle(unit, key)), Refused)
    first, _, back = await till.rows("SELECT id FROM payout ORDER BY id")
    assert isinstance(await till.do(lambda unit: keep_receipt(unit, key, back["id"], "R-1")), Refused)
    await till.do(lambda unit: keep_receipt(unit, key, first["id"], "R-1"))
    await till.do(lambda unit: commands.settle(unit, key, NoReceipt.NOT_GIVEN))
    kept = await till.rows("SELECT receipt, no_receipt FROM payout ORDER BY id")
    assert [(each["receipt"], each["no_receipt"]) for each in kept] == [
        ("R-1", ""),
        ("", "not_given"),
        ("", ""),
    ]
    settled = await till.grant(grant)
    assert (settled.status, settled.paid, settled.set_aside) == (GrantStatus.SETTLED, 700, 0)
    assert (await till.grant(next_one)).set_aside == 300
    assert isinstance(await till.do(lambda unit: commands.settle(unit, key)), Refused)


CASES = [("hospital", 50_000, 0), ("hospital", 50_001, 1), ("hospital", 200_001, 2), ("return", 10, 2)]


@pytest.mark.parametrize(("kind", "minor", "needed"), CASES)
async def test_above_a_limit_others_agree_and_never_who_asked(
    till: Till, kind: str, minor: int, needed: int
) -> None:
    grant = till.asked(minor, kind)
    await till.gift(minor, "resettlement" if kind == "return" else "medical")
    await till.hears(grant)

    def agree(unit: Unit) -> Awaitable[Grant | Refused]:
        return commands.approve(unit, till.settings.limits, grant.request_id, 1)

    def pay(unit: Unit) -> Awaitable[Grant | Refused]:
        return commands.pay(unit, till.settings.limits, grant.request_id, payout(minor))

    assert isinstance(await till.do(agree, staff("caseworker")), Refused)
    for number in range(needed):
        assert ((await till.grant(grant)).set_aside, isinstance(await till.do(pay), Refused)) == (0, True)
        both = [till.do(agree, staff(f"treasurer-{number}")) for _ in range(2)]
        assert sum(isinstance(each, Grant) for each in await asyncio.gather(*both)) == 1
    assert isinstance(await till.do(agree, staff("one-more")), Refused)
    assert isinstance(await till.do(pay), Grant)


async def test_of_two_people_who_decide_at_once_one_decides(till: Till) -> None:
    limits = till.settings.limits
    await till.gift(180_000, "medical")
    for first in ("one", "other"):
        grant = till.asked(60_000)
        await till.hears(grant)
        key = grant.request_id
        both = await asyncio.gather(*(agreed(till, grant, f"treasurer-{each}") for each in (first, "third")))
        assert sum(isinstance(each, Grant) for each in both) == 1, "one has to agree, and no more"
        pays = partial(commands.pay, limits=limits, grant_id=key, payout=payout(60_000, first))
        refuses = partial(commands.refuse, grant_id=key, reason="other_help")
        works = [pays, refuses] if first == "one" else [refuses, pays]
        ended = await asyncio.gather(*(till.do(each) for each in works))
        assert sum(isinstance(each, Grant) for each in ended) == 1, "it is paid, or it is refused"
    assert await till.breaches() == set()


async def agreed(till: Till, asked: GrantAsked, who: str, version: int = 1) -> Grant | Refused:
    limits, key = till.settings.limits, asked.request_id
    return await till.do(lambda unit: commands.approve(unit, limits, key, version), staff(who))


def changed(asked: GrantAsked, version: int, minor: int, **more: Any) -> GrantAsked:
    estimate = Money(minor, "JPY").as_part
    return asked.model_copy(update={"version": version, "status": "changed", "estimate": estimate, **more})


async def test_who_agreed_to_less_has_not_agreed_to_more(till: Till) -> None:
    grant = till.asked(60_000)
    await till.gift(100_000, "medical")
    await till.hears(grant)
    limits = till.settings.limits
    assert isinstance(await agreed(till, grant, "treasurer"), Grant)
    await till.hears(changed(grant, 2, 70_000))
    kept = await till.grant(grant)
    assert (kept.set_aside, kept.missing, kept.reason) == (60_000, 10_000, GrantWhy.UNDECIDED)
    pay = partial(commands.pay, limits=limits, grant_id=grant.request_id)
    too_much = await till.do(partial(pay, payout=payout(60_001)))
    assert isinstance(too_much, Refused)
    assert "1 more have to agree" in too_much.words
    assert isinstance(await till.do(partial(pay, payout=payout(25_000))), Grant)
    stale = await agreed(till, grant, "treasurer")
    assert isinstance(stale, Refused)
    assert "it is JPY 70,000 with urgency 2 now, in version 2" in stale.words
    assert isinstance(await agreed(till, grant, "treasurer", 2), Grant)
    assert (await till.grant(grant)).set_aside == 45_000
    # Less needs nobody, and frees what is no longer wanted; as much as before was agreed to.
    for version, minor, aside in ((3, 30_000, 5_000), (4, 70_000, 45_000)):
        await till.hears(changed(grant, version, minor))
        assert (await till.grant(grant)).set_aside == aside


async def test_a_grant_that_nobody_has_agreed_to_stands_in_nobody_s_way_and_then_goes_first(
    till: Till,
) -> None:
    urgent, small = till.asked(60_000, urgency=0), till.asked(40_000, urgency=3)
    await till.gift(30_000, "medical")
    await till.hears(urgent, small)
    assert [(await till.grant(each)).set_aside for each in (urgent, small)] == [0, 30_000]
    both = await asyncio.gather(*(agreed(till, urgent, who) for who in ("one", "two")))
    assert sum(isinstance(each, Grant) for each in both) == 1
    await till.gift(50_000, "medical")
    await till.serve()
    assert [(await till.grant(each)).set_aside for each in (urgent, small)] == [50_000, 30_000]
    (row,) = await till.rows('SELECT agreed_to FROM "grant" WHERE wanted = 60000')
    assert row["agreed_to"] == 60_000
    await till.rows('UPDATE "grant" SET agreed_to = 0 WHERE wanted = 60000')
    assert await till.breaches() == {"no money is set aside for what nobody has agreed to"}
    await till.rows('UPDATE "grant" SET agreed_to = 60000 WHERE wanted = 60000')


async def test_a_limit_that_was_raised_holds_from_the_next_day_and_a_lower_one_takes_nothing_back(
    till: Till,
) -> None:
    grant, large = till.asked(60_000), till.asked(200_001)
    await till.gift(300_000, "medical")
    await till.hears(grant, large)
    assert isinstance(await agreed(till, large, "treasurer"), Grant)
    assert [(await till.grant(each)).agreed_to for each in (grant, large)] == [0, 0]
    await till.do(lambda unit: on_day(DAY, unit))
    assert await till.rows("SELECT name FROM timer WHERE name = 'decide_grants'")
    for raised in (2, 1):
        more = {name: {**getattr(till.settings, name)} for name in ("grant_limits", "grant_second_limits")}
        more = {name: {**each, "JPY": each["JPY"] * raised} for name, each in more.items()}
        settings = till.settings.model_copy(update=more)
        await till.do(lambda unit, settings=settings: commands.decide_anew(unit, settings.limits))  # type: ignore[misc]
        assert [(await till.grant(each)).agreed_to for each in (grant, large)] == [60_000, 200_001]


@pytest.mark.parametrize("closed_first", [True, False])
async def test_a_household_that_is_closed_gives_up_what_is_not_paid(
    till: Till,
    closed_first: bool,
) -> None:
    home = UUID(int=7)
    before = till.asked(100, household_id=home, household_version=3, urgency=0)
    after = till.asked(50, household_id=home, household_version=6, urgency=1)
    other = till.asked(100, urgency=3)
    closed = HouseholdClosed(household_id=home, version=5, on=DAY)
    await till.gift(150, "medical")
    if closed_first:
        await till.hears(closed)
        await till.hears(before, after, other)
    else:
        await till.hears(before, after, other)
        await till.do(lambda unit: commands.pay(unit, till.settings.limits, before.request_id, payout(40)))
        await till.hears(closed)
    ended = await till.grant(before)
    assert (ended.status, ended.reason) == (GrantStatus.CANCELLED, GrantWhy.HOUSEHOLD_CLOSED)
    assert (await till.grant(after)).set_aside == 50
    assert (await till.grant(other)).set_aside == (100 if closed_first else 60)


async def test_a_request_that_is_told_late_or_twice_changes_nothing(till: Till) -> None:
    grant = till.asked(100)
    await till.gift(500, "medical")
    newer = grant.model_copy(update={"version": 3, "estimate": Money(300, "JPY").as_part})
    for each in (newer, grant, newer, grant):
        await till.hears(each)
    assert (await till.grant(grant)).set_aside == 300
    less = grant.model_copy(update={"version": 4, "estimate": Money(80, "JPY").as_part})
    await till.hears(less)
    assert (await till.grant(grant)).set_aside == 80
    gone = grant.model_copy(update={"version": 5, "status": "withdrawn"})
    await till.hears(gone)
    assert await till.fund("medical") == (500, 0, 0)
    facts = await told(till)
    assert [each["version"] for each in facts] == list(range(1, len(facts) + 1))
