"""Somebody disputes a payment: the provider takes hold of its money, and it comes back, or is lost whole or in part."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from services.donations.commands.giving_back import say
from services.donations.commands.keeping import keep
from services.donations.commands.parting import gather
from services.donations.commands.restoring import CameBack, settle, stands, was_told
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind, Kind, account
from services.donations.domain.money import Money
from services.donations.domain.payments import OVER, Dispute, Payment, RefundState, booked
from services.donations.domain.taken_back import BY_TREASURER, NOTHING, Taken
from services.donations.ledger import MoneyLedger
from services.donations.repository import lost_disputes, payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def open_dispute(
    unit: Unit, provider: str, transaction_id: str, happened_on: date, *, unclear: bool = False
) -> Payment:
    """The provider takes hold of what is left of a payment that somebody disputes. A dispute that is over stays so.

    One that is `unclear` is over too, and it was not said for whom: it stays held until the treasurer settles it, or
    another notice says more.
    """
    payment = await payments.lock_or_make(unit.session, provider, transaction_id)
    if payment.dispute in OVER or (payment.dispute is Dispute.OPEN and unclear <= payment.dispute_unclear):
        return payment
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after = replace(payment, dispute=Dispute.OPEN, dispute_unclear=unclear)
        if payment.version and payment.dispute is Dispute.NONE:
            after = await take_hold(ledger, after, happened_on)
        await keep(ledger, payment, after)
    return after


async def take_hold(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """The payment once a dispute has taken hold of what its fund has of it and was not held already."""
    payment = gather(ledger, payment)
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
    unit: Unit,
    provider: str,
    transaction_id: str,
    how: Dispute,
    happened_on: date,
    lost: Money | None = None,
    case_id: str = "",
) -> Payment:
    """A dispute is over: won, and what it held is let go; or lost, and so much of the payment went back, or all that is
    left of it if nothing is said. In another currency than the payment's nobody can tell: that is unclear.

    Each case that is lost counts once, whatever other cases came to. What the treasurer said a dispute came to stays:
    what PayPal tells of the days until then the treasurer has seen.
    """
    payment = await payments.lock_or_make(unit.session, provider, transaction_id)
    stood = await stands(unit, payment)
    if how is Dispute.WON:
        after = until(payment, happened_on)
        known = after == payment and payment.dispute in OVER
        return payment if known else await _end(unit, payment, after, how, stood, happened_on)
    seen = payment.settled_on is not None and happened_on <= payment.settled_on
    if seen or not await lost_disputes.tell(unit.session, payment.id, case_id, lost, happened_on):
        return payment
    if lost and payment.version and lost.currency != payment.currency:
        return await open_dispute(unit, provider, transaction_id, happened_on, unclear=True)
    return await _end(unit, payment, payment, how, stood, happened_on)


async def _end(unit: Unit, before: Payment, after: Payment, how: Dispute, stood: Taken, on: date) -> Payment:
    """The locked payment with what is known now, once it is over how one of its disputes ended; booked, if it has
    come. One that was lost stays so, unless all of it came back.
    """
    how = Dispute.LOST if before.dispute is Dispute.LOST else how
    async with MoneyLedger.open(unit, before.keys) as ledger:
        if before.version == 0:
            after = replace(after, dispute=how, dispute_unclear=False)
        else:
            after = await let_go(ledger, replace(after, dispute=how), before, stood, on)
        await keep(ledger, before, after)
    return after


async def cancel_reversal(unit: Unit, back: CameBack) -> RefundState:
    """PayPal gives back what it had reversed of a payment: what was disputed of it is over. It is booked once, by
    whatever it is told; before the reversal has come it waits for that. WAITING, RETURNED, or DIFFERENT if it is more
    than was taken, came back already as another amount, or is in another currency: then none of it is booked.
    """
    payment = await payments.lock_or_make(unit.session, back.provider, back.transaction_id)
    if payment.version and payment.currency != back.amount.currency:
        return RefundState.DIFFERENT
    stood = await stands(unit, payment)
    if payment.restored not in (None, back.amount.minor) and (stood.back or not payment.version):
        return RefundState.DIFFERENT
    after = replace(until(payment, back.happened_on), restored=back.amount.minor)
    if payment.restored_fee is None and back.fee_taken is not None:
        after = replace(after, restored_fee=back.fee_taken)
    if after != payment or payment.dispute not in OVER:
        after = await _end(unit, payment, after, Dispute.WON, stood, back.happened_on)
    return how_it_stands(await stands(unit, after))


def how_it_stands(now: Taken) -> RefundState:
    """What became of money that came back: RETURNED, or WAITING for its reversal, or DIFFERENT from that."""
    if now.back:
        return RefundState.RETURNED
    return RefundState.DIFFERENT if now.out else RefundState.WAITING


def until(payment: Payment, on: date) -> Payment:
    """The payment once what was reversed of it up to a day is known to have come back."""
    return replace(payment, restored_on=max(payment.restored_on or on, on))


async def settle_dispute(unit: Unit, payment_id: UUID, lost: Money | None) -> Payment | Refused:
    """The treasurer says what a dispute came to: so much was lost, or nothing. Refused for one that is not open, and
    beyond what is left of the payment.
    """
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    if payment.dispute is not Dispute.OPEN:
        return conflict("No dispute of this payment is open.")
    if lost and (lost.currency != payment.currency or lost.minor > payment.left):
        words = f"{payment.money(payment.left)} is left of this payment."
        return invalid(words, ("lost", "is more than is left"))
    today, stood = unit.today, await stands(unit, payment)
    after = replace(payment, settled_on=today)
    if lost is None:
        return await _end(unit, payment, until(after, today), Dispute.WON, stood, today)
    await lost_disputes.tell(unit.session, payment.id, BY_TREASURER, lost, today)
    return await _end(unit, payment, after, Dispute.LOST, stood, today)


async def let_go(ledger: MoneyLedger, payment: Payment, before: Payment, stood: Taken, on: date) -> Payment:
    """The payment once one of its disputes has ended; `before` is how it was until then, and `stood` what PayPal had
    taken. What the dispute held is let go first, and what is lost goes back after that.
    """
    payment = gather(ledger, payment)
    after = replace(payment, disputed_held=0, disputed_spent=0, dispute_unclear=False)
    # A refund during the dispute came out of what was held.
    held = payment.money(min(payment.disputed_held, payment.held))
    if lines := entries.let_go(payment.where, payment.purpose, held, payment.money(payment.disputed_spent)):
        ledger.book(EntryKind.RELEASED, lines, payment.id, on)
        after = booked(after, lines)
    after, _, _ = await settle(ledger, after, stood, on)
    if payment.disputed_spent:
        await _give_cover_back(ledger, after, on)
    if (after.refunded, after.dispute) == (before.refunded, before.dispute):
        return after
    gone = after.refunded > before.refunded or after.dispute is Dispute.LOST
    return await say(ledger.unit, after, GiftWhy.REVERSED if gone else GiftWhy.RESOLVED)


async def catch_up(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    """A payment that has come only now, of which a dispute was over before: what was lost goes back. Lost in another
    currency, it is unclear.
    """
    told = await was_told(ledger.unit, payment)
    if not told.lost:
        over = payment.dispute is Dispute.WON or payment.restored_on is not None
        how = Dispute.WON if over else Dispute.OPEN
        return replace(payment, dispute=how, dispute_unclear=not over)
    after, _, _ = await settle(ledger, payment, NOTHING, on)
    return after if after.refunded == payment.refunded else await say(ledger.unit, after, GiftWhy.REVERSED)


async def _give_cover_back(ledger: MoneyLedger, payment: Payment, on: date) -> None:
    """Another fund has covered what a dispute took hold of, and it came back after all: the fund has it again.

    It would be nobody's otherwise. Whether the other fund gets it back is a decision of its own. The entry is of no
    payment: a payment has no more money than came for it.
    """
    lost = await ledger.standing(account(Kind.UNCOVERED, payment.currency, payment.purpose))
    if lost < 0:
        lines = entries.cover_back(payment.purpose, payment.money(-lost))
        ledger.book(EntryKind.COVERED, lines, happened_on=on)
