"""What PayPal takes back of a payment and gives back to us is booked as far as the books differ from all that was told.

PayPal tells of it by a reversal, by disputes that are lost or won, by an IPN (Canceled_Reversal) and by rows of its
list, in any order. Each of them is kept, and none is booked by itself: what follows from all of them together
(`domain/taken_back.py`) is compared with what is booked.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.commands.parting import gather
from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind, Kind, account
from services.donations.domain.money import Money
from services.donations.domain.payments import OVER, Dispute, Payment, RefundState, booked, reversal_of
from services.donations.domain.taken_back import NOTHING, Lost, Reversal, Taken, taken
from services.donations.ledger import MoneyLedger
from services.donations.repository import lost_disputes, payments
from shared.messaging.unit import Unit

_COUNT = (RefundState.BOOKED.value, RefundState.SAME.value, RefundState.RETURNED.value)


@dataclass(frozen=True)
class CameBack:
    """PayPal gave back what it had reversed of a payment. `fee_taken` is what it took for that, None if not said."""

    provider: str
    transaction_id: str
    amount: Money
    happened_on: date
    fee_taken: int | None = None


@dataclass(frozen=True)
class WasTold:
    """What counts of what was told of a locked payment: amounts of refunds, the reversal's row, lost disputes."""

    refunds: tuple[int, ...]
    reversal: RowMapping | None
    lost: tuple[Lost, ...]

    def taken(self, payment: Payment) -> Taken:
        """What follows for the payment; nothing before it has come."""
        if payment.version == 0:
            return NOTHING
        row = self.reversal
        reversal = Reversal(row["amount"], row["fee_back"], row["happened_on"]) if row else None
        return taken(payment, self.refunds, reversal, self.lost)


async def was_told(unit: Unit, payment: Payment) -> WasTold:
    """What was told of a payment. A lost dispute in another currency than the payment's counts not: nobody can tell
    what it took.
    """
    rows = [each for each in await payments.refunds_of(unit.session, payment.id) if each["state"] in _COUNT]
    name = reversal_of(payment.transaction_id)
    disputed = payment.dispute is not Dispute.NONE
    ends = await lost_disputes.of(unit.session, payment.id) if disputed else ()
    return WasTold(
        tuple(each["amount"] for each in rows if each["refund_id"] != name),
        next((each for each in rows if each["refund_id"] == name), None),
        tuple(
            Lost(each["happened_on"], each["case_id"], each["amount"])
            for each in ends
            if each["currency"] in ("", payment.currency)
        ),
    )


async def stands(unit: Unit, payment: Payment) -> Taken:
    """How a locked payment stands by what was told of it."""
    return (await was_told(unit, payment)).taken(payment)


class Settled(NamedTuple):
    """A payment once it is booked how it stands, and the entry of what went back, if something did."""

    payment: Payment
    now: Taken
    entry_id: UUID | None


async def settle(ledger: MoneyLedger, payment: Payment, stood: Taken, on: date, fee_back: int = 0) -> Settled:
    """The payment once what was told of it is booked; `stood` is how it stood before the last of that, which says that
    so much more of the fee came back too. Its fund is locked.
    """
    told = await was_told(ledger.unit, payment)
    now = told.taken(payment)
    fee_back += now.fee_back - stood.fee_back
    payment, entry_id = await _book(ledger, payment, now.refunded - payment.refunded, fee_back, on)
    if told.reversal:
        await _settle_reversal(ledger.unit, told.reversal, now)
    if payment.dispute in OVER and told.lost:
        is_back = 0 < now.out <= now.back
        payment = replace(payment, dispute=Dispute.WON if is_back else Dispute.LOST)
    return Settled(payment, now, entry_id)


async def _settle_reversal(unit: Unit, row: RowMapping, now: Taken) -> None:
    """The reversal has come back now, or has not any more."""
    state = RefundState.BOOKED if row["entry_id"] else RefundState.SAME
    state = RefundState.RETURNED if now.reversal_is_back else state
    if state.value != row["state"]:
        name = (row["provider"], row["refund_id"])
        await payments.settle_refund(unit.session, *name, state, row["entry_id"])


async def _book(
    ledger: MoneyLedger, payment: Payment, more: int, fee_back: int, on: date
) -> tuple[Payment, UUID | None]:
    """The payment after `more` of it went back, or came back if that is below 0, and so much more of its fee; and the
    entry of what went back.
    """
    entry_id = None
    if more > 0:
        payment = gather(ledger, payment)
        its = max(0, min(fee_back, more))
        back, fee, held = (payment.money(each) for each in (more, its, payment.held))
        lines = entries.refund(payment.where, ledger.fund(payment.key), back, fee, held)
        entry_id = ledger.book(EntryKind.REFUND, lines, payment.id, on).id
        payment = replace(booked(payment, lines), refunded=payment.refunded + more)
        fee_back -= its
    elif more < 0:
        its = max(0, min(-fee_back, -more))
        covering = await _covering(ledger, payment, -more)
        back, fee = payment.money(-more), payment.money(its)
        lines = entries.restored(payment.where, payment.purpose, back, fee, covering)
        ledger.book(EntryKind.RESTORED, lines, payment.id, on)
        # What PayPal gives back it holds no longer.
        payment = replace(booked(payment, lines), refunded=payment.refunded + more, hold_told=True)
        fee_back += its
    return await book_fee(ledger, payment, fee_back, on), entry_id


async def book_fee(ledger: MoneyLedger, payment: Payment, fee_back: int, on: date) -> Payment:
    """The payment after PayPal gave back so much more of its fee, or took so much more if that is below 0."""
    if not fee_back:
        return payment
    if fee_back > 0:
        covering = await _covering(ledger, payment, fee_back)
        lines = entries.fee_back(payment.where, payment.purpose, payment.money(fee_back), covering)
    else:
        fund, held = ledger.fund(payment.key), payment.money(payment.held)
        lines = entries.fee_known(payment.where, fund, payment.money(-fee_back), held)
    ledger.book(EntryKind.FEE, lines, payment.id, on)
    return booked(payment, lines)


async def _covering(ledger: MoneyLedger, payment: Payment, most: int) -> tuple[str, Money]:
    """The fund that lacks something since money of this payment went back, and how much of that is to be made good;
    others may have covered it since.
    """
    lines = [line for each in await ledger.of_document(payment.id) for line in each.lines]
    lacking = [line for line in lines if line.account.kind is Kind.UNCOVERED]
    if not lacking:
        return payment.purpose, payment.money(0)
    fund = lacking[-1].account.fund
    its = sum(line.amount for line in lacking if line.account.fund == fund)
    there = await ledger.standing(account(Kind.UNCOVERED, payment.currency, fund))
    return fund, payment.money(max(0, min(its, there, most)))
