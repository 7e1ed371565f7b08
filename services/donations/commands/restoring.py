"""What was reversed of a payment, or lost in a dispute, comes back to us: once, and as far as it had gone.

PayPal tells of it by an IPN (Canceled_Reversal), by a row of its list, or by a dispute that was won, in any order and
before the reversal too. So a payment keeps until which day its reversals came back, and whatever books one looks there.
A reversal of a later day is another one: it stays.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import RowMapping

from services.donations.domain import entries
from services.donations.domain.ledger import EntryKind, Kind, account
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment, RefundState, booked, reversals_of
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments

BOOKED, RETURNED = RefundState.BOOKED.value, RefundState.RETURNED.value
_TOLD = (BOOKED, RETURNED, RefundState.SAME.value)


@dataclass(frozen=True)
class CameBack:
    """PayPal gave back what it had reversed of a payment. `fee` is what it took for that, None if it is not said."""

    provider: str
    transaction_id: str
    amount: Money
    happened_on: date
    fee: int | None = None


async def restore(ledger: MoneyLedger, payment: Payment) -> Payment:
    """The payment once what was reversed of it, and came back, is booked; the same one if nothing is to be. Its fund is
    locked. More than was reversed is not booked: somebody has to look.
    """
    if payment.restored_on is None:
        return payment
    rows = await payments.reversals(ledger.unit.session, payment)
    for row in rows:
        if row["state"] == BOOKED and row["happened_on"] <= payment.restored_on:
            amount = row["amount"] if payment.restored is None else payment.restored
            if amount <= row["amount"]:
                return await _restored(ledger, payment, row, amount, rows)
    return payment


def _fee_back(rows: Iterable[RowMapping]) -> int:
    """What PayPal gave back of its fee, in minor units."""
    return sum(row["fee_back"] for row in rows if row["state"] in _TOLD)


def _is_told(payment: Payment, rows: Iterable[RowMapping]) -> bool:
    """Whether PayPal told the reversal itself. A dispute alone may be told after its money has come back, and then
    nothing is booked of it: so what PayPal takes for giving back is booked once the reversal is told.
    """
    reversal, _ = reversals_of(payment.transaction_id)
    return any(row["refund_id"] == reversal and row["state"] in _TOLD for row in rows)


async def _restored(
    ledger: MoneyLedger, payment: Payment, row: RowMapping, amount: int, rows: Sequence[RowMapping]
) -> Payment:
    fee = min(_fee_back(rows), amount) if payment.restored_fee is None else payment.restored_fee
    if not _is_told(payment, rows):
        fee = 0
    covering = await _covering(ledger, payment, row, amount)
    lines = entries.restored(
        payment.where, payment.purpose, payment.money(amount), payment.money(fee), covering
    )
    on = payment.restored_on
    ledger.book(EntryKind.RESTORED, lines, payment.id, on, reverses=row["entry_id"])
    session = ledger.unit.session
    await payments.settle_refund(
        session, row["provider"], row["refund_id"], RefundState.RETURNED, row["entry_id"]
    )
    # What PayPal gives back it holds no longer.
    return replace(booked(payment, lines), refunded=payment.refunded - amount, hold_told=True)


async def _covering(ledger: MoneyLedger, payment: Payment, row: RowMapping, most: int) -> tuple[str, Money]:
    """The fund that lacks something since a refund, and how much of that is to be made good; others may have covered it
    since.
    """
    lines = (await ledger.entry(row["entry_id"])).lines
    lacks = next((line for line in lines if line.account.kind is Kind.UNCOVERED and line.amount > 0), None)
    if lacks is None:
        return payment.purpose, payment.money(0)
    there = await ledger.standing(account(Kind.UNCOVERED, payment.currency, lacks.account.fund))
    return lacks.account.fund, payment.money(max(0, min(lacks.amount, there, most)))


async def learn_fee(ledger: MoneyLedger, payment: Payment, fee: int) -> Payment:
    """The payment once it is known what PayPal took for giving back what it had reversed, in minor units. Where that
    came back already without saying it, the difference is booked.
    """
    after = replace(payment, restored_fee=fee)
    rows = await payments.reversals(ledger.unit.session, payment)
    done = next((row for row in rows if row["state"] == RETURNED and row["entry_id"]), None)
    if done is None or not _is_told(payment, rows):
        return after
    more = fee - min(_fee_back(rows), done["amount"])
    if more > 0:
        lines = entries.fee_known(
            payment.where, ledger.fund(payment.key), payment.money(more), payment.money(payment.held)
        )
    else:
        nothing = (payment.purpose, payment.money(0))
        lines = entries.fee_back(payment.where, payment.purpose, payment.money(-more), nothing)
    if lines:
        ledger.book(EntryKind.FEE, lines, payment.id, payment.restored_on)
    return booked(after, lines)


async def learn_fee_back(ledger: MoneyLedger, payment: Payment, refund_id: str, fee: int) -> Payment:
    """The payment once it is known what PayPal gave back of its fee with a refund that is booked. Of one that came back
    to us nothing is to be booked, unless it is said what PayPal took for that.
    """
    session = ledger.unit.session
    row = await payments.refund(session, payment.provider, refund_id)
    assert row, "whoever learns of a refund's fee has found it"
    await payments.tell_fee_back(session, payment.provider, refund_id, fee)
    if row["entry_id"] is None:
        # The lost dispute has booked it.
        others = await payments.reversals(session, payment)
        row = next((each for each in others if each["entry_id"]), row)
    if row["state"] == RETURNED and payment.restored_fee is None:
        return payment
    covering = (payment.purpose, payment.money(0))
    if row["entry_id"] and row["state"] == BOOKED:
        covering = await _covering(ledger, payment, row, fee)
    lines = entries.fee_back(payment.where, payment.purpose, payment.money(fee), covering)
    ledger.book(EntryKind.FEE, lines, payment.id, row["happened_on"])
    return booked(payment, lines)
