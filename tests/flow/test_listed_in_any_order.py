"""Notices, and rows of PayPal's list that speak of the same money, end alike in any order, and nothing is left over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest

from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row
from tests.support.paypal import ipns, notices
from tests.support.roads import Ipn, Roads
from tests.support.till import WITHOUT_PURPOSE, Till

PAID = datetime(2006, 10, 2, 3, tzinfo=UTC)
LOST, BACK = PAID + timedelta(days=8), PAID + timedelta(days=10)
SALE = notices.sale("COMPLETED", PAID, "S", subscription_id=None)
IS_LOST = notices.dispute("RESOLVED", LOST, outcome="RESOLVED_BUYER_FAVOUR", sale_id="S")
IS_WON = notices.dispute("RESOLVED", BACK, outcome="RESOLVED_SELLER_FAVOUR", sale_id="S")
REVERSED = notices.sale("REVERSED", LOST, "S", subscription_id=None)
NAMELESS = notices.refund(LOST, "R", None, linked=False)
LISTED = Row("R", Kind.REFUND, "completed", Amount(-30_00, "USD"), LOST, code="T1107", refers_to="S")
LISTED_REVERSAL = replace(LISTED, transaction_id="X", kind=Kind.REVERSAL, code="T1106")
CAME_BACK = replace(LISTED_REVERSAL, transaction_id="Y", gross=Amount(30_00, "USD"), at=BACK, code="T1202")

CASES: dict[str, list[Any]] = {
    "a refund of what a dispute took, and its notice names no payment": [SALE, NAMELESS, LISTED, IS_LOST],
    "a refund of what a dispute took": [SALE, notices.refund(LOST, "R", "S"), LISTED, IS_LOST],
    "a part is refunded of what a dispute took": [
        SALE,
        notices.refund(LOST, "R", None, linked=False, money=("10.00", "USD")),
        replace(LISTED, gross=Amount(-10_00, "USD")),
        IS_LOST,
    ],
    "a reversal of what a dispute took": [SALE, REVERSED, LISTED_REVERSAL, IS_LOST],
    "a reversal that only the list tells, of what a dispute took": [SALE, LISTED_REVERSAL, IS_LOST],
    "what was reversed comes back as a dispute is won": [SALE, REVERSED, IS_WON, CAME_BACK],
    "what a dispute took comes back": [SALE, IS_LOST, LISTED_REVERSAL, IS_WON, CAME_BACK],
    "a part was lost, and the rest comes back": [
        *(SALE, REVERSED, IS_WON, replace(CAME_BACK, gross=Amount(26_00, "USD"))),
        notices.dispute(
            *("RESOLVED", LOST),
            outcome="RESOLVED_BUYER_FAVOUR",
            sale_id="S",
            dispute_id="PP-D-2",
            dispute_amount={"currency_code": "USD", "value": "4.00"},
            dispute_outcome={
                "outcome_code": "RESOLVED_BUYER_FAVOUR",
                "amount_refunded": {"currency_code": "USD", "value": "4.00"},
            },
        ),
    ],
}

CLEARED, RELEASED = PAID + timedelta(days=9), PAID + timedelta(days=14)
SLOW: dict[str, Any] = {"subscription_id": None, "payment_mode": "ECHECK"}
PENDING = notices.sale("PENDING", PAID, "S", subscription_id=None)
IS_CLEARED = notices.sale("COMPLETED", PAID, "S", **SLOW, update_time=notices.written(CLEARED))
IS_RELEASED = notices.held(PAID, "S", "RELEASED", **SLOW, update_time=notices.written(RELEASED))
PAYMENT = Row("S", Kind.PAYMENT, "completed", Amount(30_00, "USD"), PAID, code="T0006", custom_id="general")


def heard(days: int, **more: Any) -> Ipn:
    """An IPN of an eCheck that has cleared, which comes so many days after the donor paid."""
    fields = {"txn_type": "web_accept", "subscr_id": None, "payment_type": "echeck", "payer_id": None, **more}
    return Ipn(ipns.payment(PAID, "S", **fields), PAID + timedelta(days=days))


DAYS: dict[str, tuple[list[Any], datetime]] = {
    "by webhook, IPN and list": ([PENDING, IS_CLEARED, heard(10), PAYMENT], CLEARED),
    "a hold that is let go later": ([IS_CLEARED, IS_RELEASED, PAYMENT], CLEARED),
    "no webhook told that it cleared": ([PENDING, heard(9), PAYMENT], CLEARED),
    "its fee is told later": (
        [PAYMENT, replace(PAYMENT, fee=Amount(-1_17, "USD")), heard(9, mc_fee=None)],
        CLEARED,
    ),
    "a part is refunded": (
        [PAYMENT, IS_CLEARED, notices.refund(BACK, "R", "S", money=("10.00", "USD"))],
        CLEARED,
    ),
    "at once, and the list has a later day": ([SALE, replace(PAYMENT, at=BACK)], PAID),
}


async def days(till: Till, order: Sequence[Any]) -> Any:
    """The days of the payment, and what the books have of it by day, once all of this was told."""
    await till.clear(date(2006, 10, 20))
    async with Roads.to(till) as roads:
        for each in order:
            await roads.tell(each)
            await roads.judge()
    (payment,) = await till.rows("SELECT happened_on, gross, refunded, net, held FROM payment")
    booked = await till.rows("""
        SELECT happened_on, on_day, sum(amount) AS amount FROM posting JOIN entry ON entry.id = entry_id
        WHERE account LIKE 'income.%' GROUP BY 1, 2 HAVING sum(amount) <> 0 ORDER BY 1, 2
    """)
    assert await till.breaches() - {WITHOUT_PURPOSE} == set(), order
    return payment, [row for row in booked if row["amount"] < 0]


@pytest.mark.parametrize("name", DAYS)
async def test_money_is_of_one_day_by_whatever_road_it_is_told(till_url: str, name: str) -> None:
    told, came = DAYS[name]
    orders = list(permutations(told))
    async with Till.open(till_url, date(2006, 10, 20)) as till:
        first = await days(till, orders[0])
        assert first[0]["happened_on"] == came.date()
        assert [row["happened_on"] for row in first[1]] == [came.date()]
        for order in Random(name).sample(orders[1:], min(5, len(orders) - 1)):
            assert await days(till, [*order, *order[:2]]) == first, order


async def ends(till: Till, order: Sequence[Any]) -> dict[str, Any]:
    """How the payment stands once all of this was told, and the whole list was sent once more."""
    await till.clear(date(2006, 10, 20))
    async with Roads.to(till) as roads:
        await roads.tell(*order)
        await roads.list(*(each for each in order if isinstance(each, Row)))
    (payment,) = await till.rows("""
        SELECT gross, refunded, net, held, dispute, dispute_unclear, restored, restored_on FROM payment
    """)
    left = await till.rows("""
        SELECT 'notice' AS what, outcome AS state FROM notice
            WHERE outcome = 'look' OR outcome = 'waiting' AND transaction_id IS NULL
        UNION SELECT 'finding', status FROM finding WHERE status NOT IN ('matched', 'missing')
    """)
    assert (left, await till.breaches() - {WITHOUT_PURPOSE}) == ([], set()), order
    return {**payment, "fund": await till.fund("unassigned", "USD")}


@pytest.mark.parametrize("name", CASES)
async def test_notices_and_rows_of_the_list_end_alike_in_any_order(till_url: str, name: str) -> None:
    orders = list(permutations(CASES[name]))
    async with Till.open(till_url, date(2006, 10, 20)) as till:
        first = await ends(till, orders[0])
        for order in Random(name).sample(orders[1:], min(5, len(orders) - 1)):
            assert await ends(till, order) == first, order
