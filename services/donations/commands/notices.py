"""A notice of PayPal's is kept, and what it says is booked, in one unit: both or neither.

What is booked goes by the money's own ids (the sale, the refund), never by the notice's: PayPal tells of one sale more
than once, under other ids, and by two roads.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.commands.booking import Came, book_payment
from services.donations.commands.disputes import close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.funds import UNASSIGNED
from services.donations.domain.money import DIGITS, MOST, Money
from services.donations.domain.notices import Became
from services.donations.domain.payments import Dispute, Payment, Provider, RefundState
from services.donations.domain.subscriptions import Told, What
from services.donations.paypal.amounts import Amount
from services.donations.paypal.said import BackSaid, DisputeSaid, Said, SaleSaid, SubscriptionSaid, Unreadable
from services.donations.repository import books, notices, payments, subscriptions
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict
from shared.security.sealing import Seal

PAYPAL = Provider.PAYPAL.value
KNOWN = "Another notice came under this transmission id."
_OF_REFUNDS = {
    RefundState.WAITING: Became.WAITING,
    RefundState.BOOKED: Became.BOOKED,
    RefundState.DIFFERENT: Became.LOOK,
    RefundState.SAME: Became.KEPT,
}


@dataclass(frozen=True)
class Notice:
    """A notice as it came, and by which road."""

    transmission_id: str
    way: str
    body: bytes = field(repr=False)
    received_at: datetime


async def take(
    unit: Unit, zone: ZoneInfo, seal: Seal, notice: Notice, said: Said | Unreadable
) -> Became | Refused | None:
    """Keep a notice that PayPal sent, sealed, and book what it says. None for a repeat, which changes nothing.

    Refused if another body is known under the same transmission id: PayPal signs a CRC32, which anybody can have fit.
    """
    key, digest = uuid7(), sha256(notice.body).digest()
    row = {
        "id": key,
        "transmission_id": notice.transmission_id,
        "way": notice.way,
        "received_at": notice.received_at,
        "digest": digest,
        "outcome": Became.KEPT.value,
    }
    if known := await notices.add(unit.session, row):
        return None if known["digest"] == digest else conflict(KNOWN)
    contacts.write_notice(unit.writes, seal, key, notice.body)
    became, payment = await effect(unit, zone, said)
    notices.settle(unit.writes, key, kind_of(said), became, payment)
    return became


def kind_of(said: Said | Unreadable) -> str:
    """What kind of notice it is, in PayPal's words; empty if it does not say."""
    return (said.kind or "") if isinstance(said, Unreadable) else said.head.kind


async def effect(unit: Unit, zone: ZoneInfo, said: Said | Unreadable) -> tuple[Became, str | None]:
    """Book what a notice says; gives what became of it and the payment that it speaks of."""
    match said:
        case SubscriptionSaid():
            await _told(unit, zone, said, _of_subscription(said))
            return Became.KEPT, None
        case SaleSaid():
            return await _sale(unit, zone, said), said.sale_id
        case BackSaid():
            return await _back(unit, zone, said), said.sale_id
        case DisputeSaid():
            return await _dispute(unit, zone, said), min(said.sale_ids, default=None)
        case Unreadable():
            return Became.LOOK, None
    return Became.KEPT, None


async def _sale(unit: Unit, zone: ZoneInfo, said: SaleSaid) -> Became:
    if said.state == "denied" and said.subscription_id:
        await _told(unit, zone, said, [(said.as_of, What.FAILED, None)])
    if said.state != "completed":
        return Became.KEPT
    fee = _fee_in(said.fee, said.amount)
    # A gift smaller than its fee would take money from a fund.
    if not _kept_here(said.amount) or (fee and fee.minor > said.amount.minor):
        return Became.LOOK
    done = await book_payment(
        unit,
        Came(
            provider=PAYPAL,
            transaction_id=said.sale_id,
            gross=Money(*said.amount),
            happened_on=said.counts_from.astimezone(zone).date(),
            fee=Money(*fee) if fee else None,
            held=None if said.hold is None else said.hold == "held",
            released_on=said.as_of.astimezone(zone).date() if said.hold == "released" else None,
            subscription_id=said.subscription_id,
            custom_id=said.custom_id,
            marks=said.marks,
            payer=said.payer,
        ),
    )
    if isinstance(done, Payment):
        return Became.UNASSIGNED if done.purpose == UNASSIGNED else Became.BOOKED
    return Became.LOOK


def _of_subscription(said: SubscriptionSaid) -> Iterator[tuple[datetime, What, Amount | None]]:
    """What a notice tells of a subscription: its state, its price, a payment that failed."""
    if said.state != "other":
        yield said.since, What(said.state), None
    if said.monthly and said.monthly.minor > 0:
        yield said.since, What.PRICE, said.monthly
    if said.failure:
        yield said.failure.at, What.FAILED, None


async def _told(
    unit: Unit,
    zone: ZoneInfo,
    said: SubscriptionSaid | SaleSaid,
    news: Iterable[tuple[datetime, What, Amount | None]],
) -> None:
    assert said.subscription_id, "it is about a subscription"
    named = (PAYPAL, said.subscription_id, said.custom_id)
    subscription = await subscriptions.make(unit.session, *named)
    told = [Told(at, what, at.astimezone(zone).date(), *(price or ())) for at, what, price in news]
    await subscriptions.tell(unit, subscription, told)


async def _back(unit: Unit, zone: ZoneInfo, said: BackSaid) -> Became:
    if said.sale_id is None:
        return Became.WAITING
    if said.what == "reversal_cancelled" or not _kept_here(said.amount):
        return Became.LOOK
    fee = _fee_in(said.fee_back, said.amount)
    back = WentBack(
        provider=PAYPAL,
        refund_id=id_of_back(said) or "",
        transaction_id=said.sale_id,
        amount=Money(*said.amount),
        happened_on=said.at.astimezone(zone).date(),
        fee_back=fee.minor if fee else 0,
    )
    return _OF_REFUNDS[await book_refund(unit, back)]


def id_of_back(said: BackSaid) -> str | None:
    """The id under which money that went back is booked once; None if it cannot be told yet.

    A webhook's reversal has no id of its own, and the same one has an id in an IPN and in the list. A sale is reversed
    once, so the reversal is the one of its sale.
    """
    if said.what == "refunded" and said.back_id:
        return said.back_id
    return f"reversal {said.sale_id}" if said.sale_id else None


async def _dispute(unit: Unit, zone: ZoneInfo, said: DisputeSaid) -> Became:
    if said.what == "updated":
        return Became.KEPT
    if not said.sale_ids:
        return Became.LOOK
    on, found, sales = said.at.astimezone(zone).date(), [], sorted(set(said.sale_ids))
    if len(sales) > 1:
        # All payments before the first fund. A refund of the second payment holds it, and waits for their fund.
        known = await payments.make_and_lock(unit.session, [(PAYPAL, each) for each in sales])
        await books.lock_funds(unit.session, {each.key for each in known})
    unclear = _is_unclear(said)
    lost = None if len(sales) > 1 else _lost_in(said)
    for sale_id in sales:
        if said.what == "created" or unclear:
            found.append(await open_dispute(unit, PAYPAL, sale_id, on, unclear=unclear))
        else:
            how = Dispute(said.outcome)
            found.append(await close_dispute(unit, PAYPAL, sale_id, how, on, lost))
    if unclear or any(each.dispute_unclear for each in found):
        return Became.LOOK
    return Became.BOOKED if all(each.version for each in found) else Became.WAITING


def _is_unclear(said: DisputeSaid) -> bool:
    """Whether the treasurer has to say what was lost: PayPal does not say for whom it ended, or not how much each of
    several sales lost, or says an amount that no account of ours can have lost.
    """
    if said.outcome != "lost":
        return said.outcome == "other"
    in_part = said.refunded is not None and said.amount is not None and said.refunded < said.amount
    lost = said.refunded or said.amount
    return (in_part and len(set(said.sale_ids)) > 1) or bool(lost and not _in_range(lost))


def _lost_in(said: DisputeSaid) -> Money | None:
    """How much a dispute takes, as far as that is said; of one that is not lost, or is unclear, it does not matter."""
    lost = said.refunded or said.amount
    return Money(*lost) if lost and _in_range(lost) else None


def _kept_here(amount: Amount) -> bool:
    """Whether there are accounts for it."""
    return amount.minor > 0 and _in_range(amount)


def _in_range(amount: Amount) -> bool:
    """Whether it can be `Money`, and is not below zero."""
    return amount.currency in DIGITS and 0 <= amount.minor <= MOST


def _fee_in(part: Amount | None, whole: Amount) -> Amount | None:
    """A fee, if it is in the currency of what it was taken from. It may be larger than any amount that is kept."""
    return part if part and part.currency == whole.currency else None
