"""A payment is kept as it is after a change; its appeal counts it, its monthly gift is looked at, letters that
are no longer true end, and pledges that it keeps no longer are expected again.
"""

from dataclasses import replace

from services.donations.domain.appeals import Appeal, counted
from services.donations.domain.letters import LetterState, told_of
from services.donations.domain.payments import Payment
from services.donations.domain.pledges import keeps, opened
from services.donations.ledger import MoneyLedger
from services.donations.repository import appeals, letters, payments, pledges, subscriptions
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit


async def keep(ledger: MoneyLedger, before: Payment, after: Payment) -> None:
    """Write a payment that is locked, in the block that booked its change. Its appeal is locked after it, and after the
    funds; its letters after that, and the totals of pledges last.

    Whatever changes a payment ends here: a refund by webhook, IPN or list, a dispute that was lost, a slip corrected.
    In the block, because a refund lowers what is set aside for the appeal before anybody's promise is taken back.
    """
    unit = ledger.unit
    payments.save(unit, after)
    if after.subscription:
        subscriptions.stir(unit, after.subscription)
    if appeal := await _counting(ledger, before, after):
        more, held = (
            now - was for now, was in zip(_brings(after, appeal), _brings(before, appeal), strict=True)
        )
        if more or held:
            ledger.change(counted(appeal, more, held))
    if before.version and told_of(before) != told_of(after):
        await _end_letters(unit, after)
    if before.version and before.left != after.left:
        await _count_pledges(unit, before, after)


async def _counting(ledger: MoneyLedger, before: Payment, after: Payment) -> Appeal | None:
    """The appeal that counts a payment before or after its change, locked.

    An appeal in another currency counts nothing of it, and stays unlocked: its fund is not locked before it.
    """
    if after.appeal_id is None:
        return None
    known = ledger.appeal_at_hand(after.appeal_id)
    known = known or await appeals.find(ledger.unit.session, after.appeal_id)
    counts = known is not None and known.key in (before.key, after.key)
    return await ledger.appeal(after.appeal_id) if counts else None


async def _count_pledges(unit: Unit, before: Payment, after: Payment) -> None:
    """A refund can make the parts of pledges unkept that a payment kept; a correction can do that, and the opposite."""
    links = await pledges.links(unit.session, after.id)
    kept = keeps(after.left, links)
    if keeps(before.left, links) != kept:
        pledges.add_open(unit, opened(links), -1 if kept else 1)


async def _end_letters(unit: Unit, payment: Payment) -> None:
    """What letters say of a payment is no longer true: its receipt is void, or another one takes its place.

    The other one is printed soon, and not here: a refund must be booked even if nothing can be printed.
    """
    statements = await letters.statements_of(unit.session, payment.id)
    if statements:
        await letters.end_statements(unit, statements, LetterState.VOID, payment.reason)
    receipt = await letters.standing_receipt(unit.session, payment.id)
    if receipt is None or receipt.state is not LetterState.ISSUED:
        return
    refunded = payment.reason == GiftWhy.REFUNDED.value
    letters.change_receipt(
        unit,
        replace(
            receipt,
            state=LetterState.REPLACED if payment.left else LetterState.VOID,
            reason=payment.reason,
            refund_id=await letters.newest_refund(unit.session, payment.id) if refunded else None,
            ended_on=unit.today,
        ),
    )
    if payment.left:
        unit.remind(letters.REPRINT)


def _brings(payment: Payment, appeal: Appeal) -> tuple[int, int]:
    """What a payment brings to an appeal, and what of that is held. In another currency it brings nothing."""
    mine = payment.appeal_id == appeal.id and payment.key == appeal.key
    return (payment.net, payment.held) if mine else (0, 0)
