"""Money whose purpose is found out later, or was found out wrongly."""

from dataclasses import replace
from uuid import UUID

from services.donations.commands.booking import assign, movable
from services.donations.commands.giving_back import say
from services.donations.commands.keeping import keep
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.payments import OFFLINE, Dispute, Payment
from services.donations.ledger import MoneyLedger
from services.donations.repository import appeals, payments
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

GONE = conflict("This money was moved or given back: it is there no more.")


async def no_such_appeal(
    unit: Unit, appeal_id: UUID | None, purpose: str, currency: str | None = None
) -> Refused | None:
    """Why this is no appeal of the purpose, in this currency if one is told; None if it is one, or none is named."""
    appeal = await appeals.find(unit.session, appeal_id) if appeal_id else None
    fits = appeal and appeal.fund == purpose and currency in (None, appeal.currency)
    if appeal_id and not fits:
        if currency:
            words = "There is no such appeal for this purpose in this currency."
            return invalid(words, ("appeal_id", "is none of this purpose and currency"))
        return invalid("There is no such appeal for this purpose.", ("appeal_id", "is none of this purpose"))
    return None


async def give_purpose(
    unit: Unit, payment_id: UUID, purpose: str, appeal_id: UUID | None = None
) -> Payment | Refused:
    """The purpose of money that came without one is found out, perhaps an appeal.

    Refused for a payment that has one, or is disputed, if it is there no more, and for an appeal of another purpose.
    """
    if refused := await no_such_appeal(unit, appeal_id, purpose):
        return refused
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    if payment.purpose != UNASSIGNED:
        return conflict(f"This money is for {payment.purpose}. To use it otherwise needs a decision.")
    if payment.dispute is Dispute.OPEN:
        return conflict("This money is disputed; it gets its purpose when that is over.")
    async with MoneyLedger.open(unit, {payment.key, FundKey(purpose, payment.currency)}) as ledger:
        if not movable(ledger, payment):
            return ledger.refuse(GONE)
        after = replace(assign(ledger, payment, purpose), appeal_id=appeal_id, purpose_decided=True)
        after = await say(unit, after, GiftWhy.ASSIGNED)
        await keep(ledger, payment, after)
    return after


async def take_purpose_back(unit: Unit, payment_id: UUID) -> Payment | Refused:
    """The purpose that a payment of PayPal's was given is wrong: it is without one again, and can get the right one.
    No notice gives it the wrong one once more.

    Refused for a slip, which is corrected; for a payment of a monthly gift, for an appeal, or for what the donor named;
    for one that is disputed; and if its fund has spent or promised the money.
    """
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    if words := _stays(payment):
        return conflict(words)
    async with MoneyLedger.open(unit, {payment.key, FundKey(UNASSIGNED, payment.currency)}) as ledger:
        if not movable(ledger, payment):
            return ledger.refuse(GONE)
        after = replace(assign(ledger, payment, UNASSIGNED), purpose_decided=True)
        after = await say(unit, after, GiftWhy.ASSIGNED)
        await keep(ledger, payment, after)
    return after


def _stays(payment: Payment) -> str | None:
    """Why a payment keeps its purpose, in words; None if it can be taken back."""
    if payment.provider in OFFLINE:
        return "What a gift by bank or in cash is for is corrected (POST /payments/ID/correct)."
    if payment.purpose == UNASSIGNED:
        return "This money has no purpose."
    if payment.appeal_id:
        return "This money came for an appeal, and is set aside for it. To use it otherwise needs a decision."
    if (payment.subscription and payment.gift_id) or not payment.purpose_decided:
        return f"The donor gave this money for {payment.purpose}. To use it otherwise needs a decision."
    if payment.dispute is Dispute.OPEN:
        return "This money is disputed; its purpose can be changed when that is over."
    return None
