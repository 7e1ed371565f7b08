"""Donors promise money; payments keep the promises, or they are cancelled. Nothing of it is in the ledger."""

from collections.abc import Sequence
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain.payments import Payment
from services.donations.domain.pledges import Due, Pledge, keeps, opened, room_for
from services.donations.repository import donors, payments, pledges
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


async def promise(
    unit: Unit, donor_id: UUID, purpose: str, parts: Sequence[Due], note: str | None = None
) -> Pledge | Refused:
    """A donor promises money for some days. Refused for an unknown donor, and for days that are over."""
    if any(each.due_on < unit.today for each in parts):
        return invalid("A promise is about days to come.", ("parts", "one is due on a day that is over"))
    if donor_id not in await donors.lock(unit.session, donor_id):
        return missing(f"donor {donor_id}")
    pledge = Pledge(uuid7(), donor_id)
    pledges.add(unit, pledge, purpose, note, sorted(parts, key=lambda each: each.due_on))
    return pledge


async def keep(unit: Unit, pledge_id: UUID, number: int, payment_id: UUID) -> Pledge | Refused:
    """A payment keeps a part of a pledge. Refused for a payment of another donor or in another currency, and for one
    that is too small for all parts that it keeps.
    """
    # The payment first, as everywhere: whoever refunds it meanwhile waits.
    payment = await payments.find(unit.session, payment_id, lock=True)
    if payment is None:
        return missing(f"payment {payment_id}")
    pledge = await _lock(unit, pledge_id)
    if isinstance(pledge, Refused):
        return pledge
    part = await pledges.part(unit.session, pledge_id, number)
    if part is None:
        return missing(f"part {number} of this pledge")
    if part.payment_id:
        return conflict("A payment is linked to this part already. Part them first.")
    if refused := await _why_not(unit, pledge, part, payment):
        return refused
    pledges.link(unit, pledge_id, number, payment_id)
    pledges.add_open(unit, [part], -1)
    return pledge


async def _why_not(unit: Unit, pledge: Pledge, part: Due, payment: Payment) -> Refused | None:
    giver = await payments.donor_of(unit.session, payment.gift_id)
    if giver and not await donors.are_one(unit.session, giver, pledge.donor_id):
        return invalid("Another donor gave this.", ("payment_id", "is another donor's"))
    if payment.currency != part.amount.currency:
        return invalid("A promise is kept in its currency.", ("payment_id", "is in another currency"))
    links = await pledges.links(unit.session, payment.id)
    others = sum(each.part.amount.minor for each in links)
    if not room_for(part, payment.left, others):
        words = f"{payment.money(max(0, payment.left - others))} of this payment keeps no other part."
        return invalid(words, ("payment_id", "is less than was promised"))
    return None


async def loosen(unit: Unit, pledge_id: UUID, number: int) -> Pledge | Refused:
    """A payment was linked by mistake, or was refunded: the part is expected again, and what is left of the payment may
    keep its other parts now.
    """
    linked = await pledges.part(unit.session, pledge_id, number)
    # The payment first, as above.
    by = linked.payment_id if linked else None
    payment = await payments.find(unit.session, by, lock=True) if by else None
    pledge = await _lock(unit, pledge_id)
    if isinstance(pledge, Refused):
        return pledge
    part = await pledges.part(unit.session, pledge_id, number)
    if payment is None or part is None or part.payment_id != payment.id:
        return conflict("No payment is linked to this part.")
    links = await pledges.links(unit.session, payment.id)
    others = [each for each in links if (each.pledge_id, each.number) != (pledge_id, number)]
    pledges.link(unit, pledge_id, number, None)
    if keeps(payment.left, links):
        pledges.add_open(unit, [part])
    elif keeps(payment.left, others):
        pledges.add_open(unit, opened(others), -1)
    return pledge


async def cancel(unit: Unit, pledge_id: UUID, note: str) -> Pledge | Refused:
    """What is not kept of a pledge is expected no longer; what was kept stays."""
    linked = await pledges.payments_of(unit.session, pledge_id)
    await payments.lock_all(unit.session, linked)
    pledge = await _lock(unit, pledge_id)
    if isinstance(pledge, Refused):
        return pledge
    if await pledges.payments_of(unit.session, pledge_id) != linked:
        return conflict("A payment was linked to this pledge just now. Look at it again.")
    unkept = await pledges.unkept(unit.session, pledge_id)
    pledges.cancel(unit, pledge_id, note)
    pledges.add_open(unit, unkept, -1)
    return pledge


async def _lock(unit: Unit, pledge_id: UUID) -> Pledge | Refused:
    pledge = await pledges.lock(unit.session, pledge_id)
    if pledge is None:
        return missing(f"pledge {pledge_id}")
    return conflict("This pledge is cancelled.") if pledge.cancelled_on else pledge
