"""A provider holds a payment, and lets it go: once each, in whatever order that is told."""

from dataclasses import replace
from datetime import date

from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind
from services.donations.domain.payments import Dispute, Payment, booked
from services.donations.ledger import MoneyLedger


def hold_or_release(ledger: MoneyLedger, payment: Payment, on: date, *, held: bool) -> Payment:
    """The payment once its provider has said whether it holds it; the same payment if nothing is different.

    A notice that says nothing of it may come first. One that it is held may come after the one that it was let go.
    """
    after = payment
    if held and not payment.hold_told:
        after = _hold(ledger, payment, on)
    elif not held and payment.held:
        after = _let_go(ledger, payment, on)
    return after if payment.hold_told else replace(after, hold_told=True)


def _hold(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """The payment once it is held; what its fund has spent of it is not there to be held. What a dispute held of it is
    held by itself from now on: it is not let go when the dispute is won.
    """
    there = max(0, ledger.fund(payment.key).available)
    more = min(payment.net - payment.held, payment.left - payment.held, there)
    if more > 0:
        lines = entries.held_again(payment.where, payment.purpose, payment.money(more))
        ledger.book(EntryKind.HELD, lines, payment.id, on)
        payment = booked(payment, lines)
    return replace(payment, disputed_held=0)


def _let_go(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """The payment once its own hold is over; while it is disputed, what was held is the dispute's from now on."""
    if payment.dispute is not Dispute.OPEN:
        return release(ledger, payment, on)
    more = payment.disputed_held < payment.held
    return replace(payment, disputed_held=payment.held) if more else payment


def release(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """The payment once the provider has let go what it held of it."""
    lines = entries.released(payment.where, payment.purpose, payment.money(payment.held))
    ledger.book(EntryKind.RELEASED, lines, payment.id, on)
    return booked(payment, lines)
