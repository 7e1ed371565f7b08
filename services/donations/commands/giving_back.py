"""Money goes back to a donor, or is held because somebody disputes a payment: once, by the money's own ids."""

from dataclasses import dataclass, replace
from datetime import date

from services.donations.commands.keeping import keep
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind, Kind, account
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment, RefundState, booked, fact_of, told
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class WentBack:
    """A refund or reversal as one notice tells of it, under its own id. The currency is its payment's.

    `fee_back` is what the provider gave back of its fee, in minor units.
    """

    provider: str
    refund_id: str
    transaction_id: str
    amount: Money
    happened_on: date
    fee_back: int = 0


async def book_refund(unit: Unit, back: WentBack) -> RefundState:
    """Book that money went back, once for the refund's own id; before its payment has come it waits for it.

    A refund beyond what is left of its payment, or in another currency, is kept as different and books nothing; nor
    does one of a payment that a lost dispute has given back whole, for that is the same money.
    """
    payment = await payments.lock_or_make(unit.session, back.provider, back.transaction_id)
    row = {
        "provider": back.provider,
        "refund_id": back.refund_id,
        "payment_id": payment.id,
        "currency": back.amount.currency,
        "amount": back.amount.minor,
        "fee_back": back.fee_back,
        "happened_on": back.happened_on,
        "state": RefundState.WAITING.value,
    }
    if known := await payments.add_refund(unit.session, row):
        return known
    if payment.version == 0:
        return RefundState.WAITING
    async with MoneyLedger.open(unit, {payment.key}) as ledger:
        after, state = await give_back(ledger, payment, back)
    await keep(unit, payment, after)
    return state


async def give_back(ledger: MoneyLedger, payment: Payment, back: WentBack) -> tuple[Payment, RefundState]:
    """The payment after a refund, and how that stands; the same payment if nothing was booked. Its fund is locked."""
    session = ledger.unit.session
    if state := _not_booked(payment, back):
        await payments.settle_refund(session, back.provider, back.refund_id, state, None)
        return payment, state
    fee_back, held = payment.money(back.fee_back), payment.money(payment.held)
    lines = entries.refund(payment.where, ledger.fund(payment.key), back.amount, fee_back, held)
    entry = ledger.book(EntryKind.REFUND, lines, payment.id, back.happened_on)
    await payments.settle_refund(session, back.provider, back.refund_id, RefundState.BOOKED, entry.id)
    after = replace(booked(payment, lines), refunded=payment.refunded + back.amount.minor)
    return await say(ledger.unit, after, GiftWhy.REFUNDED), RefundState.BOOKED


def _not_booked(payment: Payment, back: WentBack) -> RefundState | None:
    """Why a refund books nothing; None if it does."""
    if payment.dispute is Dispute.LOST and payment.left == 0:
        return RefundState.SAME
    fits = back.amount.currency == payment.currency and 0 <= back.fee_back <= back.amount.minor
    return None if fits and back.amount.minor <= payment.left else RefundState.DIFFERENT


async def open_dispute(unit: Unit, provider: str, transaction_id: str, happened_on: date) -> Payment:
    """The provider takes hold of what is left of a payment that somebody disputes. A dispute that is over stays so."""
    payment = await payments.lock_or_make(unit.session, provider, transaction_id)
    if payment.dispute is not Dispute.NONE:
        return payment
    if payment.version == 0:
        after = replace(payment, dispute=Dispute.OPEN)
    else:
        async with MoneyLedger.open(unit, {payment.key}) as ledger:
            after = await take_hold(ledger, payment, happened_on)
    await keep(unit, payment, after)
    return after


async def take_hold(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """The payment once a dispute has taken hold of what its fund has of it and was not held already."""
    after = replace(payment, dispute=Dispute.OPEN)
    # What was refunded after it was spent is gone already, though the fund has not borne it yet.
    if (more := min(payment.net, payment.left) - payment.held) > 0:
        lines = entries.taken_hold(payment.where, ledger.fund(payment.key), payment.money(more))
        ledger.book(EntryKind.HELD, lines, payment.id, on)
        after = booked(after, lines)
        held = after.held - payment.held
        after = replace(after, disputed_held=held, disputed_spent=more - held)
    return await say(ledger.unit, after, GiftWhy.DISPUTED)


async def close_dispute(
    unit: Unit, provider: str, transaction_id: str, how: Dispute, happened_on: date
) -> Payment:
    """A dispute is over: won, and what it held is let go; or lost, and all that is left of the payment went back."""
    payment = await payments.lock_or_make(unit.session, provider, transaction_id)
    if payment.dispute in (Dispute.WON, Dispute.LOST):
        return payment
    if payment.version == 0:
        after = replace(payment, dispute=how)
    else:
        async with MoneyLedger.open(unit, {payment.key}) as ledger:
            after = await let_go(ledger, payment, how, happened_on)
    await keep(unit, payment, after)
    return after


async def let_go(ledger: MoneyLedger, payment: Payment, how: Dispute, on: date) -> Payment:
    """The payment once its dispute has ended. What it held is let go first: a lost dispute is a refund after that."""
    after = replace(payment, dispute=how, disputed_held=0, disputed_spent=0)
    # A refund during the dispute came out of what was held.
    held = payment.money(min(payment.disputed_held, payment.held))
    if lines := entries.let_go(payment.where, payment.purpose, held, payment.money(payment.disputed_spent)):
        ledger.book(EntryKind.RELEASED, lines, payment.id, on)
        after = booked(after, lines)
    if how is Dispute.LOST and after.left:
        nothing, left, rest = (after.money(each) for each in (0, after.left, after.held))
        lines = entries.refund(after.where, ledger.fund(after.key), left, nothing, rest)
        ledger.book(EntryKind.REFUND, lines, after.id, on)
        after = replace(booked(after, lines), refunded=after.gross)
    if payment.disputed_spent:
        await _give_cover_back(ledger, after, on)
    return await say(ledger.unit, after, GiftWhy.REVERSED if how is Dispute.LOST else GiftWhy.RESOLVED)


async def _give_cover_back(ledger: MoneyLedger, payment: Payment, on: date) -> None:
    """Another fund has covered what a dispute took hold of, and it came back after all: the fund has it again.

    It would be nobody's otherwise. Whether the other fund gets it back is a decision of its own. The entry is of no
    payment: a payment has no more money than came for it.
    """
    lost = await ledger.standing(account(Kind.UNCOVERED, payment.currency, payment.purpose))
    if lost < 0:
        lines = entries.cover_back(payment.purpose, payment.money(-lost))
        ledger.book(EntryKind.COVERED, lines, happened_on=on)


async def say(unit: Unit, payment: Payment, why: GiftWhy) -> Payment:
    """Tell the others how a payment stands now; returns it with its new version."""
    after = told(payment, why)
    unit.say(fact_of(after, await payments.donor_of(unit.session, after.gift_id), unit.today))
    return after
