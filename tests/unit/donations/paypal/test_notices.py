"""What a webhook says, as values; and that no bytes at all make the reader raise."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.paypal.amounts import Amount
from services.donations.paypal.notices import read
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
from tests.support.paypal import notices
from tests.support.paypal.notices import DISPUTE, REFUND, SALE, SUBSCRIPTION

AT = datetime(2006, 11, 20, 9, 30, tzinfo=UTC)
DOLLARS = Amount(3000, "USD")
ANY = Head("webhook", "", "", AT)


def said(notice: dict[str, Any]) -> Said | Unreadable:
    """What is read from the notice, without its head, which is looked at once below."""
    found = read(notices.as_bytes(notice))
    return found if isinstance(found, Unreadable) else replace(found, head=ANY)


def changed(notice: dict[str, Any], **resource: Any) -> dict[str, Any]:
    return {**notice, "resource": {**notice["resource"], **resource}}


def test_the_head_says_which_notice_it_is() -> None:
    notice = {**notices.sale("COMPLETED", AT), "create_time": "2006-11-20T18:30:00.123+09:00"}
    found = read(notices.as_bytes(notice))
    assert isinstance(found, SaleSaid)
    when = datetime(2006, 11, 20, 9, 30, 0, 123000, tzinfo=UTC)
    assert found.head == Head("webhook", notice["id"], "PAYMENT.SALE.COMPLETED", when)


SOLD = SaleSaid(
    ANY,
    SALE,
    "completed",
    DOLLARS,
    AT,
    AT,
    fee=Amount(117, "USD"),
    subscription_id=SUBSCRIPTION,
    custom_id="gift-2",
)
SALES = {
    "completed": (notices.sale("COMPLETED", AT), SOLD),
    "in yen": (
        notices.sale("COMPLETED", AT, money=("1000", "JPY"), fee="76"),
        replace(SOLD, amount=Amount(1000, "JPY"), fee=Amount(76, "JPY")),
    ),
    "held": (notices.held(AT), replace(SOLD, hold="held", hold_reason="payment_hold")),
    "held, as older answers say it": (
        notices.sale("COMPLETED", AT, payment_hold_status="HELD", payment_hold_reasons=["PAYMENT_HOLD"]),
        replace(SOLD, hold="held", hold_reason="payment_hold"),
    ),
    "released": (
        notices.held(AT, status="RELEASED"),
        replace(SOLD, hold="released", hold_reason="payment_hold"),
    ),
    "pending": (
        notices.sale("PENDING", AT, fee=None, reason_code="ECHECK"),
        replace(SOLD, state="pending", fee=None, pending_reason="echeck", slow=True),
    ),
    "cleared nine days later": (
        notices.sale(
            "COMPLETED", AT, payment_mode="ECHECK", update_time=notices.written(AT + timedelta(days=9))
        ),
        replace(SOLD, slow=True, as_of=AT + timedelta(days=9)),
    ),
    "denied": (notices.sale("DENIED", AT, fee=None), replace(SOLD, state="denied", fee=None)),
    "of no subscription": (
        notices.sale("COMPLETED", AT, subscription_id=None),
        replace(SOLD, subscription_id=None),
    ),
    "changed into another currency": (
        notices.sale("COMPLETED", AT, receivable_amount={"value": "3210", "currency": "JPY"}),
        replace(SOLD, received=Amount(3210, "JPY")),
    ),
}


@pytest.mark.parametrize(("notice", "expected"), SALES.values(), ids=SALES)
def test_sales(notice: dict[str, Any], expected: SaleSaid) -> None:
    assert said(notice) == expected


def test_a_slow_payment_counts_from_its_clearing_and_a_released_hold_from_the_payment() -> None:
    later = AT + timedelta(days=9)
    assert replace(SOLD, as_of=later, hold="released").counts_from == AT
    assert replace(SOLD, as_of=later, slow=True).counts_from == later
    assert replace(SOLD, as_of=later, slow=True, state="pending").counts_from == AT


BACK = BackSaid(ANY, "refunded", REFUND, SALE, DOLLARS, AT)
BACKS = {
    "refunded": (notices.refund(AT), BACK),
    "refunded in part, with some of the fee": (
        notices.refund(AT, money=("10.00", "USD"), fee_back="0.39"),
        replace(BACK, amount=Amount(1000, "USD"), fee_back=Amount(39, "USD")),
    ),
    "refunded on PayPal's site, linked": (changed(notices.refund(AT), sale_id=None), BACK),
    "refunded on PayPal's site, not linked": (
        notices.refund(AT, sale_id=None, linked=False),
        replace(BACK, sale_id=None),
    ),
    "reversed": (
        notices.sale("REVERSED", AT, reason_code="CHARGEBACK"),
        replace(BACK, what="reversed", back_id=None, reason="chargeback"),
    ),
    "reversed, below zero": (
        notices.sale("REVERSED", AT, money=("-30.00", "USD")),
        replace(BACK, what="reversed", back_id=None),
    ),
    "reversed under an id of its own": (
        changed(notices.sale("REVERSED", AT, "9XT12345AB678901C"), sale_id=SALE),
        replace(BACK, what="reversed", back_id="9XT12345AB678901C"),
    ),
}


@pytest.mark.parametrize(("notice", "expected"), BACKS.values(), ids=BACKS)
def test_money_that_goes_back(notice: dict[str, Any], expected: BackSaid) -> None:
    assert said(notice) == expected


DONOR = Payer("2J6QB8YJQSJRJ", "Hanako", "Yamada", None, "hanako.yamada@donor.example")
MONTHLY = SubscriptionSaid(
    ANY,
    SUBSCRIPTION,
    "active",
    AT,
    custom_id="gift-2",
    plan_id="P-5ML4271244454362WXNWU5NQ",
    last_paid=DOLLARS,
    last_paid_at=AT,
    next_at=datetime(2006, 12, 5, 10, tzinfo=UTC),
    outstanding=Amount(0, "USD"),
    payer=DONOR,
)
STATES = {
    "CREATED": "pending",
    "ACTIVATED": "active",
    "UPDATED": "active",
    "SUSPENDED": "suspended",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
}


@pytest.mark.parametrize(("what", "state"), STATES.items())
def test_states_of_a_subscription(what: str, state: Any) -> None:
    assert said(notices.subscription(what, AT)) == replace(MONTHLY, state=state)


def test_a_state_that_is_new_is_other_and_its_time_decides() -> None:
    since = AT - timedelta(hours=3)
    later = notices.subscription("UPDATED", AT, status="PAUSED", status_update_time=notices.written(since))
    assert said(later) == replace(MONTHLY, state="other", since=since)
    without = notices.subscription("UPDATED", AT, status_update_time=None, update_time=notices.written(since))
    assert said(without) == replace(MONTHLY, since=since)
    bare = notices.subscription("UPDATED", AT, status_update_time=None, update_time=None)
    found = read(notices.as_bytes(bare))
    assert isinstance(found, SubscriptionSaid)
    assert found.since == found.head.at


def test_a_price_of_its_own_is_the_regular_cycles() -> None:
    cycles = [
        {"tenure_type": "TRIAL", "pricing_scheme": {"fixed_price": {"value": "1", "currency_code": "USD"}}},
        {
            "tenure_type": "REGULAR",
            "pricing_scheme": {"fixed_price": {"value": "30", "currency_code": "USD"}},
        },
    ]
    notice = notices.subscription("UPDATED", AT, plan={"billing_cycles": cycles})
    assert said(notice) == replace(MONTHLY, monthly=DOLLARS)


@pytest.mark.parametrize("retry_at", [AT + timedelta(days=5), None])
def test_a_failed_payment_is_tried_again_until_the_last(retry_at: datetime | None) -> None:
    found = said(notices.payment_failed(AT, count=2, retry_at=retry_at))
    failure = Failure(DOLLARS, AT, "payment_denied", retry_at, 2)
    expected = replace(MONTHLY, last_paid=None, last_paid_at=None, next_at=None, failure=failure)
    assert found == replace(expected, outstanding=Amount(6000, "USD"))


DISPUTED = DisputeSaid(
    ANY, "created", DISPUTE, (SALE,), "open", AT, amount=DOLLARS, reason="unauthorised", stage="chargeback"
)
OUTCOMES = {
    "RESOLVED_BUYER_FAVOUR": "lost",
    "RESOLVED_SELLER_FAVOUR": "won",
    "RESOLVED_WITH_PAYOUT": "other",
    "CANCELED_BY_BUYER": "won",
    "ACCEPTED": "lost",
    "DENIED": "won",
    "NONE": "other",
    "SOMETHING_NEW": "other",
}


def test_the_outcomes_are_those_that_paypal_has() -> None:
    assert set(notices.OUTCOMES) < set(OUTCOMES)


@pytest.mark.parametrize(("code", "outcome"), OUTCOMES.items())
def test_disputes_end_for_us_or_against_us_or_somebody_looks(code: str, outcome: Any) -> None:
    ended = replace(DISPUTED, what="resolved", outcome=outcome, outcome_code=code.lower(), refunded=DOLLARS)
    assert said(notices.dispute("RESOLVED", AT, outcome=code)) == ended


def test_disputes_are_open_before() -> None:
    assert said(notices.dispute("CREATED", AT)) == DISPUTED
    assert said(notices.dispute("UPDATED", AT)) == replace(DISPUTED, what="updated")
    assert said(notices.dispute("CREATED", AT, disputed_transactions=None)) == replace(DISPUTED, sale_ids=())
    assert said(notices.dispute("RESOLVED", AT)) == replace(DISPUTED, what="resolved", outcome="other")


@pytest.mark.parametrize(
    "kind", ["CHECKOUT.ORDER.COMPLETED", "BILLING.PLAN.CREATED", "BILLING.SUBSCRIPTION.NEW"]
)
def test_other_kinds_are_kept_as_other(kind: str) -> None:
    assert said(notices.notice(kind, "thing", {"id": "X"}, AT)) == OtherSaid(ANY)


GOOD = notices.sale("COMPLETED", AT)
MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "an amount as a bare whole number": (changed(GOOD, amount={"total": 30, "currency": "USD"}), "amount"),
    "an amount as a bare number": (changed(GOOD, amount={"total": 30.5, "currency": "USD"}), "amount"),
    "an amount alone": (changed(GOOD, amount="30.00"), "amount"),
    "no amount": (changed(GOOD, amount=None), "amount"),
    "no currency": (changed(GOOD, amount={"total": "30.00"}), "amount"),
    "nothing": (changed(GOOD, amount={"total": "0.00", "currency": "USD"}), "amount"),
    "below zero": (changed(GOOD, amount={"total": "-30.00", "currency": "USD"}), "amount"),
    "thousands of yen": (changed(GOOD, amount={"total": "1,000.50", "currency": "JPY"}), "amount"),
    "parts of yen": (changed(GOOD, amount={"total": "1000.50", "currency": "JPY"}), "amount"),
    "won": (changed(GOOD, amount={"total": "1000", "currency": "KRW"}), "currency"),
    "a fee as a bare number": (
        changed(GOOD, transaction_fee={"value": 1.17, "currency": "USD"}),
        "transaction_fee",
    ),
    "no sale": (changed(GOOD, id=None), "id"),
    "a sale's id with a line end": (changed(GOOD, id="80F85758S3080410K\n"), "id"),
    "a number as a sale's id": (changed(GOOD, id=80), "id"),
    "no such month": (changed(GOOD, create_time="2006-19-20T09:30:00Z"), "create_time"),
    "no zone": (changed(GOOD, create_time="2006-11-20T09:30:00"), "create_time"),
    "a resource that is none": ({**GOOD, "resource": []}, "id"),
    "no id": ({**GOOD, "id": None}, "id"),
    "no kind": ({**GOOD, "event_type": None}, "event_type"),
    "no time": ({**GOOD, "create_time": None}, "create_time"),
    "a refund of nothing": (notices.refund(AT, money=("0.00", "USD")), "amount"),
    "a dispute without an id": (changed(notices.dispute("CREATED", AT), dispute_id=None), "dispute_id"),
}


@pytest.mark.parametrize(("notice", "part"), MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_as_paypal_writes_it_is_named(notice: dict[str, Any], part: str) -> None:
    found = said(notice)
    assert isinstance(found, Unreadable)
    assert found.part == part
    assert found.notice_id == (notice["id"] or None)


@pytest.mark.parametrize(
    "body", [b"", b"null", b"[]", b"1", b"{", b"\xff", b"[" * 100_000, b"9" * 5000, b"NaN"]
)
def test_what_is_no_object_is_unreadable(body: bytes) -> None:
    assert read(body) == Unreadable("json")


def test_nobodys_name_is_printed_nor_kept_with_signs_that_no_database_takes() -> None:
    name = {"given_name": "Ha\0na\ud800ko", "surname": " Yamada\n"}
    notice = notices.subscription("CREATED", AT, subscriber={**notices.DONOR, "name": name})
    found = read(json.dumps(notice).encode())
    assert isinstance(found, SubscriptionSaid)
    assert found.payer == DONOR
    assert not any(word in repr(found) for word in ("Hanako", "Yamada", "donor.example"))


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(body: bytes) -> None:
    assert isinstance(read(body), Unreadable)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["30.00", "USD", SALE]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
wholes = [
    *(notices.subscription(what, AT) for what in STATES),
    notices.payment_failed(AT),
    *(notices.sale(what, AT) for what in ("COMPLETED", "PENDING", "DENIED", "REVERSED")),
    notices.refund(AT),
    notices.dispute("RESOLVED", AT, outcome="ACCEPTED"),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of everything in the notice."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for step, part in steps for place in places(part, (*path, step)))][not path :]


@given(st.data())
def test_anything_anywhere_in_a_notice_has_an_outcome(data: st.DataObject) -> None:
    notice = json.loads(json.dumps(data.draw(st.sampled_from(wholes))))
    *path, last = data.draw(st.sampled_from(places(notice)))
    within: Any = notice
    for step in path:
        within = within[step]
    within[last] = data.draw(values)
    assert isinstance(read(json.dumps(notice).encode()), Said | Unreadable)
