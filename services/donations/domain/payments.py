"""Payments: money that came under a provider's own id, and what was given back of it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.donations.domain.days import CameOn, Sure
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.ledger import Account, Line, difference_of, place
from services.donations.domain.money import Money
from shared.contracts.donations import WHOLE, GiftCorrected, GiftReceived, GiftState, GiftWhy


class Provider(StrEnum):
    """Whose ids of transactions they are. Two roads of one provider (a webhook, a list) know the same ids."""

    PAYPAL = "paypal"
    BANK = "bank"
    CASH = "cash"


OFFLINE = frozenset({Provider.BANK.value, Provider.CASH.value})


class Dispute(StrEnum):
    """How a dispute about a payment stands. What is over does not open again, in whatever order it is told."""

    NONE = ""
    OPEN = "open"
    WON = "won"
    LOST = "lost"


OVER = (Dispute.WON, Dispute.LOST)


class RefundState(StrEnum):
    """WAITING for its payment, BOOKED, or DIFFERENT from what its payment can give back: somebody has to look. SAME is
    the money that a lost dispute has taken already. RETURNED is a reversal of which money came back to us.
    """

    WAITING = "waiting"
    BOOKED = "booked"
    DIFFERENT = "different"
    SAME = "same"
    RETURNED = "returned"


@dataclass(frozen=True)
class Payment:
    """Money that came, in minor units. Version 0 is one that others speak of and that has not come yet.

    `fee` is None while no notice has said it. `net` is what the fund has of the payment, and `held` the part of that
    which the provider does not let go; `hold_told` is whether a notice has said that it is held, or that it is not, and
    `hold_reason` why, as a code of the provider's. A dispute took hold of `disputed_held` of it, and of
    `disputed_spent` that the fund had spent already. One that is `dispute_unclear` is over, and nobody has said for
    whom; the treasurer said so on the day `settled_on`. A monthly gift's payment covers the days from `covers_from` up
    to, and without, `covers_until`, as far as others were told; at most `months`, if the treasurer said so. What it
    brought beyond them is `apart`, in the fund `apart_in`.

    It came on the day `happened_on`, by a word as sure as `day_sure` says (`domain/days.py`).

    Of a purpose that staff gave it, or took away, `purpose_decided` is true: no mark of the payer's changes that.

    What was reversed up to the day `restored_on` came back: `restored` of it, or all if that is None, less
    `restored_fee`, or less the fee that the reversal gave back if that is None (`domain/taken_back.py`).
    """

    id: UUID
    version: int
    provider: str
    transaction_id: str
    purpose: str = UNASSIGNED
    purpose_decided: bool = False
    place: str = Provider.PAYPAL.value
    currency: str = ""
    gross: int = 0
    fee: int | None = None
    refunded: int = 0
    net: int = 0
    held: int = 0
    hold_told: bool = False
    hold_reason: str = ""
    dispute: Dispute = Dispute.NONE
    disputed_held: int = 0
    disputed_spent: int = 0
    dispute_unclear: bool = False
    settled_on: date | None = None
    subscription: UUID | None = None
    gift_id: UUID | None = None
    appeal_id: UUID | None = None
    happened_on: date | None = None
    day_sure: int = Sure.BOOKED
    entry_id: UUID | None = None
    covers_from: date | None = None
    covers_until: date | None = None
    months: int | None = None
    apart: int = 0
    apart_in: str = ""
    restored_on: date | None = None
    restored: int | None = None
    restored_fee: int | None = None
    reason: str = GiftWhy.RECEIVED.value

    @property
    def key(self) -> FundKey:
        return FundKey(self.purpose, self.currency)

    @property
    def keys(self) -> frozenset[FundKey]:
        """The funds that have money of it: none before it has come."""
        apart = {FundKey(self.apart_in, self.currency)} if self.apart else set[FundKey]()
        return frozenset({self.key} | apart) if self.version else frozenset()

    @property
    def came_on(self) -> CameOn:
        """The day on which it has come."""
        assert self.happened_on, "a payment that has come has a day"
        return CameOn(self.happened_on, Sure(self.day_sure))

    @property
    def where(self) -> Account:
        """The account on which it came in."""
        return place(self.place, self.currency)

    @property
    def left(self) -> int:
        """What has not been given back of the gross."""
        return self.gross - self.refunded

    @property
    def reversed(self) -> bool:
        """Whether it was a slip that was booked by mistake: it may be booked anew."""
        return self.provider in OFFLINE and self.left == 0 and self.reason == GiftWhy.REVERSED.value

    @property
    def counts(self) -> int:
        """The share that still counts, in ten-thousandths, rounded down."""
        return self.left * WHOLE // self.gross if self.gross else 0

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def reversal_of(transaction_id: str) -> str:
    """The id under which a payment's reversal is kept. It has no id of its own in a webhook, and one in an IPN and in
    the list; a payment is reversed once, so it is the one of its payment.
    """
    return f"reversal {transaction_id}"


def booked(payment: Payment, lines: Iterable[Line]) -> Payment:
    """The payment after lines of its own fund were booked: what the fund has of it, and what is held of that."""
    difference = difference_of(lines, payment.key)
    return replace(payment, net=payment.net + difference.balance, held=payment.held + difference.held)


def told(payment: Payment, why: GiftWhy) -> Payment:
    """The payment with a version more: the others are told, and why."""
    return replace(payment, version=payment.version + 1, reason=why.value)


def fact_of(payment: Payment, donor_id: UUID | None, on: date) -> GiftState:
    """What the others are told of a payment."""
    contract = GiftReceived if payment.version == 1 else GiftCorrected
    return contract(
        payment_id=payment.id,
        version=payment.version,
        gift_id=payment.gift_id,
        donor_id=donor_id,
        appeal_id=payment.appeal_id,
        purpose=payment.purpose,
        counts=payment.counts,
        covers_from=payment.covers_from,
        covers_until=payment.covers_until,
        reason=payment.reason,
        on=on,
    )
