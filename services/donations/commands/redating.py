"""A payment is of another day than it was booked under: a surer word of the day on which it came was told."""

from dataclasses import replace

from services.donations.domain.days import CameOn
from services.donations.domain.ledger import EntryKind
from services.donations.domain.payments import Payment
from services.donations.ledger import MoneyLedger


async def redate(ledger: MoneyLedger, payment: Payment, told: CameOn) -> Payment:
    """The payment under the day that counts of the two; what was booked of its coming stands under that day too."""
    counts = payment.came_on.or_surer(told)
    if counts == payment.came_on:
        return payment
    after = replace(payment, happened_on=counts.on, day_sure=counts.sure)
    if counts.on == payment.happened_on:
        return after
    every = await ledger.of_document(payment.id)
    undone = {each.reverses for each in every}
    for each in every:
        is_fee = each.kind is EntryKind.FEE and each.happened_on == payment.happened_on
        if each.id == payment.entry_id:
            after = replace(after, entry_id=ledger.book_again(each, counts.on).id)
        elif is_fee and each.id not in undone:
            ledger.book_again(each, counts.on)
    return after
