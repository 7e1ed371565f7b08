"""What a notice means for the books. Nothing is read and nothing is done here: that follows from the notice alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.donations.commands.belonging import Came
from services.donations.commands.giving_back import WentBack
from services.donations.commands.restoring import CameBack
from services.donations.domain.days import said_by
from services.donations.domain.money import DIGITS, MOST, Money
from services.donations.domain.notices import Became
from services.donations.domain.payments import Dispute, Provider, reversal_of
from services.donations.domain.subscriptions import Told, What
from services.donations.paypal.amounts import Amount
from services.donations.paypal.said import BackSaid, DisputeSaid, Said, SaleSaid, SubscriptionSaid, Unreadable

PAYPAL = Provider.PAYPAL.value
LONGEST_REASON = 100


@dataclass(frozen=True)
class News:
    """Something was told of a subscription, by PayPal's id of it and the mark that it bears."""

    subscription_id: str
    custom_id: str | None
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Disputed:
    """Some sales are disputed, or it is `over` how that ended; `lost` is so much, or all of it if that is None.

    One that is `unclear` is over, and the treasurer has to say what was lost.
    """

    sale_ids: tuple[str, ...]
    on: date
    over: Dispute | None = None
    lost: Money | None = None
    unclear: bool = False
    case_id: str = ""


Meaning = Came | WentBack | CameBack | Disputed | News | Became
"""What is to be booked or kept; or what becomes of a notice by which nothing is."""


def meaning_of(zone: ZoneInfo, said: Said | Unreadable) -> Meaning:
    """What a notice means; days are those of the group's zone."""
    match said:
        case SubscriptionSaid():
            return News(said.subscription_id, said.custom_id, _told(zone, *_of_subscription(said)))
        case SaleSaid():
            return _of_sale(zone, said)
        case BackSaid():
            return _of_back(zone, said)
        case DisputeSaid():
            return _of_dispute(zone, said)
        case Unreadable():
            return Became.LOOK
    return Became.KEPT


def payment_of(said: Said | Unreadable) -> str | None:
    """PayPal's id of the payment that a notice speaks of, the first one if it speaks of several."""
    match said:
        case SaleSaid() | BackSaid():
            return said.sale_id
        case DisputeSaid():
            return min(said.sale_ids, default=None)
    return None


def _of_sale(zone: ZoneInfo, said: SaleSaid) -> Meaning:
    if said.state == "denied" and said.subscription_id:
        return News(said.subscription_id, said.custom_id, _told(zone, (said.as_of, What.FAILED, None)))
    if said.state != "completed":
        return Became.KEPT
    fee = _fee_in(said.fee, said.amount)
    # A gift smaller than its fee would take money from a fund.
    if not _kept_here(said.amount) or (fee and fee.minor > said.amount.minor):
        return Became.LOOK
    return Came(
        provider=PAYPAL,
        transaction_id=said.sale_id,
        gross=Money(*said.amount),
        happened_on=said.counts_from.astimezone(zone).date(),
        sure=said_by(said.head.road, slow=said.slow),
        fee=Money(*fee) if fee else None,
        held=None if said.hold is None else said.hold == "held",
        hold_reason=said.hold_reason if said.hold == "held" else None,
        turned_on=said.as_of.astimezone(zone).date() if said.hold == "released" else None,
        subscription_id=said.subscription_id,
        custom_id=said.custom_id,
        marks=said.marks,
        payer=said.payer,
    )


def is_pending(said: SaleSaid) -> bool:
    """Whether it tells of money that has not come, or that will not come any more."""
    return said.state in ("pending", "denied") and _kept_here(said.amount)


def pending_of(zone: ZoneInfo, said: SaleSaid) -> dict[str, Any]:
    """What is kept of a payment that is pending or denied, as a row."""
    return {
        "provider": PAYPAL,
        "transaction_id": said.sale_id,
        "currency": said.amount.currency,
        "amount": said.amount.minor,
        "reason": (said.pending_reason or "")[:LONGEST_REASON],
        "happened_on": said.paid_at.astimezone(zone).date(),
        "as_of": said.as_of,
        "denied": said.state == "denied",
    }


def _of_subscription(said: SubscriptionSaid) -> Iterator[tuple[datetime, What, Amount | None]]:
    """What a notice tells of a subscription: its state, its price, a payment that failed."""
    if said.state != "other":
        yield said.since, What(said.state), None
    if said.monthly and said.monthly.minor > 0:
        yield said.since, What.PRICE, said.monthly
    if said.failure:
        yield said.failure.at, What.FAILED, None


def _told(zone: ZoneInfo, *news: tuple[datetime, What, Amount | None]) -> tuple[Told, ...]:
    return tuple(Told(at, what, at.astimezone(zone).date(), *(price or ())) for at, what, price in news)


def _of_back(zone: ZoneInfo, said: BackSaid) -> Meaning:
    if said.sale_id is None:
        return Became.WAITING
    if not _kept_here(said.amount):
        return Became.LOOK
    on = said.at.astimezone(zone).date()
    if said.what == "reversal_cancelled":
        taken = _fee_in(said.fee_taken, said.amount)
        if taken and taken.minor > said.amount.minor:
            return Became.LOOK
        return CameBack(PAYPAL, said.sale_id, Money(*said.amount), on, taken.minor if taken else None)
    fee = _fee_in(said.fee_back, said.amount)
    return WentBack(
        provider=PAYPAL,
        refund_id=id_of_back(said) or "",
        transaction_id=said.sale_id,
        amount=Money(*said.amount),
        happened_on=on,
        fee_back=fee.minor if fee else 0,
    )


def id_of_back(said: BackSaid) -> str | None:
    """The id under which money that went back is booked once; None if it cannot be told yet.

    A webhook's reversal has no id of its own, and the same one has an id in an IPN and in the list. A sale is reversed
    once, so the reversal is the one of its sale.
    """
    if said.what == "refunded" and said.back_id:
        return said.back_id
    return reversal_of(said.sale_id) if said.sale_id else None


def _of_dispute(zone: ZoneInfo, said: DisputeSaid) -> Meaning:
    if said.what == "updated":
        return Became.KEPT
    if not said.sale_ids:
        return Became.LOOK
    on, sales = said.at.astimezone(zone).date(), tuple(sorted(set(said.sale_ids)))
    unclear = _is_unclear(said)
    if said.what == "created" or unclear:
        return Disputed(sales, on, unclear=unclear)
    lost = _lost_in(said) if len(sales) == 1 else None
    return Disputed(sales, on, Dispute(said.outcome), lost, case_id=said.dispute_id)


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
