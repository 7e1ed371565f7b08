"""What an IPN says becomes the same values as a webhook; PayPal is asked with the very bytes that came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import PlainTextResponse, Response

from services.donations.paypal import notices as webhooks
from services.donations.paypal import postback
from services.donations.paypal.amounts import Amount
from services.donations.paypal.environments import LIVE, SANDBOX
from services.donations.paypal.fetching import Unreached
from services.donations.paypal.ipn import read
from services.donations.paypal.postback import Genuine, NotGenuine
from services.donations.paypal.said import (
    BackSaid,
    DisputeSaid,
    Failure,
    Head,
    OtherSaid,
    Payer,
    Said,
    SaleSaid,
    SubscriptionSaid,
    Unreadable,
)
from tests.support.paypal import ipns, notices
from tests.support.paypal.notices import REFUND, SALE, SUBSCRIPTION
from tests.unit.donations.paypal.conftest import Door

AT = datetime(2006, 11, 20, 9, 30, tzinfo=UTC)
ARRIVED = AT + timedelta(minutes=7)
OURS = frozenset({ipns.RECEIVER})
DOLLARS = Amount(3000, "USD")
ANY = Head("ipn", "", "", AT)
DONOR = Payer("2J6QB8YJQSJRJ", "Hanako", "Yamada", None, "hanako.yamada@donor.example")


def understood(body: bytes) -> Said | Unreadable:
    return read(body, OURS, ARRIVED, sandbox=True)


def said(body: bytes) -> Said | Unreadable:
    found = understood(body)
    return found if isinstance(found, Unreadable) else replace(found, head=ANY)


def test_the_head_has_an_id_that_a_repeat_has_too() -> None:
    first, other = understood(ipns.payment(AT)), understood(ipns.payment(AT, status="Pending"))
    again = understood(ipns.payment(AT, verify_sign="another", resend="true"))
    assert isinstance(first, SaleSaid)
    assert first == again
    assert first.head.kind == "subscr_payment completed"
    assert first.head.at == ARRIVED
    assert isinstance(other, SaleSaid)
    assert other.head.notice_id != first.head.notice_id


SOLD = SaleSaid(
    ANY,
    SALE,
    "completed",
    DOLLARS,
    AT,
    ARRIVED,
    fee=Amount(117, "USD"),
    subscription_id=SUBSCRIPTION,
    custom_id="gift-2",
    payer=DONOR,
)
BACK = BackSaid(ANY, "refunded", REFUND, SALE, DOLLARS, AT, reason="refund")
MONTHLY = SubscriptionSaid(ANY, SUBSCRIPTION, "active", AT, custom_id="gift-2", monthly=DOLLARS, payer=DONOR)
NO_FEE = replace(SOLD, fee=None)
READ: dict[str, tuple[bytes, Said]] = {
    "a payment": (ipns.payment(AT), SOLD),
    "a payment in yen": (
        ipns.payment(AT, money=("1000", "JPY"), mc_fee="76"),
        replace(SOLD, amount=Amount(1000, "JPY"), fee=Amount(76, "JPY")),
    ),
    "a payment by the newer kind of series": (
        ipns.payment(AT, txn_type="recurring_payment", subscr_id=None, recurring_payment_id=SUBSCRIPTION),
        SOLD,
    ),
    "a single gift": (
        ipns.payment(AT, txn_type="web_accept", subscr_id=None),
        replace(SOLD, subscription_id=None),
    ),
    "a payment that PayPal changed": (
        ipns.payment(AT, settle_amount="3210", settle_currency="JPY", exchange_rate="107.0"),
        replace(SOLD, received=Amount(3210, "JPY")),
    ),
    "one that waits": (
        ipns.payment(AT, status="Pending", payment_type="echeck", pending_reason="echeck"),
        replace(NO_FEE, state="pending", pending_reason="echeck", slow=True),
    ),
    "one that was denied": (ipns.payment(AT, status="Denied"), replace(NO_FEE, state="denied")),
    "one that failed": (ipns.payment(AT, status="Failed"), replace(NO_FEE, state="denied")),
    "a refund": (ipns.back(AT, REFUND), BACK),
    "a refund with its fee": (
        ipns.back(AT, REFUND, mc_fee="-1.17"),
        replace(BACK, fee_back=Amount(117, "USD")),
    ),
    "a refund under the payment's type": (ipns.back(AT, REFUND, txn_type="subscr_payment"), BACK),
    "a refund that names no payment": (ipns.back(AT, REFUND, None), replace(BACK, sale_id=None)),
    "a reversal": (
        ipns.back(AT, REFUND, status="Reversed", reason_code="chargeback", case_id="PP-001-234"),
        replace(BACK, what="reversed", reason="chargeback", case_id="PP-001-234"),
    ),
    "a reversal that is cancelled": (
        ipns.back(AT, REFUND, status="Canceled_Reversal", money=("30.00", "USD"), reason_code="other"),
        replace(BACK, what="reversal_cancelled", reason="other"),
    ),
    "a reversal that is cancelled, for a fee": (
        ipns.back(AT, REFUND, status="Canceled_Reversal", money=("30.00", "USD"), mc_fee="1.17"),
        replace(BACK, what="reversal_cancelled", fee_taken=Amount(117, "USD")),
    ),
    "a new series": (ipns.subscription("subscr_signup", AT), MONTHLY),
    "a series that ends": (ipns.subscription("subscr_cancel", AT), replace(MONTHLY, state="cancelled")),
    "a series that is over, without a date": (
        ipns.subscription("subscr_eot", None),
        replace(MONTHLY, state="expired", since=ARRIVED),
    ),
    "a newer series that ends, with the date of its beginning": (
        ipns.subscription("recurring_payment_profile_cancel", None, time_created=ipns.dated(AT)),
        replace(MONTHLY, state="cancelled", since=ARRIVED),
    ),
    "a series that is suspended": (
        ipns.subscription("recurring_payment_suspended_due_to_max_failed_payment", None),
        replace(MONTHLY, state="suspended", since=ARRIVED),
    ),
    "a payment that is tried again": (
        ipns.subscription("subscr_failed", None, retry_at=ipns.dated(AT + timedelta(days=5))),
        replace(
            MONTHLY, since=ARRIVED, failure=Failure(DOLLARS, ARRIVED, None, AT + timedelta(days=5), None)
        ),
    ),
    "a payment that is not tried again": (
        ipns.subscription(
            "recurring_payment_failed", None, next_payment_date="N/A", outstanding_balance="60.00"
        ),
        replace(
            MONTHLY,
            since=ARRIVED,
            outstanding=Amount(6000, "USD"),
            failure=Failure(DOLLARS, ARRIVED, None, None, None),
        ),
    ),
    "a case": (
        ipns.ipn(
            txn_type="new_case",
            case_id="PP-D-4012",
            txn_id=SALE,
            case_type="chargeback",
            reason_code="unauthorized",
            case_creation_date=ipns.dated(AT),
        ),
        DisputeSaid(
            ANY, "created", "PP-D-4012", (SALE,), "open", AT, reason="unauthorized", stage="chargeback"
        ),
    ),
    "a case that is closed": (
        ipns.ipn(txn_type="adjustment", case_id="PP-D-4012", txn_id=SALE, case_creation_date=ipns.dated(AT)),
        DisputeSaid(ANY, "resolved", "PP-D-4012", (SALE,), "other", ARRIVED),
    ),
    "something else": (ipns.ipn(txn_type="masspay"), OtherSaid(ANY)),
    "something without a type": (ipns.ipn(), OtherSaid(ANY)),
}


@pytest.mark.parametrize(("body", "expected"), READ.values(), ids=READ)
def test_what_an_ipn_says(body: bytes, expected: Said) -> None:
    assert said(body) == expected


def test_an_ipn_and_a_webhook_of_one_payment_say_the_same() -> None:
    webhook = webhooks.read(notices.as_bytes(notices.sale("COMPLETED", AT)))
    assert isinstance(webhook, SaleSaid)
    assert said(ipns.payment(AT)) == replace(webhook, head=ANY, as_of=ARRIVED, payer=DONOR)


@pytest.mark.parametrize("charset", ["windows-1252", "UTF-8", "Shift_JIS", "EUC-JP"])
def test_names_are_in_the_charset_that_the_message_names(charset: str) -> None:
    name = "Zoë" if charset == "windows-1252" else "山田"
    found = understood(ipns.payment(AT, charset=charset, last_name=name))
    assert isinstance(found, SaleSaid)
    assert found.payer == replace(DONOR, surname=name)
    assert name not in repr(found)


def test_without_a_charset_it_is_windows_1252() -> None:
    found = understood(ipns.payment(AT, last_name="Zoë").replace(b"&charset=windows-1252", b""))
    assert isinstance(found, SaleSaid)
    assert found.payer == replace(DONOR, surname="Zoë")


@pytest.mark.parametrize("named", ["business", "receiver_email", "receiver_id"])
def test_any_of_the_receivers_makes_it_ours(named: str) -> None:
    others: dict[str, Any] = dict.fromkeys(
        ("business", "receiver_email", "receiver_id"), "other@group.example"
    )
    for value in ("Gifts@Group.Example", "gifts@group.example"):
        assert isinstance(understood(ipns.payment(AT, **{**others, named: value})), SaleSaid)
    assert understood(ipns.payment(AT, **others)) == Unreadable("receiver", "subscr_payment completed")


def test_play_money_is_none_and_money_is_no_play_money() -> None:
    assert read(ipns.payment(AT), OURS, ARRIVED, sandbox=False) == Unreadable(
        "test_ipn", "subscr_payment completed"
    )
    real = ipns.payment(AT, test_ipn=None)
    assert isinstance(read(real, OURS, ARRIVED, sandbox=False), SaleSaid)
    assert isinstance(understood(real), Unreadable)


MALFORMED: dict[str, tuple[bytes, str]] = {
    "no payment's id": (ipns.payment(AT, txn_id=None), "txn_id"),
    "no amount": (ipns.payment(AT, mc_gross=None), "mc_gross"),
    "an amount below zero": (ipns.payment(AT, money=("-30.00", "USD")), "mc_gross"),
    "thousands of yen": (ipns.payment(AT, money=("1,000.50", "JPY")), "mc_gross"),
    "won": (ipns.payment(AT, money=("1000", "KRW")), "currency"),
    "no date": (ipns.payment(AT, payment_date=None), "payment_date"),
    "another date": (ipns.payment(AT, payment_date="2006-11-20T09:30:00Z"), "payment_date"),
    "no such day": (ipns.payment(AT, payment_date="01:30:00 Feb 30, 2006 PST"), "payment_date"),
    "no such month": (ipns.payment(AT, payment_date="01:30:00 Nev 20, 2006 PST"), "payment_date"),
    "no series": (ipns.subscription("subscr_signup", AT, subscr_id=None), "subscr_id"),
    "no case": (ipns.ipn(txn_type="new_case", txn_id=SALE), "case_id"),
    "a charset of nobody": (ipns.payment(AT).replace(b"windows-1252", b"utf-7"), "charset"),
    "a field twice": (ipns.payment(AT) + b"&txn_id=80F85758S3080410L", "form"),
    "too many fields": (ipns.payment(AT) + b"".join(b"&a%d=1" % number for number in range(300)), "form"),
}


@pytest.mark.parametrize(("body", "part"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_as_paypal_writes_it_is_named(body: bytes, part: str) -> None:
    found = said(body)
    assert isinstance(found, Unreadable)
    assert found.part == part


@given(st.binary(max_size=200))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    assert isinstance(understood(body), Unreadable)


forms = [
    ipns.payment(AT),
    ipns.back(AT, REFUND),
    ipns.subscription("subscr_failed", AT),
    ipns.ipn(txn_type="new_case", case_id="PP-D-4012", txn_id=SALE),
]
texts = st.binary(max_size=12) | st.sampled_from(
    [b"Refunded", b"new_case", b"USD", b"-1", b"utf-8", b"%ed%a0%80"]
)


@given(st.data())
def test_anything_in_any_field_has_an_outcome(data: st.DataObject) -> None:
    pairs = data.draw(st.sampled_from(forms)).split(b"&")
    place = data.draw(st.integers(0, len(pairs) - 1))
    pairs[place] = pairs[place].partition(b"=")[0] + b"=" + data.draw(texts)
    assert isinstance(understood(b"&".join(pairs)), Said | Unreadable)


async def test_the_bytes_go_back_as_they_came(door: Door) -> None:
    body = ipns.payment(AT, last_name="Zoë")
    door.paypal.ipns.add(body)
    assert await postback.ask(body, SANDBOX, door.client) == Genuine()
    (request,) = door.recorder.requests
    assert str(request.url) == "https://ipnpb.sandbox.paypal.com/cgi-bin/webscr"
    assert request.content == b"cmd=_notify-validate&" + body
    for other in (body + b"&", body.replace(b"30.00", b"90.00"), b"", b"cmd=_notify-validate"):
        assert await postback.ask(other, LIVE, door.client) == NotGenuine()
    assert door.recorder.addresses[-1] == "https://ipnpb.paypal.com/cgi-bin/webscr"


async def test_what_is_too_long_is_not_sent_on(door: Door) -> None:
    assert await postback.ask(b"a" * 100_000, SANDBOX, door.client) == NotGenuine()
    assert door.recorder.requests == []


@pytest.mark.parametrize(
    "answer", [Response(status_code=503), PlainTextResponse("Fatal Failure"), Response()]
)
async def test_without_an_answer_it_must_be_asked_again(door: Door, answer: Response) -> None:
    async def instead() -> Response:
        return answer

    door.paypal.instead = instead
    assert isinstance(await postback.ask(ipns.payment(AT), SANDBOX, door.client), Unreached)
