"""Somebody disputes a payment: the provider takes hold of its money, and it comes back, or is lost whole or in part."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.donations.commands.giving_back import say
from services.donations.commands.keeping import keep
from services.donations.commands.parting import gather
from services.donations.commands.restoring import CameBack, learn_fee, restore
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind, Kind, account
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment, RefundState, booked, lost_of, reversals_of
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

OVER = (Dispute.WON, Dispute.LOST)


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
    unit: Unit, provider: str, transaction_id: str, how: Dispute, happened_on: date, lost: Money | None = None
) -> Payment:
    """A dispute is over: won, and what it held is let go; or lost, and so much of the payment went back, or all that is
    left of it if nothing is said. In another currency than the payment's nobody can tell: that is unclear.
    """
    payment = await payments.lock_or_make(unit.session, provider, transaction_id)
    if payment.dispute in OVER:
        again = how is Dispute.WON and payment.dispute is Dispute.WON
        return await _come_back(unit, payment, happened_on) if again else payment
    if lost and payment.version and lost.currency != payment.currency:
        return await open_dispute(unit, provider, transaction_id, happened_on, unclear=True)
    minor = lost.minor if lost and how is Dispute.LOST else 0
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after = until(payment, happened_on) if how is Dispute.WON else payment
        if payment.version == 0:
            after = replace(after, dispute=how, dispute_unclear=False, dispute_lost=minor)
        else:
            after = await let_go(ledger, after, how, happened_on, minor)
        await keep(ledger, payment, after)
    return after


async def cancel_reversal(unit: Unit, back: CameBack) -> RefundState:
    """PayPal gives back what it had reversed of a payment: whatever was disputed of it is won. It is booked once, by
    whatever it is told, and as it was reversed; before the reversal has come it waits for that. WAITING, RETURNED, or
    DIFFERENT if it is more than was reversed, came back already as another amount, or is in another currency: then none
    of it is booked.
    """
    payment = await payments.lock_or_make(unit.session, back.provider, back.transaction_id)
    if payment.version and payment.currency != back.amount.currency:
        return RefundState.DIFFERENT
    if await _came_otherwise(unit, payment, back.amount.minor):
        return RefundState.DIFFERENT
    after = replace(until(payment, back.happened_on), restored=payment.restored or back.amount.minor)
    if payment.restored_fee is None and back.fee is not None:
        after = replace(after, restored_fee=back.fee)
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        if payment.version == 0:
            after = replace(after, dispute=Dispute.WON, dispute_unclear=False, dispute_lost=0)
        else:
            if after.restored_fee != payment.restored_fee:
                after = await learn_fee(ledger, after, back.fee or 0)
            after = await _won(ledger, after, back.happened_on)
        if after != payment:
            await keep(ledger, payment, after)
    return await how_it_stands(unit, after)


async def _came_otherwise(unit: Unit, payment: Payment, minor: int) -> bool:
    """Whether what was reversed has come back already, and as another amount than this."""
    rows = await payments.reversals(unit.session, payment)
    came = (row["amount"] for row in rows if row["state"] == RefundState.RETURNED.value and row["entry_id"])
    whole = next(came, None)
    return whole is not None and minor != (whole if payment.restored is None else payment.restored)


async def _won(ledger: MoneyLedger, payment: Payment, on: date) -> Payment:
    if payment.dispute is not Dispute.WON:
        return await let_go(ledger, payment, Dispute.WON, on)
    after = await restore(ledger, payment)
    return payment if after is payment else await say(ledger.unit, after, GiftWhy.RESOLVED)


async def how_it_stands(unit: Unit, payment: Payment) -> RefundState:
    """What became of money that came back: RETURNED, or WAITING for its reversal, or DIFFERENT from that."""
    states = {row["state"] for row in await payments.reversals(unit.session, payment)}
    if RefundState.RETURNED.value in states:
        return RefundState.RETURNED
    return RefundState.DIFFERENT if RefundState.BOOKED.value in states else RefundState.WAITING


def until(payment: Payment, on: date) -> Payment:
    """The payment once what was reversed of it up to a day is known to have come back."""
    return replace(payment, restored_on=max(payment.restored_on or on, on))


async def _come_back(unit: Unit, payment: Payment, on: date) -> Payment:
    """A dispute was won once more: another one, perhaps, and what was reversed since the first came back too."""
    after = until(payment, on)
    if after == payment:
        return payment
    async with MoneyLedger.open(unit, payment.keys) as ledger:
        after = await _won(ledger, after, on) if payment.version else after
        await keep(ledger, payment, after)
    return after


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
    how = Dispute.LOST if lost else Dispute.WON
    return await close_dispute(unit, payment.provider, payment.transaction_id, how, unit.today, lost)


async def let_go(ledger: MoneyLedger, payment: Payment, how: Dispute, on: date, lost: int = 0) -> Payment:
    """The payment once its dispute has ended. What it held is let go first: a lost dispute is a refund after that, of
    so much, or of all that is left.
    """
    payment = gather(ledger, payment)
    after = replace(
        payment, dispute=how, disputed_held=0, disputed_spent=0, dispute_unclear=False, dispute_lost=0
    )
    # A refund during the dispute came out of what was held.
    held = payment.money(min(payment.disputed_held, payment.held))
    if lines := entries.let_go(payment.where, payment.purpose, held, payment.money(payment.disputed_spent)):
        ledger.book(EntryKind.RELEASED, lines, payment.id, on)
        after = booked(after, lines)
    after = await _lose(ledger, after, on, lost) if how is Dispute.LOST else await restore(ledger, after)
    if payment.disputed_spent:
        await _give_cover_back(ledger, after, on)
    return await say(ledger.unit, after, GiftWhy.REVERSED if how is Dispute.LOST else GiftWhy.RESOLVED)


async def _lose(ledger: MoneyLedger, payment: Payment, on: date, lost: int) -> Payment:
    """The payment after what was lost of it went back. A refund that comes later and tells of the same is known."""
    told = bool(lost) and await payments.refunded_alike(ledger.unit.session, payment.id, lost)
    if not (more := lost_of(payment, lost, told=told)):
        return payment
    nothing, back, rest = (payment.money(each) for each in (0, more, payment.held))
    lines = entries.refund(payment.where, ledger.fund(payment.key), back, nothing, rest)
    entry = ledger.book(EntryKind.REFUND, lines, payment.id, on)
    await payments.add_refund(ledger.unit.session, _taken(payment, back, on, entry.id))
    in_part = more if more < payment.left else 0
    return replace(booked(payment, lines), refunded=payment.refunded + more, dispute_lost=in_part)


def _taken(payment: Payment, amount: Money, on: date, entry_id: UUID) -> dict[str, Any]:
    """What a lost dispute took, as a refund that is booked: it may come back."""
    return {
        "provider": payment.provider,
        "refund_id": reversals_of(payment.transaction_id)[1],
        "payment_id": payment.id,
        "currency": amount.currency,
        "amount": amount.minor,
        "fee_back": 0,
        "happened_on": on,
        "state": RefundState.BOOKED.value,
        "entry_id": entry_id,
    }


async def _give_cover_back(ledger: MoneyLedger, payment: Payment, on: date) -> None:
    """Another fund has covered what a dispute took hold of, and it came back after all: the fund has it again.

    It would be nobody's otherwise. Whether the other fund gets it back is a decision of its own. The entry is of no
    payment: a payment has no more money than came for it.
    """
    lost = await ledger.standing(account(Kind.UNCOVERED, payment.currency, payment.purpose))
    if lost < 0:
        lines = entries.cover_back(payment.purpose, payment.money(-lost))
        ledger.book(EntryKind.COVERED, lines, happened_on=on)
