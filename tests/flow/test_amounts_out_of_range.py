"""PayPal may write amounts that no account of ours can hold. Whichever road such a one comes by, what was told is kept,
somebody looks at it, and nothing is booked of it.
"""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.donations.api.paypal import SENT_BY_PAYPAL
from services.donations.commands.matching import Match
from services.donations.commands.monthly import Monthly, register
from services.donations.commands.notices import Notice, take
from services.donations.commands.reconciling import reconcile
from services.donations.domain.notices import Became
from services.donations.paypal import activity, ipn
from services.donations.paypal import notices as reading
from tests.support.noticed import effect
from tests.support.paypal import ipns, lists, notices
from tests.support.till import Till
from tests.support.told import Told
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Tokyo")
DAY = date(2006, 11, 1)
PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
HUGE = "999999999999.99"
"""The most that PayPal's fields have room for."""
HUGE_USD = (HUGE, "USD")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    """A monthly gift, of which S0 came and is disputed; and S1, which came."""
    async with Till.open(till_url, DAY) as till:
        await till.do(lambda unit: register(unit, Monthly("education", notices.SUBSCRIPTION)))
        for told in (
            notices.sale("COMPLETED", PAID, "S0"),
            notices.sale("COMPLETED", PAID, "S1", fee=None),
            notices.dispute("CREATED", PAID, sale_id="S0"),
        ):
            assert await by_webhook(till, told) is Became.BOOKED
        yield till
        await till.look()
        assert await till.breaches() == set()


async def by_webhook(till: Till, told: Mapping[str, Any]) -> Any:
    body = notices.as_bytes(told)
    notice = Notice(str(told["id"]), "webhook", body, PAID)
    (taken,) = await till.do(
        lambda unit: take(unit, ZONE, till.settings.seal, [(notice, reading.read(body))]), SENT_BY_PAYPAL
    )
    return taken


async def books(till: Till) -> list[str]:
    rows = await till.rows(
        "SELECT account, amount FROM posting UNION ALL SELECT fund, balance FROM fund_balance"
    )
    return sorted(str(dict(row)) for row in rows)


def ended(code: str, **amounts: Any) -> dict[str, Any]:
    return notices.dispute("RESOLVED", LATER, sale_id="S0", dispute_outcome={"outcome_code": code, **amounts})


def money(value: str, currency: str = "USD") -> dict[str, str]:
    return {"value": value, "currency_code": currency}


WEBHOOKS: dict[str, Any] = {
    "a fee": notices.sale("COMPLETED", PAID, "S", fee=HUGE),
    "a fee of a known payment": notices.sale("COMPLETED", PAID, "S1", fee=HUGE),
    "a payment": notices.sale("COMPLETED", PAID, "S", money=HUGE_USD),
    "a payment given once": notices.capture("COMPLETED", PAID, "S", money=HUGE_USD),
    "a fee of what is given once": notices.capture(
        "COMPLETED", PAID, "S", seller_receivable_breakdown={"paypal_fee": money(HUGE)}
    ),
    "a refund": notices.refund(LATER, "R", "S1", money=HUGE_USD),
    "a fee that comes back": notices.refund(LATER, "R", "S1", money=("1.00", "USD"), fee_back=HUGE),
    "a reversal": notices.sale("REVERSED", LATER, "S1", money=HUGE_USD),
    "what a dispute takes": ended("RESOLVED_BUYER_FAVOUR", amount_refunded=money(HUGE)),
    "less than nothing that a dispute takes": ended("ACCEPTED", amount_refunded=money("-1.00")),
    "what a dispute takes in a currency of nobody": ended("ACCEPTED", amount_refunded=money("1.00", "GBP")),
    "what was disputed": notices.dispute(
        "RESOLVED",
        LATER,
        sale_id="S0",
        dispute_outcome={"outcome_code": "ACCEPTED"},
        dispute_amount=money(HUGE),
    ),
}


@pytest.mark.parametrize("name", WEBHOOKS)
async def test_what_a_webhook_tells_is_looked_at(till: Till, name: str) -> None:
    before = await books(till)
    assert await by_webhook(till, WEBHOOKS[name]) is Became.LOOK
    assert await books(till) == before
    kept = await till.rows(
        "SELECT body FROM notice JOIN notice_body ON notice_id = id WHERE outcome = 'look'"
    )
    assert len(kept) == 1


IPNS = {
    "a fee": ipns.payment(PAID, "S", mc_fee=HUGE),
    "a payment": ipns.payment(PAID, "S", money=HUGE_USD),
    "a payment given once": ipns.payment(PAID, "S", subscr_id=None, mc_fee=HUGE),
    "a refund": ipns.back(LATER, "R", "S1", money=(f"-{HUGE}", "USD")),
    "a fee that comes back": ipns.back(LATER, "R", "S1", money=("-1.00", "USD"), mc_fee=f"-{HUGE}"),
    "a reversal": ipns.back(LATER, "R", "S1", status="Reversed", money=(f"-{HUGE}", "USD")),
    "what comes back": ipns.back(LATER, "R", "S1", status="Canceled_Reversal", money=HUGE_USD),
    "its fee": ipns.back(LATER, "R", "S1", status="Canceled_Reversal", money=("1.00", "USD"), mc_fee=HUGE),
}


@pytest.mark.parametrize("name", IPNS)
async def test_what_an_ipn_tells_is_looked_at(till: Till, name: str) -> None:
    before = await books(till)
    said = ipn.read(IPNS[name], frozenset({ipns.RECEIVER}), LATER, sandbox=True)
    settled = await till.do(lambda unit: effect(unit, ZONE, said), SENT_BY_PAYPAL)
    assert settled.became is Became.LOOK
    assert await books(till) == before


def row(name: str, value: str, refers: str, code: str = "T0002", **cells: str) -> dict[str, str]:
    more = {"Transaction_Event_Code": code, "Reference_Txn_ID": refers, **cells}
    return lists.row(("10/20/2006", "12:00:00", "GMT+09:00"), "Payment", name, (value, "USD"), **more)


ROWS = {
    "a fee": row("S", "30.00", notices.SUBSCRIPTION, Fee=f"-{HUGE}"),
    "a fee of a known payment": row("S1", "30.00", notices.SUBSCRIPTION, Fee=f"-{HUGE}"),
    "a payment": row("S", HUGE, notices.SUBSCRIPTION),
    "a refund": row("R", f"-{HUGE}", "S1", "T1107"),
    "a fee that comes back": row("R", "-1.00", "S1", "T1107", Fee=HUGE),
}


@pytest.mark.parametrize("name", ROWS)
async def test_what_the_list_shows_is_different(till: Till, name: str) -> None:
    before = await books(till)
    listed = activity.read(lists.download([ROWS[name]]))
    assert isinstance(listed, activity.Activity)
    found = await reconcile(till.units, SENT_BY_PAYPAL, ZONE, listed.rows)
    assert [match for _, match in found] == [Match.DIFFERENT]
    assert await books(till) == before


QUIET: dict[str, Any] = {
    "a price": notices.subscription(
        "UPDATED",
        PAID,
        plan={"billing_cycles": [{"tenure_type": "REGULAR", "pricing_scheme": {"fixed_price": money(HUGE)}}]},
    ),
    "what was not paid": notices.subscription(
        "PAYMENT.FAILED", LATER, billing_info={"last_failed_payment": {"amount": money(HUGE)}}
    ),
    "a payment that waits": notices.sale("PENDING", PAID, "S", money=HUGE_USD),
    "a payment that was refused": notices.sale("DENIED", LATER, "S", money=HUGE_USD),
}


@pytest.mark.parametrize("name", QUIET)
async def test_what_moves_no_money_is_kept(till: Till, name: str) -> None:
    before = await books(till)
    assert await by_webhook(till, QUIET[name]) is Became.KEPT
    await till.look()
    assert await books(till) == before


async def test_a_refund_with_such_a_fee_that_came_first_is_looked_at_once_its_payment_has_come(
    till: Till,
) -> None:
    back = notices.refund(LATER, "R", "S", money=("1.00", "USD"), fee_back=HUGE)
    assert await by_webhook(till, back) is Became.WAITING
    assert await by_webhook(till, notices.sale("COMPLETED", PAID, "S")) is Became.BOOKED
    assert [each["state"] for each in await till.rows("SELECT state FROM refund")] == ["different"]
    assert (await till.fund("education", "USD"))[0] == 30_00 + 2 * 28_83


async def test_paypal_is_answered_that_it_need_not_come_again(donations: Told) -> None:
    await donations.tell(WEBHOOKS["a fee"])
    await donations.post(IPNS["a fee"])

    async def outcomes() -> list[str]:
        await donations.world.settled()
        return await donations.outcomes()

    assert await until(outcomes, lambda found: "asked" not in found) == ["look", "look"]
    assert await donations.entries() == []
