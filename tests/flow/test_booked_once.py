"""A payment is booked once by its own id, whatever is told of it, in whatever order and how often."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from services.donations.commands import funds
from services.donations.commands.booking import Came
from services.donations.commands.disputes import cancel_reversal, close_dispute, open_dispute, settle_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.monthly import Monthly, register
from services.donations.commands.purposes import give_purpose
from services.donations.commands.restoring import CameBack
from services.donations.domain.days import Sure
from services.donations.domain.funds import Purpose
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment, RefundState
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till

DAY = date(2006, 11, 1)
NEWS = Callable[[Unit], Awaitable[Any]]


def usd(minor: int) -> Money:
    return Money(minor, "USD")


SALE = Came("paypal", "S", usd(10_00), DAY, usd(60), held=False, purpose=Purpose.FOOD.value, sure=Sure.PAID)
HELD = replace(SALE, held=True)
WITHOUT_FEE = replace(SALE, fee=None, held=None)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        assert await till.breaches() == set()


def sale(came: Came) -> NEWS:
    return lambda unit: book_payment(unit, came)


def refund(minor: int, name: str = "R", fee_back: int = 0) -> NEWS:
    back = WentBack("paypal", name, "S", usd(minor), DAY, fee_back)
    return lambda unit: book_refund(unit, back)


def disputed(unit: Unit) -> Awaitable[Any]:
    return open_dispute(unit, "paypal", "S", DAY)


def over(how: Dispute) -> NEWS:
    return lambda unit: close_dispute(unit, "paypal", "S", how, DAY)


def spent(unit: Unit) -> Awaitable[Any]:
    return funds.move(unit, funds.Move("food", "clothing", usd(10_00), "because"))


async def uncovered(till: Till, fund: str = "food") -> int:
    query = "SELECT coalesce(sum(amount), 0) AS amount FROM posting WHERE account = :account"
    return int((await till.rows(query, account=f"uncovered.{fund}.USD"))[0]["amount"])


async def counts(till: Till) -> list[int]:
    """The share that counts, as the facts said it, by version."""
    rows = await till.rows("SELECT CAST(data AS json) AS data FROM journal ORDER BY said_at, message_id")
    facts = sorted((row["data"] for row in rows), key=lambda fact: fact["version"])
    assert [fact["version"] for fact in facts] == list(range(1, len(facts) + 1))
    return [fact["counts"] for fact in facts]


async def test_a_hold_that_is_released_is_no_second_gift(till: Till) -> None:
    await till.do(sale(HELD))
    assert await till.fund("food", "USD") == (9_40, 9_40, 0)
    for _ in range(3):
        await till.do(sale(SALE))
        await till.do(sale(HELD))
    assert await till.fund("food", "USD") == (9_40, 0, 0)
    assert await counts(till) == [10_000]


@pytest.mark.parametrize("order", list(permutations([SALE, WITHOUT_FEE, HELD])))
async def test_notices_of_one_payment_end_alike_in_any_order(till: Till, order: tuple[Came, ...]) -> None:
    for each in (*order, *order):
        await till.do(sale(each))
    assert await till.fund("food", "USD") == (9_40, 0, 0)
    assert await counts(till) == [10_000]


@pytest.mark.parametrize("order", list(permutations([WITHOUT_FEE, HELD])))
async def test_a_hold_that_the_first_notice_did_not_name_is_held_all_the_same(
    till: Till, order: tuple[Came, ...]
) -> None:
    for each in (*order, *order):
        await till.do(sale(each))
    assert await till.fund("food", "USD") == (9_40, 9_40, 0)


NEWS_OF_REFUNDS = (sale(SALE), refund(4_00, "R1"), refund(1_00, "R2", 5))


@pytest.mark.parametrize("order", list(permutations(range(3))))
async def test_refunds_before_and_after_their_payment_are_booked_once(
    till: Till, order: tuple[int, ...]
) -> None:
    for which in (*order, *order):
        await till.do(NEWS_OF_REFUNDS[which])
    assert await till.fund("food", "USD") == (9_40 - 5_00 + 5, 0, 0)
    assert (await counts(till))[-1] == 5_000
    assert await till.do(refund(6_00, "R3")) is RefundState.DIFFERENT
    assert await till.do(refund(6_00, "R3")) is RefundState.DIFFERENT
    assert await till.fund("food", "USD") == (4_45, 0, 0)
    assert await till.do(refund(5_00, "R4", 5)) is RefundState.BOOKED
    assert (await counts(till))[-1] == 0


DISPUTE = (sale(SALE), disputed, over(Dispute.LOST), refund(10_00, "reversal of S"))


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_lost_dispute_takes_the_money_once(till: Till, order: tuple[int, ...]) -> None:
    await till.gift(5_00, "food", "USD")
    for which in (*order, *order):
        await till.do(DISPUTE[which])
    assert await till.fund("food", "USD") == (5_00 - 60, 0, 0)


async def lost_part(unit: Unit) -> Any:
    return await close_dispute(unit, "paypal", "S", Dispute.LOST, DAY, usd(4_00))


async def unclear(unit: Unit) -> Any:
    return await open_dispute(unit, "paypal", "S", DAY, unclear=True)


LOST_IN_PART = (sale(SALE), disputed, lost_part, refund(4_00, "reversal of S"))


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_a_dispute_that_was_lost_in_part_takes_that_part_once(
    till: Till, order: tuple[int, ...]
) -> None:
    for which in (*order, *order):
        await till.do(LOST_IN_PART[which])
    assert await till.fund("food", "USD") == (5_40, 0, 0)
    assert (await counts(till))[-1] == 6_000
    # The next refund of as much is another one.
    assert await till.do(refund(4_00, "R2")) is RefundState.BOOKED
    assert await till.fund("food", "USD") == (1_40, 0, 0)


UNCLEAR = (sale(SALE), disputed, unclear)


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize(
    ("lost", "left", "share"), [(None, 9_40, 10_000), (4_00, 5_40, 6_000), (10_00, 0, 0)]
)
async def test_a_dispute_that_ended_for_nobody_knows_whom_is_settled_by_the_treasurer(
    till: Till, order: tuple[int, ...], lost: int | None, left: int, share: int
) -> None:
    for which in (*order, *order):
        await till.do(UNCLEAR[which])
    (payment,) = await till.rows("SELECT id, dispute, dispute_unclear FROM payment")
    assert (payment["dispute"], payment["dispute_unclear"]) == ("open", True)
    assert await till.fund("food", "USD") == (9_40, 9_40, 0)
    money = usd(lost) if lost else None
    for wrong in (usd(10_01), Money(1, "JPY")):
        refused = await till.do(lambda unit, wrong=wrong: settle_dispute(unit, payment["id"], wrong))  # type: ignore[misc]
        assert isinstance(refused, Refused)
    assert isinstance(await till.do(lambda unit: settle_dispute(unit, payment["id"], money)), Payment)
    assert isinstance(await till.do(lambda unit: settle_dispute(unit, payment["id"], money)), Refused)
    for each in (disputed, unclear, over(Dispute.WON)):
        await till.do(each)
    assert await till.fund("food", "USD") == (left, 0, 0)
    assert (await counts(till))[-1] == share


async def test_what_a_dispute_took_in_another_currency_is_the_treasurer_s_to_say(till: Till) -> None:
    await till.do(sale(SALE))
    await till.do(lambda unit: close_dispute(unit, "paypal", "S", Dispute.LOST, DAY, Money(1, "JPY")))
    assert (await till.rows("SELECT dispute_unclear FROM payment"))[0]["dispute_unclear"]
    assert await till.fund("food", "USD") == (9_40, 9_40, 0)


async def test_a_dispute_holds_the_money_and_a_won_one_lets_it_go(till: Till) -> None:
    await till.do(sale(SALE))
    await till.do(disputed)
    await till.do(disputed)
    assert await till.fund("food", "USD") == (9_40, 9_40, 0)
    for _ in range(2):
        await till.do(over(Dispute.WON))
        await till.do(disputed)
    assert await till.fund("food", "USD") == (9_40, 0, 0)
    assert await counts(till) == [10_000, 10_000, 10_000]


@pytest.mark.parametrize("later", [0, 5_00])
@pytest.mark.parametrize(("how", "left"), [(Dispute.WON, 10_00), (Dispute.LOST, 0)])
async def test_money_that_comes_back_after_it_was_covered_is_the_fund_s(
    till: Till, how: Dispute, left: int, later: int
) -> None:
    """The fund had spent the gift, another one covered that, and then PayPal gave the money back; or not."""
    await till.gift(10_00, "general", "USD")
    await till.do(sale(replace(SALE, fee=usd(0))))
    await till.do(spent)
    await till.do(disputed)
    cover = funds.Move("general", "food", usd(10_00), "because")
    assert isinstance(await till.do(lambda unit: funds.cover(unit, cover)), funds.Decided)
    if later:
        await till.gift(later, "food", "USD")
    await till.do(over(how))
    assert await till.fund("food", "USD") == (left + later, 0, 0)
    assert await uncovered(till) == 0


REVERSAL, BACK_ON = "reversal S", date(2006, 11, 9)


def restored(minor: int = 10_00, fee: int | None = None, currency: str = "USD") -> NEWS:
    back = CameBack("paypal", "S", Money(minor, currency), BACK_ON, fee)
    return lambda unit: cancel_reversal(unit, back)


@pytest.mark.parametrize("covered", [False, True])
async def test_what_was_reversed_and_comes_back_is_the_fund_s_again(till: Till, covered: bool) -> None:
    """The fund had spent it; perhaps another one covered that."""
    await till.gift(10_00, "general", "USD")
    await till.do(sale(replace(SALE, fee=usd(0))))
    await till.do(spent)
    await till.do(refund(10_00, REVERSAL))
    assert (await till.fund("food", "USD"), await uncovered(till)) == ((0, 0, 0), 10_00)
    if covered:
        cover = funds.Move("general", "food", usd(10_00), "because")
        assert isinstance(await till.do(lambda unit: funds.cover(unit, cover)), funds.Decided)
    for _ in range(2):
        assert await till.do(restored()) is RefundState.RETURNED
        assert await till.do(refund(10_00, REVERSAL)) is RefundState.RETURNED
    assert await till.fund("food", "USD") == (10_00 if covered else 0, 0, 0)
    assert await uncovered(till) == 0
    # It came, went back and came back: three facts.
    (payment,) = await till.rows("SELECT version, refunded FROM payment WHERE transaction_id = 'S'")
    assert (payment["version"], payment["refunded"]) == (3, 0)


async def test_more_than_was_reversed_does_not_come_back(till: Till) -> None:
    await till.do(sale(SALE))
    await till.do(refund(4_00, REVERSAL))
    assert await till.do(restored(4_01)) is RefundState.DIFFERENT
    assert await till.do(restored(4_00, currency="JPY")) is RefundState.DIFFERENT
    assert await till.fund("food", "USD") == (5_40, 0, 0)


async def test_a_part_of_what_was_reversed_comes_back_less_a_fee(till: Till) -> None:
    await till.do(sale(SALE))
    await till.do(refund(4_00, REVERSAL))
    for fee in (None, 20, 20):
        assert await till.do(restored(3_00, fee)) is RefundState.RETURNED
    assert await till.fund("food", "USD") == (8_20, 0, 0)
    assert (await counts(till))[-1] == 9_000


async def test_money_that_came_back_for_what_was_assigned_meanwhile_is_that_fund_s(till: Till) -> None:
    payment: Any = await till.do(sale(replace(SALE, purpose="unassigned", fee=usd(60))))
    await till.do(refund(10_00, REVERSAL))
    await till.do(lambda unit: give_purpose(unit, payment.id, "food"))
    await till.do(restored())
    assert await till.fund("food", "USD") == (9_40, 0, 0)
    assert await till.fund("unassigned", "USD") == (0, 0, 0)


async def test_a_dispute_takes_hold_of_no_more_than_was_not_refunded(till: Till) -> None:
    await till.do(sale(replace(SALE, fee=usd(0))))
    await till.do(spent)
    await till.do(refund(4_00))
    await till.gift(10_00, "food", "USD")
    await till.do(disputed)
    assert await till.fund("food", "USD") == (10_00, 6_00, 0)
    assert await uncovered(till) == 4_00


HELD_WITHOUT_FEE = replace(HELD, fee=None)


@pytest.mark.parametrize("fee", [0, 60])
@pytest.mark.parametrize(
    ("first", "then", "left"),
    [(WITHOUT_FEE, spent, 0), (WITHOUT_FEE, refund(9_90), 10), (HELD_WITHOUT_FEE, refund(9_90), 10)],
)
async def test_a_fee_that_is_learned_once_the_money_is_gone_is_to_be_covered(
    till: Till, first: Came, then: NEWS, left: int, fee: int
) -> None:
    await till.do(sale(first))
    await till.do(then)
    for _ in range(2):
        assert isinstance(await till.do(sale(replace(SALE, fee=usd(fee)))), Payment)
    assert await till.fund("food", "USD") == (max(0, left - fee), 0, 0)
    assert await uncovered(till) == max(0, fee - left)


DISPUTE_OF_HELD_MONEY = (sale(HELD), disputed, sale(SALE), over(Dispute.WON))


@pytest.mark.parametrize("order", list(permutations(range(4))))
async def test_what_was_released_while_it_was_disputed_is_free_when_the_dispute_is_won(
    till: Till, order: tuple[int, ...]
) -> None:
    for which in (*order, *order[:3]):
        await till.do(DISPUTE_OF_HELD_MONEY[which])
    assert await till.fund("food", "USD") == (9_40, 0, 0)


@pytest.mark.parametrize("refunded", [0, 10_00])
async def test_money_that_was_moved_or_given_back_is_not_put_where_it_belongs(
    till: Till, refunded: int
) -> None:
    """Neither when the treasurer finds its purpose, nor by a second notice, nor once its gift is looked at: it would be
    others' money.
    """
    unknown = replace(SALE, fee=usd(0), purpose="unassigned", subscription_id="I-1")
    payment = await till.do(sale(unknown))
    assert isinstance(payment, Payment)
    away = funds.Move("unassigned", "general", usd(6_00), "because")
    assert isinstance(await till.do(lambda unit: funds.move(unit, away)), funds.Decided)
    if refunded:
        await till.do(refund(refunded))
        await till.do(sale(replace(unknown, transaction_id="S2", subscription_id="I-2")))
    before = await till.fund("unassigned", "USD")
    refused = await till.do(lambda unit: give_purpose(unit, payment.id, "food"))
    assert isinstance(refused, Refused)
    await till.do(lambda unit: register(unit, Monthly("education", "I-1")))
    assert isinstance(await till.do(sale(unknown)), Payment)
    await till.look()
    assert await till.fund("unassigned", "USD") == before
    assert await till.fund("education", "USD") == (0, 0, 0)


async def test_money_of_an_unknown_subscription_waits_for_its_purpose(till: Till) -> None:
    unknown = replace(SALE, purpose="unassigned", subscription_id="I-UNKNOWN")
    await till.do(sale(unknown))
    assert await till.fund("unassigned", "USD") == (9_40, 0, 0)


async def test_a_payment_told_with_another_amount_changes_nothing(till: Till) -> None:
    await till.do(sale(SALE))
    assert isinstance(await till.do(sale(replace(SALE, gross=usd(11_00)))), Refused)
    assert isinstance(await till.do(sale(replace(SALE, gross=Money(10_00, "EUR")))), Refused)
    assert await till.fund("food", "USD") == (9_40, 0, 0)


async def test_what_is_told_at_once_is_booked_once(till_url: str) -> None:
    async with Till.open(till_url, DAY, pool_size=12) as till:
        await till.gift(50_00, "food", "USD")
        news = [sale(SALE), sale(HELD), sale(WITHOUT_FEE), refund(4_00), disputed, over(Dispute.WON)] * 2
        await asyncio.gather(*(till.do(each) for each in news))
        assert await till.fund("food", "USD") == (50_00 + 9_40 - 4_00, 0, 0)
        assert await till.breaches() == set()
