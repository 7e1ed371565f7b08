"""Money goes back to a donor: once, by the money's own ids."""

from dataclasses import dataclass, replace
from datetime import date

from services.donations.commands.keeping import keep
from services.donations.commands.parting import gather
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind
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
        return known
    if payment.version == 0:
        return RefundState.WAITING
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after, state = await give_back(ledger, payment, back)
        await keep(ledger, payment, after)
    return state


async def give_back(ledger: MoneyLedger, payment: Payment, back: WentBack) -> tuple[Payment, RefundState]:
    """The payment after a refund, and how that stands; the same payment if nothing was booked. Its fund is locked."""
    session = ledger.unit.session
    if state := _not_booked(payment, back):
        await payments.settle_refund(session, back.provider, back.refund_id, state, None)
        same = state is RefundState.SAME and payment.dispute_lost
        return (replace(payment, dispute_lost=0) if same else payment), state
    payment = gather(ledger, payment)
    fee_back, held = payment.money(back.fee_back), payment.money(payment.held)
    lines = entries.refund(payment.where, ledger.fund(payment.key), back.amount, fee_back, held)
    entry = ledger.book(EntryKind.REFUND, lines, payment.id, back.happened_on)
    await payments.settle_refund(session, back.provider, back.refund_id, RefundState.BOOKED, entry.id)
    after = replace(booked(payment, lines), refunded=payment.refunded + back.amount.minor)
    return await say(ledger.unit, after, GiftWhy.REFUNDED), RefundState.BOOKED


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
