"""Money goes back to a donor: once, by the money's own ids."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.donations.commands.keeping import keep
from services.donations.commands.restoring import settle, stands
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment, RefundState, fact_of, reversal_of, told
from services.donations.domain.taken_back import Taken
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
    stood = await stands(unit, payment)
    await payments.tell_fee_back(unit.session, back.provider, back.refund_id, back.fee_back)
    if known is RefundState.WAITING:
        return
    own = 0 if _is_reversal(back) else back.fee_back
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after, _, _ = await settle(ledger, payment, stood, row["happened_on"], own)
        await keep(ledger, payment, after)


def _is_reversal(back: WentBack) -> bool:
    return back.refund_id == reversal_of(back.transaction_id)


async def give_back(ledger: MoneyLedger, payment: Payment, back: WentBack) -> tuple[Payment, RefundState]:
    """The payment after a refund, and how that stands; the same payment if nothing was booked. Its fund is locked."""
    stood = await stands(ledger.unit, payment)
    if not _fits(payment, back, stood):
        await _settle(ledger, back, RefundState.DIFFERENT)
        return payment, RefundState.DIFFERENT
    # From here on it counts.
    await _settle(ledger, back, RefundState.SAME)
    if _is_reversal(back):
        return await _reversed(ledger, payment, back, stood)
    more = (await stands(ledger.unit, payment)).refunded - stood.refunded
    if more not in (back.amount.minor, 0) or (more == 0 and payment.dispute is not Dispute.LOST):
        await _settle(ledger, back, RefundState.DIFFERENT)
        return payment, RefundState.DIFFERENT
    after, _, entry_id = await settle(ledger, payment, stood, back.happened_on, back.fee_back)
    if entry_id is None:
        return after, RefundState.SAME
    await _settle(ledger, back, RefundState.BOOKED, entry_id)
    return await say(ledger.unit, after, GiftWhy.REFUNDED), RefundState.BOOKED


async def _reversed(
    ledger: MoneyLedger, payment: Payment, back: WentBack, stood: Taken
) -> tuple[Payment, RefundState]:
    """The payment after its reversal. What came back before that is known goes first, and comes back then."""
    after = payment
    if payment.restored_on and not stood.out:
        gone = replace(payment, restored_on=None, restored=None)
        gone, stood = await _taken(ledger, gone, back, stood, back.happened_on)
        after = replace(gone, restored_on=payment.restored_on, restored=payment.restored)
    after, _ = await _taken(ledger, after, back, stood, after.restored_on or back.happened_on)
    row = await payments.refund(ledger.unit.session, back.provider, back.refund_id)
    assert row, "a reversal is kept before it is booked"
    return after, RefundState(row["state"])


async def _taken(
    ledger: MoneyLedger, payment: Payment, back: WentBack, stood: Taken, on: date
) -> tuple[Payment, Taken]:
    after, now, entry_id = await settle(ledger, payment, stood, on)
    if entry_id:
        state = RefundState.RETURNED if now.reversal_is_back else RefundState.BOOKED
        await _settle(ledger, back, state, entry_id)
    if after.refunded != payment.refunded:
        why = GiftWhy.REFUNDED if after.refunded > payment.refunded else GiftWhy.RESOLVED
        after = await say(ledger.unit, after, why)
    return after, now


async def _settle(
    ledger: MoneyLedger, back: WentBack, state: RefundState, entry_id: UUID | None = None
) -> None:
    await payments.settle_refund(ledger.unit.session, back.provider, back.refund_id, state, entry_id)


def _fits(payment: Payment, back: WentBack, stood: Taken) -> bool:
    """Whether a refund can be of this payment. A reversal may be more than is left if that is what disputes took."""
    if back.amount.currency != payment.currency or not 0 <= back.fee_back <= back.amount.minor:
        return False
    most = payment.left + stood.out - stood.back
    return not _is_reversal(back) or back.amount.minor <= most


async def say(unit: Unit, payment: Payment, why: GiftWhy) -> Payment:
    """Tell the others how a payment stands now; returns it with its new version."""
    after = told(payment, why)
    unit.say(fact_of(after, await payments.donor_of(unit.session, after.gift_id), unit.today))
    return after
