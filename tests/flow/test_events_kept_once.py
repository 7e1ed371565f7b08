"""PayPal sends one event under several transmissions. What it said is kept once, and what it says otherwise too."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.donations import contacts
from services.donations.domain.notices import Became
from shared.outcomes import Refused
from tests.support.paypal import ipns, notices
from tests.support.roads import Ipn, Roads
from tests.support.till import Till

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
SALE = notices.sale("COMPLETED", PAID, custom="Zeisig-Family")
PAYER = {"first_name": "Zeisig", "last_name": "Zeisig-Family", "payer_email": "zeisig@donor.example"}
SUBSCRIBER = {
    "email_address": "zeisig@donor.example",
    "payer_id": "ZEISIG",
    "name": {"given_name": "Zeisig", "surname": "Zeisig-Family"},
}


@pytest.fixture
async def roads(till_url: str) -> AsyncIterator[Roads]:
    async with Till.open(till_url, date(2006, 11, 1), pool_size=6) as till, Roads.to(till) as roads:
        yield roads
        assert await till.breaches() == set()


async def kept(roads: Roads) -> list[tuple[str, bool]]:
    """The notices by their transmissions, and whether each has bytes of its own."""
    rows = await roads.till.rows(
        "SELECT transmission_id, body IS NOT NULL AS has FROM notice LEFT JOIN notice_body ON notice_id = id ORDER BY 1"
    )
    return [(row["transmission_id"], row["has"]) for row in rows]


async def test_an_event_that_is_sent_again_is_another_notice_and_its_bytes_are_kept_once(
    roads: Roads,
) -> None:
    assert await roads.take((SALE, "t1"), (SALE, "t2"), (SALE, "t1")) == [Became.UNASSIGNED] * 2 + [None]
    assert await roads.take((SALE, "t3")) == [Became.UNASSIGNED]
    assert await roads.take((SALE, "t2")) == [None]
    assert [has for _, has in await kept(roads)] == [True, False, False]
    assert list(await roads.said()) == [notices.as_bytes(SALE)]
    events = await roads.till.rows("SELECT event_id, again FROM notice ORDER BY again")
    assert [(each["event_id"], each["again"]) for each in events] == [
        (SALE["id"], again) for again in (False, True, True)
    ]
    assert len(await roads.till.rows("SELECT id FROM entry")) == 1
    # Another body under the second transmission is a forgery like one under the first.
    (refused,) = await roads.take((notices.sale("COMPLETED", PAID, "OTHER"), "t2"))
    assert isinstance(refused, Refused)


async def test_what_paypal_says_otherwise_under_the_same_event_is_kept_too(roads: Roads) -> None:
    other = {
        **SALE,
        "resource": {**SALE["resource"], "transaction_fee": {"value": "1.20", "currency": "USD"}},
    }
    for number, told in enumerate((SALE, other, SALE, other)):
        await roads.take((told, f"t{number}"))
    assert list(await roads.said()) == [notices.as_bytes(SALE), notices.as_bytes(other)]
    assert {row["event_id"] for row in await roads.till.rows("SELECT event_id FROM notice")} == {SALE["id"]}


async def test_one_event_at_two_replicas_at_once_is_kept_once(roads: Roads) -> None:
    """In many rounds, under transmissions whose order is another one than that of the events."""
    for number in range(8):
        first, second = (notices.sale("COMPLETED", PAID, f"{name}{number}") for name in "AB")
        ones = ((first, f"a{number}"), (second, f"d{number}"))
        others = ((first, f"c{number}"), (second, f"b{number}"))
        await asyncio.gather(roads.take(*ones), roads.take(*others))
    found = await kept(roads)
    assert (len(found), sum(has for _, has in found)) == (32, 16)
    assert len(await roads.till.rows("SELECT id FROM entry")) == 16


async def test_what_is_not_kept_any_more_is_not_kept_again(roads: Roads) -> None:
    await roads.take((SALE, "t1"))
    await roads.till.do(lambda unit: contacts.forget_notices_of(unit.session, notices.SALE))
    assert await roads.take((SALE, "t2")) == [Became.UNASSIGNED]
    assert [has for _, has in await kept(roads)] == [False, False]


async def test_of_a_subscription_s_notice_no_name_stays(roads: Roads) -> None:
    """By both roads; ids, amounts and dates do."""
    plan = {"billing_cycles": [{"tenure_type": "REGULAR", "pricing_scheme": {"fixed_price": _usd("30.00")}}]}
    begun = notices.subscription(
        "ACTIVATED", PAID, subscriber=SUBSCRIBER, custom_id="Zeisig-Family", plan=plan
    )
    failed = notices.payment_failed(PAID)
    old: dict[str, Any] = {**PAYER, "custom": "Zeisig-Family"}
    await roads.tell(begun, failed, Ipn(ipns.subscription("subscr_signup", PAID, **old), PAID))
    before = await roads.said()
    assert b"Zeisig" in before[2], "PayPal has not vouched for it yet, and compares it byte for byte"
    await roads.judge()
    said = [json.loads(each) for each in await roads.said()]
    assert [name for name in ("Zeisig", "zeisig", "ZEISIG", "Hanako", "hanako") if name in str(said)] == []
    assert {each["subscription_id"] for each in said} == {notices.SUBSCRIPTION}
    assert [each["monthly"] for each in said] == [[30_00, "USD"], None, [30_00, "USD"]]
    assert said[1]["failure"]["amount"] == [30_00, "USD"]
    assert {each["since"] for each in said} == {PAID.isoformat()}
    assert {each["head"]["notice_id"] for each in said} >= {begun["id"], failed["id"]}
    # A repeat is known by its digest even so.
    await roads.tell(Ipn(ipns.subscription("subscr_signup", PAID, **old), PAID))
    await roads.judge()
    assert [json.loads(each) for each in await roads.said()] == said


def _usd(value: str) -> dict[str, str]:
    return {"value": value, "currency_code": "USD"}
