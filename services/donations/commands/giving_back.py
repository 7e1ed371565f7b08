"""Money goes back to a donor: once, by the money's own ids."""

from dataclasses import dataclass, replace
from datetime import date

from services.donations.commands.keeping import keep
from services.donations.commands.parting import gather
from services.donations.commands.restoring import learn_fee, learn_fee_back, restore
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind
from services.donations.domain.money import Money
from services.donations.domain.payments import (
    Dispute,
    Payment,
    RefundState,
    booked,
    fact_of,
    reversals_of,
    told,
)
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
    does one of a payment that a lost dispute has given back whole, nor the first one of exactly as much as a dispute
    has taken in part, for that is the same money.
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
        await _learn(unit, payment, back, known)
        return known
    if payment.version == 0:
        return RefundState.WAITING
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after, state = await give_back(ledger, payment, back)
        await keep(ledger, payment, after)
    return state


async def _learn(unit: Unit, payment: Payment, back: WentBack, known: RefundState) -> None:
    """A second notice of a refund may say what the first did not: what PayPal gave back of its fee."""
    if not 0 < back.fee_back <= back.amount.minor or known is RefundState.DIFFERENT:
        return
    row = await payments.refund(unit.session, back.provider, back.refund_id)
    if row is None or row["fee_back"]:
        return
    if known is RefundState.WAITING:
        await payments.tell_fee_back(unit.session, back.provider, back.refund_id, back.fee_back)
        return
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after = await learn_fee_back(ledger, payment, back.refund_id, back.fee_back)
        await keep(ledger, payment, after)


async def give_back(ledger: MoneyLedger, payment: Payment, back: WentBack) -> tuple[Payment, RefundState]:
    """The payment after a refund, and how that stands; the same payment if nothing was booked. Its fund is locked."""
    session = ledger.unit.session
    if await _is_back(ledger, payment, back):
        await payments.settle_refund(session, back.provider, back.refund_id, RefundState.RETURNED, None)
        # What PayPal took for it and what it gave back before are one sum; if neither is said, it is none.
        known = payment.restored_fee
        after = payment if known is None else await learn_fee(ledger, payment, known)
        return after, RefundState.RETURNED
    if state := _not_booked(payment, back):
        await payments.settle_refund(session, back.provider, back.refund_id, state, None)
        if state is RefundState.SAME:
            payment = await _with_fee(ledger, replace(payment, dispute_lost=0), back)
        return payment, state
    payment = gather(ledger, payment)
    fee_back, held = payment.money(back.fee_back), payment.money(payment.held)
    lines = entries.refund(payment.where, ledger.fund(payment.key), back.amount, fee_back, held)
    entry = ledger.book(EntryKind.REFUND, lines, payment.id, back.happened_on)
    await payments.settle_refund(session, back.provider, back.refund_id, RefundState.BOOKED, entry.id)
    after = replace(booked(payment, lines), refunded=payment.refunded + back.amount.minor)
    after = await say(ledger.unit, after, GiftWhy.REFUNDED)
    again = await restore(ledger, after)
    if again is after:
        return after, RefundState.BOOKED
    return await say(ledger.unit, again, GiftWhy.RESOLVED), RefundState.RETURNED


async def _with_fee(ledger: MoneyLedger, payment: Payment, back: WentBack) -> Payment:
    """The payment with the fee that came back with money that is booked already, if one did."""
    if not 0 < back.fee_back <= back.amount.minor:
        return payment
    return await learn_fee_back(ledger, payment, back.refund_id, back.fee_back)


async def _is_back(ledger: MoneyLedger, payment: Payment, back: WentBack) -> bool:
    """Whether a reversal is the money that a lost dispute took, and that came back since."""
    reversal, lost = reversals_of(payment.transaction_id)
    if payment.restored_on is None or back.refund_id != reversal:
        return False
    row = await payments.refund(ledger.unit.session, back.provider, lost)
    same = row and row["state"] == RefundState.RETURNED.value and row["amount"] == back.amount.minor
    return bool(same) and back.happened_on <= payment.restored_on


def _not_booked(payment: Payment, back: WentBack) -> RefundState | None:
    """Why a refund books nothing; None if it does."""
    same = back.amount == payment.money(payment.dispute_lost) or payment.left == 0
    if payment.dispute is Dispute.LOST and same:
        return RefundState.SAME
    fits = back.amount.currency == payment.currency and 0 <= back.fee_back <= back.amount.minor
    return None if fits and back.amount.minor <= payment.left else RefundState.DIFFERENT


async def say(unit: Unit, payment: Payment, why: GiftWhy) -> Payment:
    """Tell the others how a payment stands now; returns it with its new version."""
    after = told(payment, why)
    unit.say(fact_of(after, await payments.donor_of(unit.session, after.gift_id), unit.today))
    return after
