"""S4, by the older road: PayPal posts an IPN, is asked whether it is its own, and it is booked like a webhook."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from services.donations.repository.payments import lock_or_make
from tests.faults.proxy import Proxy
from tests.support.paypal import ipns, notices
from tests.support.told import Told
from tests.support.waiting import until

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
SALE = notices.sale("COMPLETED", PAID)
BOOKED_ONCE = ((0, 2883), ["gift"])


async def judged(donations: Told) -> list[str]:
    """What became of the notices, once PayPal has said of each whether it is its own."""
    return await until(donations.outcomes, lambda found: "asked" not in found)


async def stands(donations: Told) -> tuple[tuple[int, int], list[str]]:
    return await donations.held_and_free(), await donations.entries()


async def test_an_ipn_is_answered_with_nothing_and_its_bytes_go_back_unchanged(donations: Told) -> None:
    # A name in the charset that the message names, and a sign that no second writer of forms would leave as it is.
    ipn = ipns.payment(PAID, charset="shift_jis", first_name="花子", memo="a*b~c") + b"&item_number=%7e%7E"
    await donations.post(ipn)
    assert await judged(donations) == ["booked"]
    assert await stands(donations) == BOOKED_ONCE
    assert await donations.rows("SELECT way, event_type, transaction_id FROM notice") == [
        ("ipn", "subscr_payment completed", notices.SALE)
    ]


@pytest.mark.parametrize("order", [("ipn", "webhook"), ("webhook", "ipn")], ids=" then ".join)
async def test_b2_one_payment_told_by_both_roads_is_booked_once(
    donations: Told, order: tuple[str, str]
) -> None:
    for each in order:
        await (donations.post(ipns.payment(PAID)) if each == "ipn" else donations.tell(SALE))
        await judged(donations)
    assert await donations.outcomes() == ["booked", "booked"]
    assert await stands(donations) == BOOKED_ONCE
    assert sorted(await donations.rows("SELECT way FROM notice")) == [("ipn",), ("webhook",)]


async def test_b2_both_roads_that_meet_at_one_payment_on_two_replicas_book_it_once(donations: Told) -> None:
    """The IPN's booking waits for PayPal, and both for the payment, which somebody holds until they are there."""
    paypal, payments = donations.sandbox.paypal, [f"MEET{number}" for number in range(4)]
    ours = donations.world.donations

    async def asked() -> int:
        return paypal.asked.count("POST /cgi-bin/webscr")

    async with donations.world.another("donations", **donations.settings) as other:
        for name in payments:
            before = await asked()
            paypal.vouching.clear()
            await donations.post(ipns.payment(PAID, name), other)
            await until(asked, lambda times, before=before: times > before)  # type: ignore[misc]
            async with ours.service.units.open() as unit:
                await lock_or_make(unit.session, "paypal", name)
                paypal.vouching.set()
                telling = asyncio.create_task(donations.tell(notices.sale("COMPLETED", PAID, name)))
                await until(ours.waiting_for_locks, lambda waiting: waiting >= 2)
            await telling
        assert await judged(donations) == ["booked"] * 2 * len(payments)
    assert await donations.entries() == ["gift"] * len(payments)
    assert await donations.held_and_free() == (0, 2883 * len(payments))


async def test_a_refund_by_one_road_finds_its_payment_of_the_other(donations: Told) -> None:
    await donations.post(ipns.back(LATER, "R1", money=("-10.00", "USD")))
    assert await judged(donations) == ["waiting"]
    await donations.tell(SALE)
    await donations.tell(notices.refund(LATER, "R1", money=("10.00", "USD")))
    assert await stands(donations) == ((0, 1883), ["gift", "refund"])


async def test_a_reversal_by_both_roads_is_the_same_money(donations: Told) -> None:
    await donations.tell(SALE)
    await donations.tell(notices.sale("REVERSED", LATER))
    await donations.post(ipns.back(LATER, "OWN-ID", status="Reversed", reason_code="chargeback"))
    assert await judged(donations) == ["booked", "booked", "booked"]
    assert await donations.entries() == ["gift", "refund"]


async def test_a_repeat_of_an_ipn_changes_nothing(donations: Told) -> None:
    for signed in ("one", "one", "two"):
        await donations.post(ipns.payment(PAID, verify_sign=signed))
        await judged(donations)
    assert await donations.outcomes() == ["booked"]
    assert await stands(donations) == BOOKED_ONCE


@pytest.mark.parametrize(
    "body",
    [ipns.payment(PAID), b"\xff not a form at all", b"x" * (64 * 1024 + 1)],
    ids=["not PayPal's", "no form", "too large"],
)
async def test_a_forged_ipn_leaves_nothing(donations: Told, body: bytes) -> None:
    answer = await donations.send(body, {}, path="ipn")
    assert answer.status_code == (400 if len(body) > 64 * 1024 else 200)
    assert await judged(donations) == []
    assert await donations.rows("SELECT notice_id FROM notice_body") == await donations.entries() == []


@pytest.mark.parametrize(
    "changed",
    [
        {"receiver_email": "else@shop.example", "business": "else@shop.example", "receiver_id": "OTHER"},
        {"test_ipn": None},
        {"mc_gross": "30"},
    ],
    ids=["for somebody else", "of the other environment", "readable"],
)
async def test_whose_money_it_is_stands_in_the_settings(donations: Told, changed: dict[str, Any]) -> None:
    """PayPal vouches for every IPN that it sent, to whomever."""
    await donations.post(ipns.payment(PAID, **changed))
    ours = "mc_gross" in changed
    assert await judged(donations) == (["booked"] if ours else ["look"])
    assert await donations.entries() == (["gift"] if ours else [])


async def test_while_paypal_does_not_say_it_is_asked_again_and_nothing_is_believed(donations: Told) -> None:
    async def busy() -> Response:
        return PlainTextResponse("busy", 503)

    donations.sandbox.paypal.instead = busy
    donations.sandbox.paypal.asked.clear()
    for number in range(20):
        await donations.post(ipns.payment(PAID, f"S{number}"))
    away = {"way": "ipn", "outcome": "not_judged"}
    await until(
        lambda: donations.world.donations.metric("relief_notices_total", **away), lambda seen: seen >= 20
    )
    assert (await donations.outcomes(), await donations.entries()) == (["asked"] * 20, [])
    # Not each of them waits for PayPal to be silent.
    assert len(donations.sandbox.paypal.asked) < 20
    # Another one that says the same may be PayPal's, or this one may: it has to come again.
    second = ipns.payment(PAID, "S0", verify_sign="another")
    assert (await donations.send(donations.sandbox.posted(second), {}, path="ipn")).status_code == 503
    donations.sandbox.paypal.instead = None
    assert await judged(donations) == ["booked"] * 20


@asynccontextmanager
async def behind(donations: Told) -> AsyncIterator[tuple[Proxy, Proxy, Any]]:
    """A replica that reaches its database and its broker through proxies."""
    servers, world = donations.world.servers, donations.world
    database, broker = Proxy([servers.database_address]), Proxy([servers.broker_address])
    for each in (database, broker):
        await each.start()
    name = world.databases["donations"]
    urls = {
        "database_url": f"postgresql+asyncpg://donations@127.0.0.1:{database.port}/{name}",
        "broker_url": f"amqp://donations@127.0.0.1:{broker.port}/{world.vhost}",
    }
    async with world.another("donations", **donations.settings, **urls) as replica:
        yield database, broker, replica
        for each in (database, broker):
            each.refuse(False)
    for each in (database, broker):
        await each.stop()


async def test_b11_without_a_database_paypal_comes_again_and_without_a_broker_it_need_not(
    donations: Told,
) -> None:
    ipn = donations.sandbox.posted(ipns.payment(PAID))
    webhook = donations.sandbox.signed(SALE, datetime.now(UTC))

    async def answers(to: Any) -> list[int]:
        sent = [await donations.send(*webhook, to), await donations.send(ipn, {}, to, "ipn")]
        return [each.status_code for each in sent]

    async with behind(donations) as (database, broker, replica):
        database.refuse()
        database.cut()
        assert await answers(replica) == [503, 503]
        assert await donations.outcomes() == await donations.entries() == []
        database.refuse(False)
        broker.refuse()
        broker.cut()
        assert await answers(replica) == [200, 200]
        assert await judged(donations) == ["booked", "booked"]
        assert await stands(donations) == BOOKED_ONCE
