"""How a row of PayPal's list and what is booked go together."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.donations.commands.differing import differences
from services.donations.commands.matching import Booked, Comparing, Match, judged
from services.donations.domain.charges import Charge
from services.donations.domain.conversions import Conversion
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment, RefundState
from services.donations.domain.transfers import Transfer
from services.donations.paypal.amounts import Amount
from services.donations.paypal.listed import said_by, subscription_of
from services.donations.paypal.said import BackSaid, SaleSaid
from services.donations.paypal.transactions import Kind, Row
from services.donations.repository.findings import Refund

TODAY = date(2006, 11, 10)
COMPARING = Comparing(TODAY, ZoneInfo("Asia/Tokyo"), frozenset({"OLD"}))
AT = datetime(2006, 11, 1, 3, tzinfo=UTC)
THIRTY = Amount(30_00, "USD")
ROW = Row(
    "S", Kind.PAYMENT, "completed", THIRTY, AT, code="T0002", fee=Amount(-1_17, "USD"), refers_to="I-ONE"
)
PAYMENT = Payment(
    UUID(int=1), 1, "paypal", "S", currency="USD", gross=30_00, fee=1_17, net=28_83, happened_on=TODAY
)
BACK = replace(
    ROW, transaction_id="R", kind=Kind.REFUND, gross=-THIRTY, code="T1107", fee=None, refers_to="S"
)
REFUND = Refund(30_00, "USD", RefundState.BOOKED)
RETURNED = replace(REFUND, state=RefundState.RETURNED)
A_PART = replace(RETURNED, amount=20_00)
AGAIN = replace(BACK, transaction_id="Y", kind=Kind.REVERSAL, gross=THIRTY, code="T1202")
RELEASE = replace(ROW, transaction_id="H", kind=Kind.RELEASE, code="T1105", refers_to="S")
HOLD = replace(RELEASE, kind=Kind.HOLD, gross=-THIRTY, code="T1503")
LATE = datetime(2006, 11, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "booked", "match"),
    [
        (ROW, {}, Match.MISSING),
        (ROW, {"payment": replace(PAYMENT, version=0)}, Match.MISSING),
        (ROW, {"payment": PAYMENT}, Match.MATCHED),
        (ROW, {"payment": replace(PAYMENT, fee=None)}, Match.MATCHED),
        (replace(ROW, fee=None), {"payment": PAYMENT}, Match.MATCHED),
        (ROW, {"payment": replace(PAYMENT, gross=31_00)}, Match.DIFFERENT),
        (ROW, {"payment": replace(PAYMENT, currency="EUR")}, Match.DIFFERENT),
        (ROW, {"payment": replace(PAYMENT, fee=1_18)}, Match.DIFFERENT),
        # In Tokyo it is the 9th already, and that day is not over for a day.
        (replace(ROW, at=LATE), {}, Match.WAITING),
        (replace(ROW, at=LATE), {"payment": PAYMENT}, Match.MATCHED),
        (replace(ROW, moves=False, state="pending"), {}, Match.WAITING),
        (replace(ROW, moves=False, state="denied"), {}, Match.MATCHED),
        (replace(ROW, moves=False, state="denied"), {"payment": PAYMENT}, Match.DIFFERENT),
        (replace(ROW, gross=-THIRTY), {}, Match.UNKNOWN),
        (BACK, {}, Match.MISSING),
        (replace(BACK, refers_to=None), {}, Match.UNKNOWN),
        (replace(BACK, at=LATE), {}, Match.WAITING),
        (BACK, {"refund": REFUND}, Match.MATCHED),
        (BACK, {"refund": replace(REFUND, state=RefundState.WAITING)}, Match.WAITING),
        (BACK, {"refund": replace(REFUND, state=RefundState.DIFFERENT)}, Match.DIFFERENT),
        (BACK, {"refund": replace(REFUND, amount=29_00)}, Match.DIFFERENT),
        (replace(BACK, gross=THIRTY), {"refund": REFUND}, Match.UNKNOWN),
        (AGAIN, {}, Match.UNKNOWN),
        (AGAIN, {"payment": replace(PAYMENT, version=0)}, Match.WAITING),
        (AGAIN, {"payment": PAYMENT}, Match.MISSING),
        (AGAIN, {"payment": PAYMENT, "refund": REFUND}, Match.MISSING),
        (replace(AGAIN, at=LATE), {"payment": PAYMENT, "refund": REFUND}, Match.WAITING),
        (replace(AGAIN, moves=False), {"payment": PAYMENT, "refund": REFUND}, Match.WAITING),
        (replace(AGAIN, gross=Amount(30_01, "USD")), {"payment": PAYMENT, "refund": REFUND}, Match.DIFFERENT),
        (replace(AGAIN, gross=Amount(3000, "JPY")), {"payment": PAYMENT, "refund": REFUND}, Match.DIFFERENT),
        (AGAIN, {"payment": PAYMENT, "refund": RETURNED}, Match.MATCHED),
        (AGAIN, {"payment": replace(PAYMENT, restored=20_00), "refund": A_PART}, Match.DIFFERENT),
        # A dispute that was won says no amount.
        (replace(AGAIN, gross=Amount(20_00, "USD")), {"payment": PAYMENT, "refund": RETURNED}, Match.MISSING),
        (replace(BACK, kind=Kind.REVERSAL), {"payment": PAYMENT, "refund": RETURNED}, Match.MATCHED),
        (BACK, {"payment": replace(PAYMENT, dispute=Dispute.LOST, refunded=30_00)}, Match.MISSING),
        (RELEASE, {}, Match.UNKNOWN),
        (RELEASE, {"payment": PAYMENT}, Match.MATCHED),
        (RELEASE, {"payment": replace(PAYMENT, held=28_83)}, Match.MISSING),
        (RELEASE, {"payment": replace(PAYMENT, held=28_83, dispute=Dispute.OPEN)}, Match.WAITING),
        (HOLD, {"payment": PAYMENT}, Match.MISSING),
        (replace(HOLD, at=LATE), {"payment": PAYMENT}, Match.WAITING),
        (replace(HOLD, gross=Amount(-3000, "JPY")), {"payment": PAYMENT}, Match.DIFFERENT),
        (HOLD, {"payment": replace(PAYMENT, held=28_83, hold_told=True)}, Match.MATCHED),
        (HOLD, {"payment": replace(PAYMENT, hold_told=True)}, Match.MATCHED),
        (HOLD, {"payment": replace(PAYMENT, dispute=Dispute.WON)}, Match.MATCHED),
        (HOLD, {"payment": replace(PAYMENT, refunded=30_00)}, Match.MATCHED),
        (HOLD, {}, Match.UNKNOWN),
        (replace(RELEASE, kind=Kind.CONVERSION), {"payment": PAYMENT}, Match.UNKNOWN),
        (replace(RELEASE, kind=Kind.WITHDRAWAL), {"payment": PAYMENT}, Match.UNKNOWN),
    ],
)
def test_a_row_is_judged_by_what_is_booked(row: Row, booked: dict[str, Any], match: Match) -> None:
    assert judged(row, Booked(**booked), COMPARING) is match


def test_a_row_says_what_a_notice_would_have_said() -> None:
    said = said_by(ROW, frozenset())
    assert isinstance(said, SaleSaid)
    assert (said.sale_id, said.amount, said.fee, said.subscription_id) == (
        "S",
        THIRTY,
        (1_17, "USD"),
        "I-ONE",
    )
    back = said_by(replace(BACK, fee=Amount(40, "USD")), frozenset())
    assert isinstance(back, BackSaid)
    assert (back.what, back.back_id, back.sale_id, back.amount) == ("refunded", "R", "S", THIRTY)
    assert back.fee_back == (40, "USD")
    assert said_by(replace(BACK, gross=THIRTY), frozenset()) is None
    assert said_by(RELEASE, frozenset()) is None


@pytest.mark.parametrize(
    ("named", "found"),
    [("I-ONE", "I-ONE"), ("S-OLD1", "S-OLD1"), ("OLD", "OLD"), ("80F85758S", None), (None, None)],
)
def test_a_payment_refers_to_its_subscription_or_to_another_transaction(
    named: str | None, found: str | None
) -> None:
    assert subscription_of(replace(ROW, refers_to=named), {"OLD"}) == found


PAID = replace(PAYMENT, happened_on=date(2006, 11, 1))
GONE_OUT = Transfer(UUID(int=2), "paypal", "bank", "USD", 30_00, "T", date(2006, 11, 1))
TO_BANK = replace(ROW, transaction_id="T", kind=Kind.WITHDRAWAL, gross=Amount(-31_00, "USD"), fee=None)

A_FEE = replace(ROW, transaction_id="F", kind=Kind.FEE, gross=Amount(-5_00, "USD"), fee=None)
CHARGED = Charge(UUID(int=3), "general", "paypal", Money(4_00, "USD"), "F", date(2006, 11, 1))
CHANGED = Conversion(
    UUID(int=4), "general", "paypal", Money(30_00, "USD"), Money(3_500, "JPY"), date(2006, 11, 1), None
)


@pytest.mark.parametrize(
    ("row", "booked", "differs"),
    [
        (ROW, {"payment": replace(PAID, gross=31_00)}, [("amount", "USD 31.00", "USD 30.00")]),
        (
            ROW,
            {"payment": replace(PAID, currency="EUR", happened_on=date(2006, 10, 31))},
            [
                ("amount", "EUR 30.00", "USD 30.00"),
                ("currency", "EUR", "USD"),
                ("fee", "EUR 1.17", "USD 1.17"),
                ("day", "2006-10-31", "2006-11-01"),
            ],
        ),
        (ROW, {"payment": replace(PAID, fee=1_18)}, [("fee", "USD 1.18", "USD 1.17")]),
        (
            replace(ROW, refers_to="I-TWO"),
            {"payment": replace(PAID, fee=1_18)},
            [("fee", "USD 1.18", "USD 1.17"), ("reference", "I-ONE", "I-TWO")],
        ),
        (replace(ROW, moves=False, state="denied"), {"payment": PAID}, [("state", "booked", "denied")]),
        (
            replace(ROW, gross=Amount(30_00, "GBP"), fee=None),
            {},
            [("currency", "one of JPY, KRW, USD, EUR, CNY, THB", "GBP")],
        ),
        (BACK, {"refund": replace(REFUND, amount=10_00)}, [("amount", "USD 10.00", "USD 30.00")]),
        (
            BACK,
            {
                "payment": replace(PAID, refunded=10_00),
                "refund": replace(REFUND, state=RefundState.DIFFERENT),
            },
            [("left", "USD 20.00", "USD 30.00")],
        ),
        (BACK, {"payment": replace(PAID, currency="JPY")}, [("currency", "JPY", "USD")]),
        (TO_BANK, {"transfer": GONE_OUT}, [("amount", "USD -30.00", "USD -31.00")]),
        (
            AGAIN,
            {"payment": replace(PAID, restored=20_00), "refund": A_PART},
            [("amount", "USD 20.00", "USD 30.00")],
        ),
        (
            AGAIN,
            {"payment": PAID, "refund": replace(REFUND, amount=25_00)},
            [("amount", "USD 25.00", "USD 30.00")],
        ),
        (replace(AGAIN, gross=Amount(3000, "JPY")), {"payment": PAID}, [("currency", "USD", "JPY")]),
        (A_FEE, {"charge": CHARGED}, [("amount", "USD -4.00", "USD -5.00")]),
        (
            replace(A_FEE, gross=Amount(400, "JPY")),
            {"charge": CHARGED},
            [("amount", "USD -4.00", "JPY 400"), ("currency", "USD", "JPY")],
        ),
        (
            replace(A_FEE, kind=Kind.CONVERSION, gross=Amount(3_600, "JPY")),
            {"conversion": CHANGED},
            [("amount", "JPY 3,500", "JPY 3,600")],
        ),
        (
            replace(A_FEE, kind=Kind.CONVERSION, gross=Amount(-31_00, "USD")),
            {"conversion": CHANGED},
            [("amount", "USD -30.00", "USD -31.00")],
        ),
        (
            replace(A_FEE, kind=Kind.CONVERSION, gross=Amount(3_600, "EUR")),
            {"conversion": CHANGED},
            [("amount", "JPY 3,500", "EUR 36.00"), ("currency", "JPY", "EUR")],
        ),
        (replace(BACK, state="other"), {"refund": REFUND}, [("state", "is not booked like this", "other")]),
    ],
)
def test_what_is_different_says_in_what_with_both_values(
    row: Row, booked: dict[str, Any], differs: list[tuple[str, str, str]]
) -> None:
    found = differences(row, Booked(**booked), COMPARING.zone, "I-ONE")
    assert [(each.what, each.ours, each.theirs) for each in found] == differs
