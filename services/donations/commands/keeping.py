"""A payment is kept as it is after a change; its appeal counts it, its monthly gift is looked at."""

from services.donations.domain.appeals import Appeal, counted
from services.donations.domain.payments import Payment
from services.donations.repository import appeals, payments, subscriptions
from shared.messaging.unit import Unit


async def keep(unit: Unit, before: Payment, after: Payment) -> None:
    """Write a payment that is locked. Its appeal is locked after it, and after the funds."""
    payments.save(unit, after)
    if after.subscription:
        subscriptions.stir(unit, after.subscription)
    if after.appeal_id is None:
        return
    appeal = await appeals.find(unit.session, after.appeal_id, lock=True)
    if appeal and (more := _counts(after, appeal) - _counts(before, appeal)):
        appeals.tell(unit, appeal, counted(appeal, more))


def _counts(payment: Payment, appeal: Appeal) -> int:
    """What a payment brings to an appeal: nothing in another currency or for another purpose."""
    same = (payment.currency, payment.purpose) == (appeal.currency, appeal.fund)
    return payment.net if same else 0
