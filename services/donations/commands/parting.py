"""What a larger payment of a monthly gift brought beyond the months that it covers is kept apart: in the general fund,
or where the treasurer has to look. What a later payment completes a month with comes back (decision 38).

Whatever takes from a payment gathers it first: a refund of the whole comes out of one fund then.
"""

from dataclasses import replace

from services.donations.domain import entries
from services.donations.domain.funds import UNASSIGNED, FundKey, Purpose
from services.donations.domain.ledger import EntryKind
from services.donations.domain.monthly import Rest
from services.donations.domain.payments import Dispute, Payment, booked
from services.donations.ledger import MoneyLedger


def gather(ledger: MoneyLedger, payment: Payment) -> Payment:
    """The payment once what is apart of it is back in its own fund, as far as that is there. Both funds are locked.

    What the other fund has spent of it is lost to this one: after a refund it is to be covered from there.
    """
    if not payment.apart:
        return payment
    fund = ledger.fund(FundKey(payment.apart_in, payment.currency))
    if (there := min(payment.apart, max(0, fund.available))) > 0:
        lines = entries.moved(payment.apart_in, payment.purpose, payment.money(there))
        ledger.book(EntryKind.MOVED, lines, payment.id)
        payment = booked(payment, lines)
    return replace(payment, apart=0, apart_in="")


def wanted(purpose: str, rest: Rest, net: int) -> tuple[int, str]:
    """How much of a payment is to be apart, and in which fund; `net` is what there is of it."""
    where = UNASSIGNED if rest.waits else Purpose.GENERAL.value
    minor = min(rest.minor, max(0, net))
    return (minor, where) if minor and where != purpose else (0, "")


def set_apart(ledger: MoneyLedger, payment: Payment, rest: Rest) -> Payment:
    """The payment once as much of it is apart as should be; not while it is held or disputed, nor what is spent or
    promised. Its funds and the one where it should be are locked.
    """
    minor, where = wanted(payment.purpose, rest, payment.net + payment.apart)
    same = (payment.apart, payment.apart_in) == (minor, where)
    if same or payment.held or payment.dispute is Dispute.OPEN:
        return payment
    if payment.apart and ledger.fund(FundKey(payment.apart_in, payment.currency)).free < payment.apart:
        return payment
    payment = gather(ledger, payment)
    if not minor or ledger.fund(payment.key).free < minor:
        return payment
    lines = entries.moved(payment.purpose, where, payment.money(minor))
    ledger.book(EntryKind.MOVED, lines, payment.id)
    return replace(booked(payment, lines), apart=minor, apart_in=where)
