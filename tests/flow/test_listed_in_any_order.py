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
from tests.support.paypal import notices
from tests.support.roads import Roads
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
