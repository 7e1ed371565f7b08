"""What a payment of a monthly gift brings beyond its months is for what is needed most, or waits for the treasurer."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import funds, placing
from services.donations.commands.booking import Came
from services.donations.commands.disputes import close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.monthly import Monthly, register
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute
from services.donations.queries.lists import PaymentFilter
from services.donations.queries.lists import payments as listed
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import WITHOUT_PURPOSE, Till
from tests.support.world import World

DAY = date(2006, 11, 1)
Work = Callable[[Unit], Awaitable[Any]]


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.do(lambda unit: register(unit, Monthly("education", "I-1")))
        yield till
        waits = await till.rows("SELECT id FROM payment WHERE apart > 0 AND apart_in = 'unassigned'")
        assert await till.breaches() == ({WITHOUT_PURPOSE} if waits else set())


def sale(name: str, day: int, minor: int, *, held: bool = False) -> Work:
    money, on = Money(minor, "USD"), date(2006, 9, day)
    came = Came("paypal", name, money, on, Money(0, "USD"), held=held, subscription_id="I-1", sure=Sure.PAID)
    return lambda unit: book_payment(unit, came)


def refund(name: str, minor: int) -> Work:
    return lambda unit: book_refund(unit, WentBack("paypal", f"R{name}", name, Money(minor, "USD"), DAY))


FIRST, DOUBLE, YEAR = sale("S1", 1, 30_00), sale("S2", 2, 70_00), sale("S3", 3, 365_00)


async def stands(till: Till) -> tuple[int, int, int]:
    """What the gift's fund, the general one and the unassigned one have."""
    return (
        (await till.fund("education", "USD"))[0],
        (await till.fund("general", "USD"))[0],
        (await till.fund("unassigned", "USD"))[0],
    )


async def covered(till: Till) -> dict[str, int]:
    """For how many months each payment pays."""
    query = """
        SELECT transaction_id, CAST(extract(year FROM age(covers_until, covers_from)) * 12
            + extract(month FROM age(covers_until, covers_from)) AS int) AS months
        FROM payment WHERE covers_from IS NOT NULL
    """
    return {row["transaction_id"]: row["months"] for row in await till.rows(query)}


async def payment_of(till: Till, name: str) -> UUID:
    (row,) = await till.rows("SELECT id FROM payment WHERE transaction_id = :name", name=name)
    found: UUID = row["id"]
    return found


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("often", [True, False])
async def test_whole_months_are_the_gift_s_and_the_rest_is_for_whatever_is_needed_most(
    till: Till, order: tuple[int, ...], often: bool
) -> None:
    for which in (*order, *order):
        await till.do((FIRST, DOUBLE, YEAR)[which])
        if often:
            await till.look()
    await till.look()
    # 30 and 60 and 90 are for seven months, 10 are left over, and 275 would pay for nine more months and 5 over.
    assert await stands(till) == (30_00 + 60_00 + 90_00, 10_00, 275_00)
    assert await covered(till) == {"S1": 1, "S2": 2, "S3": 3}
    await till.look()
    # The rest of the third one has waited for a treasurer for more than a month.
    assert await till.breaches() == {WITHOUT_PURPOSE}
    async with till.units.read() as session:
        waiting = await listed(session, PaymentFilter(waiting=True), 10)
    assert [(row["transaction_id"], row["apart"]) for row in waiting] == [("S3", 275_00)]


@pytest.mark.parametrize(
    ("months", "own", "general"),
    [(5, 150_00, 215_00), (12, 360_00, 5_00), (99, 360_00, 5_00), (1, 30_00, 335_00)],
)
async def test_the_treasurer_releases_what_waits(till: Till, months: int, own: int, general: int) -> None:
    for each in (FIRST, YEAR):
        await till.do(each)
    await till.look()
    small, large = await payment_of(till, "S1"), await payment_of(till, "S3")
    assert isinstance(await till.do(lambda unit: placing.release(unit, small, 2)), Refused)
    done = await till.do(lambda unit: placing.release(unit, large, months))
    assert not isinstance(done, Refused)
    await till.look()
    assert await stands(till) == (30_00 + own, general, 0)
    assert await covered(till) == {"S1": 1, "S3": min(months, 12)}
    assert isinstance(await till.do(lambda unit: placing.release(unit, large, 2)), Refused)


PARTS = (FIRST, sale("S2", 2, 40_00), sale("S3", 3, 10_00), sale("S4", 4, 10_00))


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
@pytest.mark.parametrize("often", [True, False])
async def test_parts_of_a_month_join_and_part_again(till: Till, order: tuple[int, ...], often: bool) -> None:
    for which in (*order, *order):
        await till.do(PARTS[which])
        if often:
            await till.look()
    await till.look()
    # What was over of S2 is the gift's, because S4 completes a month with it.
    assert await stands(till) == (90_00, 0, 0)
    assert await covered(till) == {"S1": 1, "S2": 1, "S4": 1}
    await till.do(refund("S3", 10_00))
    await till.look()
    assert await stands(till) == (70_00, 10_00, 0)
    assert await covered(till) == {"S1": 1, "S2": 1}


async def test_a_part_that_the_general_fund_has_spent_counts_though_it_does_not_come_back(till: Till) -> None:
    for each in PARTS[:2]:
        await till.do(each)
    await till.look()
    move = funds.Move("general", "food", Money(5_00, "USD"), "because")
    assert isinstance(await till.do(lambda unit: funds.move(unit, move)), funds.Decided)
    for each in PARTS[2:]:
        await till.do(each)
    await till.look()
    assert await stands(till) == (80_00, 5_00, 0)
    assert await covered(till) == {"S1": 1, "S2": 1, "S4": 1}


BACK = (FIRST, DOUBLE, refund("S2", 40_00))


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("often", [True, False])
async def test_a_refund_comes_out_of_what_was_left_over_too(
    till: Till, order: tuple[int, ...], often: bool
) -> None:
    for which in (*order, *order):
        await till.do(BACK[which])
        if often:
            await till.look()
    await till.look()
    # 30 are left of 70: one month, and nothing over.
    assert await stands(till) == (60_00, 0, 0)
    assert await covered(till) == {"S1": 1, "S2": 1}
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R2", "S2", Money(30_00, "USD"), DAY)))
    await till.look()
    assert await stands(till) == (30_00, 0, 0)


async def test_what_the_general_fund_has_spent_of_it_is_to_be_covered_after_a_refund(till: Till) -> None:
    for each in (FIRST, DOUBLE):
        await till.do(each)
    await till.look()
    move = funds.Move("general", "food", Money(10_00, "USD"), "because")
    assert isinstance(await till.do(lambda unit: funds.move(unit, move)), funds.Decided)
    await till.do(refund("S2", 70_00))
    await till.look()
    assert await stands(till) == (20_00, 0, 0)
    assert await till.breaches() == set()


@pytest.mark.parametrize(("how", "left"), [(Dispute.WON, (90_00, 10_00, 0)), (Dispute.LOST, (30_00, 0, 0))])
async def test_a_dispute_holds_what_was_left_over_too(
    till: Till, how: Dispute, left: tuple[int, int, int]
) -> None:
    for each in (FIRST, DOUBLE):
        await till.do(each)
    await till.look()
    await till.do(lambda unit: open_dispute(unit, "paypal", "S2", DAY))
    await till.look()
    assert await till.fund("education", "USD") == (100_00, 70_00, 0)
    await till.do(lambda unit: close_dispute(unit, "paypal", "S2", how, DAY))
    await till.look()
    assert await stands(till) == left


async def test_what_is_held_stays_whole_until_it_is_let_go(till: Till) -> None:
    await till.do(FIRST)
    await till.do(sale("S2", 2, 70_00, held=True))
    await till.look()
    assert await stands(till) == (100_00, 0, 0)
    await till.do(DOUBLE)
    await till.look()
    assert await stands(till) == (90_00, 10_00, 0)


async def test_the_doctor_sees_money_that_is_not_where_it_should_be(till_url: str) -> None:
    async with Till.open(till_url, DAY) as till:
        await till.do(lambda unit: register(unit, Monthly("education", "I-1")))
        for each in (FIRST, DOUBLE):
            await till.do(each)
        await till.look()
        assert await till.breaches() == set()
        await till.rows("UPDATE payment SET apart = apart + 1 WHERE apart > 0")
        assert await till.breaches() == {
            "what larger payments brought beyond their months was moved where it is"
        }


async def test_what_waits_is_listed_and_released_over_http(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    donations = bare_world.donations
    await donations.monthly("I-1")
    async with donations.service.units.open() as unit:
        await FIRST(unit)
    async with donations.service.units.open() as unit:
        await YEAR(unit)
    await bare_world.settled()
    (waiting,) = (await donations.get("/payments", waiting=True))["items"]
    assert (waiting["apart"]["minor"], waiting["apart_in"]) == (275_00, "unassigned")
    await donations.post(f"/payments/{waiting['payment_id']}/release", {"months": 12})
    await bare_world.settled()
    assert (await donations.get("/payments", waiting=True))["items"] == []
    assert (await donations.fund("general", "USD"))["free"] == 5_00
