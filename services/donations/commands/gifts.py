"""Gifts by bank or in cash, and what was booked of them by mistake."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.booking import Came, book_payment
from services.donations.commands.giving_back import say
from services.donations.commands.keeping import keep
from services.donations.commands.purposes import no_such_appeal
from services.donations.commands.undoing import undo_entry
from services.donations.domain import entries
from services.donations.domain.days import Sure
from services.donations.domain.ledger import EntryKind
from services.donations.domain.money import Money
from services.donations.domain.payments import OFFLINE, Payment, booked
from services.donations.ledger import MoneyLedger
from services.donations.repository import donors, payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Slip:
    """A gift as a bank statement or a cash slip has it. The reference is its own: one slip is booked once."""

    donor_id: UUID
    way: str
    reference: str
    amount: Money
    purpose: str
    received_on: date
    on_behalf_of: UUID | None = None
    appeal_id: UUID | None = None


async def receive(unit: Unit, slip: Slip) -> Payment | Refused:
    """A gift came by bank or in cash. Refused for a slip that is booked, an unknown donor, and a day to come.

    A slip that was reversed may be booked anew: the former one stays, and gives its reference free.
    """
    if slip.received_on > unit.today:
        return invalid("A gift is booked once it is there.", ("received_on", "lies in the future"))
    named = {each for each in (slip.donor_id, slip.on_behalf_of) if each}
    if lost := sorted(named - (await donors.lock(unit.session, *named)).keys()):
        return missing(f"donor {lost[0]}")
    if refused := await no_such_appeal(unit, slip.appeal_id, slip.purpose):
        return refused
    known = await payments.lock_or_make(unit.session, slip.way, slip.reference)
    if known.version and not known.reversed:
        words = "A slip with this reference is booked already. Correct or reverse it if it is wrong; if this is another"
        return conflict(f"{words} gift, give it a reference of its own.")
    if known.reversed:
        await payments.free_reference(unit.session, known)
    gift_id = uuid7()
    payments.add_gift(unit.writes, _gift(unit, slip, gift_id))
    return await book_payment(unit, _came(slip, gift_id))


def _gift(unit: Unit, slip: Slip, gift_id: UUID) -> dict[str, object]:
    return {
        "id": gift_id,
        "kind": "one_off",
        "donor_id": slip.donor_id,
        "on_behalf_of": slip.on_behalf_of,
        "purpose": slip.purpose,
        "provider": slip.way,
        "subscription_id": None,
        "on_day": slip.received_on,
        "actor": unit.actor.id,
    }


def _came(slip: Slip, gift_id: UUID) -> Came:
    return Came(
        provider=slip.way,
        transaction_id=slip.reference,
        gross=slip.amount,
        happened_on=slip.received_on,
        sure=Sure.BOOKED,
        fee=Money(0, slip.amount.currency),
        gift_id=gift_id,
        appeal_id=slip.appeal_id,
        purpose=slip.purpose,
        place=slip.way,
    )


async def correct(
    unit: Unit, payment_id: UUID, amount: Money | None, purpose: str | None, note: str
) -> Payment | Refused:
    """What was booked of a slip was wrong: it is undone today, and booked anew with what is right.

    Refused for money that PayPal told of, for another currency, and if the fund has spent it already.
    """
    payment = await _slip(unit, payment_id)
    if isinstance(payment, Refused):
        return payment
    right = amount or payment.money(payment.gross)
    if right.currency != payment.currency:
        return invalid("Undo the gift, and book another one.", ("currency", "is not the gift's"))
    after = replace(payment, purpose=purpose or payment.purpose, gross=right.minor)
    async with MoneyLedger.open(unit, {payment.key, after.key}) as ledger:
        await undo_entry(ledger, _entry_of(payment), note)
        lines = entries.gift(after.where, after.purpose, right, after.money(0), held=False)
        entry = ledger.book(EntryKind.GIFT, lines, payment.id)
        after = booked(replace(after, entry_id=entry.id, net=0), lines)
        if refused := await ledger.short():
            return ledger.refuse(refused)
        after = await say(unit, after, GiftWhy.CORRECTED)
        await keep(ledger, payment, after)
        if refused := await ledger.short(payment.key, after.key):
            return ledger.refuse(refused)
    return after


async def reverse(unit: Unit, payment_id: UUID, note: str) -> Payment | Refused:
    """A slip was booked by mistake: nothing of it counts. Refused like a correction."""
    payment = await _slip(unit, payment_id)
    if isinstance(payment, Refused):
        return payment
    async with MoneyLedger.open(unit, {payment.key}) as ledger:
        await undo_entry(ledger, _entry_of(payment), note)
        if refused := await ledger.short():
            return ledger.refuse(refused)
        after = replace(payment, refunded=payment.gross, net=0)
        after = await say(unit, after, GiftWhy.REVERSED)
        await keep(ledger, payment, after)
        if refused := await ledger.short(payment.key):
            return ledger.refuse(refused)
    return after


async def _slip(unit: Unit, payment_id: UUID) -> Payment | Refused:
    """A payment by bank or in cash, locked, of which something is left."""
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    if payment.provider not in OFFLINE:
        return conflict("What PayPal told of is corrected by what PayPal tells: refund it there.")
    return conflict("Nothing of this gift is left.") if not payment.left else payment


def _entry_of(payment: Payment) -> UUID:
    assert payment.entry_id, "a payment that has come has an entry"
    return payment.entry_id
