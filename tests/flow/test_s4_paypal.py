"""S4 and S10, the money's side: PayPal tells of a monthly gift, in whatever order and how often."""

import asyncio
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.support.paypal import notices
from tests.support.paypal.signing import sign
from tests.support.told import Notice, Told

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)


def refund(number: int, value: str) -> Notice:
    return notices.refund(LATER, f"R{number}", money=(value, "USD"))


SALE = notices.sale("COMPLETED", PAID)
TWO_REFUNDS = [refund(1, "10.00"), refund(1, "10.00"), refund(2, "5.00"), refund(2, "5.00"), SALE]
STORIES: dict[str, tuple[Sequence[Notice], list[str], tuple[int, int], list[str]]] = {
    # name: notices, what became of them, held and free, what was booked
    "B1 a hold that is released is the same sale": (
        [notices.held(PAID), notices.held(PAID, status="RELEASED", update_time=notices.written(LATER))],
        ["booked", "booked"],
        (0, 2883),
        ["gift", "released"],
    ),
    "B1 what is held is not free": ([notices.held(PAID)], ["booked"], (2883, 0), ["gift"]),
    "B1 the release overtakes the hold": (
        [notices.held(PAID, status="RELEASED"), notices.held(PAID)],
        ["booked", "booked"],
        (0, 2883),
        ["gift"],
    ),
    "B3 two refunds come before their sale, each twice": (
        TWO_REFUNDS,
        ["waiting"] * 4 + ["booked"],
        (0, 1383),
        ["gift", "refund", "refund"],
    ),
    "B3 a refund beyond the gross is looked at": (
        [*TWO_REFUNDS, refund(3, "15.01")],
        ["waiting"] * 4 + ["booked", "look"],
        (0, 1383),
        ["gift", "refund", "refund"],
    ),
    "B4 a reversal and a dispute that was lost are the same money": (
        [
            SALE,
            notices.dispute("CREATED", LATER),
            notices.sale("REVERSED", LATER),
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_BUYER_FAVOUR"),
        ],
        ["booked"] * 4,
        # PayPal keeps its fee of 1.17, which is to be covered from elsewhere.
        (0, 0),
        ["gift", "held", "refund"],
    ),
    "B4 a dispute that was won": (
        [
            SALE,
            notices.dispute("CREATED", LATER),
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"),
        ],
        ["booked"] * 3,
        (0, 2883),
        ["gift", "held", "released"],
    ),
    "B4 a dispute that was won after the sale was reversed": (
        [
            SALE,
            notices.dispute("CREATED", LATER),
            notices.sale("REVERSED", LATER),
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"),
        ],
        ["booked"] * 4,
        (0, 2883),
        ["gift", "held", "refund", "restored"],
    ),
    "B4 the end of the dispute overtakes the reversal": (
        [
            SALE,
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"),
            notices.sale("REVERSED", LATER),
        ],
        ["booked"] * 3,
        (0, 2883),
        ["gift", "refund", "restored"],
    ),
    "B4 a reversal after the dispute was won is another one": (
        [
            SALE,
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"),
            notices.sale("REVERSED", LATER + timedelta(days=5)),
        ],
        ["booked"] * 3,
        (0, 0),
        ["gift", "refund"],
    ),
    "B4 a dispute that was lost in part": (
        [
            SALE,
            notices.dispute("CREATED", LATER),
            notices.dispute(
                "RESOLVED",
                LATER,
                dispute_outcome={
                    "outcome_code": "RESOLVED_BUYER_FAVOUR",
                    "amount_refunded": {"currency_code": "USD", "value": "10.00"},
                },
            ),
        ],
        ["booked"] * 3,
        (0, 1883),
        ["gift", "held", "refund", "released"],
    ),
    "B4 a dispute of which it is not said who won is held": (
        [
            SALE,
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_WITH_PAYOUT"),
            notices.dispute("CREATED", LATER),
        ],
        ["booked", "look", "look"],
        (2883, 0),
        ["gift", "held"],
    ),
    "B5 pending books nothing, nor does denied": (
        [notices.sale("PENDING", PAID), notices.sale("DENIED", LATER)],
        ["kept", "kept"],
        (0, 0),
        [],
    ),
    "B5 pending, and completed nine days later": (
        [
            notices.sale("PENDING", PAID),
            notices.sale("COMPLETED", PAID, payment_mode="ECHECK", update_time=notices.written(LATER)),
        ],
        ["kept", "booked"],
        (0, 2883),
        ["gift"],
    ),
    "others are kept": (
        [
            notices.subscription("ACTIVATED", PAID),
            notices.payment_failed(PAID),
            notices.notice("CHECKOUT.ORDER.APPROVED", "order", {}, PAID),
        ],
        ["kept"] * 3,
        (0, 0),
        [],
    ),
    "a refund that names no sale waits": (
        [notices.refund(LATER, sale_id=None, linked=False)],
        ["waiting"],
        (0, 0),
        [],
    ),
    "a currency in which we have no accounts is looked at": (
        [notices.sale("COMPLETED", PAID, money=("30.00", "GBP"))],
        ["look"],
        (0, 0),
        [],
    ),
}


@pytest.mark.parametrize("name", STORIES)
async def test_what_paypal_tells_is_booked_once(donations: Told, name: str) -> None:
    told, became, money, booked = STORIES[name]
    for each in told:
        await donations.tell(each)
    assert await donations.outcomes() == became
    assert await donations.held_and_free() == money
    assert await donations.entries() == booked
    # Once more, under other transmission ids: all is known.
    for each in told:
        await donations.tell(each)
    assert await donations.held_and_free() == money
    assert await donations.entries() == booked


async def test_a_slow_payment_has_the_date_on_which_it_cleared(donations: Told) -> None:
    await donations.tell(
        notices.sale("COMPLETED", PAID, payment_mode="ECHECK", update_time="2006-10-28T16:00:00Z")
    )
    # 16:00 in Greenwich is the next day in Tokyo.
    assert [str(each[0]) for each in await donations.rows("SELECT happened_on FROM payment")] == [
        "2006-10-29"
    ]


async def test_money_of_an_unknown_subscription_is_booked_without_a_purpose(donations: Told) -> None:
    await donations.tell(notices.sale("COMPLETED", PAID, subscription_id="I-UNKNOWN"))
    assert await donations.outcomes() == ["unassigned"]
    assert await donations.held_and_free("unassigned") == (0, 2883)


async def test_a_repeat_changes_nothing_and_another_body_under_its_id_is_refused(
    donations: Told,
) -> None:
    body, headers = donations.sandbox.signed(SALE, datetime.now(UTC) - timedelta(days=2))
    for _ in range(3):
        assert (await donations.send(body, headers)).status_code == 200
    assert await donations.outcomes() == ["booked"]
    other = notices.as_bytes(notices.sale("COMPLETED", PAID, "OTHER"))
    signer = donations.sandbox.signer
    # PayPal's own key, as if somebody had found a body of the same CRC32.
    parts = [headers[f"PAYPAL-TRANSMISSION-{name}"] for name in ("ID", "TIME")]
    message = "|".join([*parts, signer.webhook_id, str(zlib.crc32(other))])
    forged = {**headers, "PAYPAL-TRANSMISSION-SIG": sign(signer.holder.key, message)}
    answer = await donations.send(other, forged)
    assert (answer.status_code, answer.json()["errors"][0]["reason"]) == (400, "body")
    assert await donations.outcomes() == ["booked"]
    assert await donations.world.donations.metric("relief_notices_total", outcome="repeat") == 2


@pytest.mark.parametrize("fault", ["altered", "too_old", "ahead", "address", "headers", "too_large"])
async def test_a_forged_notice_leaves_nothing(donations: Told, fault: str) -> None:
    now = datetime.now(UTC)
    shift = {"too_old": timedelta(days=-60), "ahead": timedelta(hours=1)}.get(fault, timedelta())
    body, headers = donations.sandbox.signed(SALE, now + shift)
    if fault == "address":
        headers["PAYPAL-CERT-URL"] = "https://evil.example/paypal.com"
    if fault == "headers":
        del headers["PAYPAL-TRANSMISSION-SIG"]
    body = {"altered": body.replace(b"30.00", b"90.00"), "too_large": b" " * 2 * 1024 * 1024}.get(fault, body)
    answer = await donations.send(body, headers)
    assert answer.status_code == (413 if fault == "too_large" else 400)
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["reason"] == {"altered": "signature"}.get(fault, fault)
    assert await donations.rows("SELECT id FROM notice") == await donations.entries() == []


async def test_without_paypal_s_certificate_nobody_can_tell(donations: Told) -> None:
    kept = dict(donations.sandbox.paypal.certificates)
    donations.sandbox.paypal.certificates.clear()
    signed = donations.sandbox.signed(SALE, datetime.now(UTC))
    try:
        assert (await donations.send(*signed)).status_code == 503
    finally:
        donations.sandbox.paypal.certificates.update(kept)
    assert await donations.outcomes() == []
    assert (await donations.send(*signed)).status_code == 200
    assert await donations.outcomes() == ["booked"]


async def test_one_sale_told_to_two_replicas_at_once_is_booked_once(donations: Told) -> None:
    async with donations.world.another("donations", **donations.settings) as other:
        first = donations.world.donations.replica
        for number in range(5):
            sale = notices.sale("COMPLETED", PAID, f"S{number}")
            back = notices.refund(LATER, f"R{number}", f"S{number}", money=("10.00", "USD"))
            told = [(each, to) for each in (sale, back) for to in (first, other)]
            await asyncio.gather(*(donations.tell(each, to) for each, to in told))
        assert await donations.held_and_free() == (0, 5 * 1883)
        assert await donations.entries() == ["gift"] * 5 + ["refund"] * 5
