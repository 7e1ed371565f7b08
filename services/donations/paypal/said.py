"""What PayPal said, whichever road it came by: plain values, in our words.

Codes are lower case. Reasons are text, since PayPal may add some; a state or an outcome that is not known is `other`.
Names and mails of people stand in `Payer` alone, which shows none of them when it is printed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.donations.paypal.amounts import Amount

Road = Literal["webhook", "ipn", "list"]
SubscriptionState = Literal["pending", "active", "suspended", "cancelled", "expired", "other"]
SaleState = Literal["completed", "pending", "denied"]
Outcome = Literal["open", "won", "lost", "other"]


@dataclass(frozen=True)
class Head:
    """Which notice it is: its own id, its kind in PayPal's words, and when PayPal wrote it (UTC).

    An IPN does not say when it was written: its time is that of its arrival.
    """

    road: Road
    notice_id: str
    kind: str
    at: datetime


@dataclass(frozen=True, repr=False)
class Payer:
    """Who pays; for `contacts` and nobody else. Each part may be missing."""

    payer_id: str | None
    given_name: str | None
    surname: str | None
    organisation: str | None
    mail: str | None

    def __repr__(self) -> str:
        return "Payer(...)"


@dataclass(frozen=True)
class Failure:
    """A payment that PayPal tried and did not get. After the last try there is no `retry_at`.

    `count` is how many failed since the last that succeeded, if PayPal says it.
    """

    amount: Amount | None
    at: datetime
    reason: str | None
    retry_at: datetime | None
    count: int | None


@dataclass(frozen=True)
class SubscriptionSaid:
    """A monthly gift as PayPal sees it. `since` is when it took this state, by which an older notice is known.

    `monthly` is what is asked for each time, if PayPal says it; `outstanding` is what failed payments left open.
    """

    head: Head
    subscription_id: str
    state: SubscriptionState
    since: datetime
    custom_id: str | None = None
    plan_id: str | None = None
    monthly: Amount | None = None
    last_paid: Amount | None = None
    last_paid_at: datetime | None = None
    next_at: datetime | None = None
    outstanding: Amount | None = None
    failure: Failure | None = None
    payer: Payer | None = None


@dataclass(frozen=True)
class SaleSaid:
    """A payment, by the id under which it is booked once.

    `hold` is `held` or `released` where PayPal said so. `received` is what the balance gained where PayPal changed the
    money into another currency; `fee` is above zero.

    `paid_at` is when the donor paid, `as_of` since when the payment has this state: days later where it was drawn from
    a bank account by eCheck (`slow`), and also where a hold is released, which is announced as COMPLETED once more.
    """

    head: Head
    sale_id: str
    state: SaleState
    amount: Amount
    paid_at: datetime
    as_of: datetime
    slow: bool = False
    fee: Amount | None = None
    received: Amount | None = None
    hold: Literal["held", "released"] | None = None
    hold_reason: str | None = None
    pending_reason: str | None = None
    subscription_id: str | None = None
    custom_id: str | None = None
    invoice_id: str | None = None
    item: str | None = None
    payer: Payer | None = None

    @property
    def marks(self) -> tuple[str, ...]:
        """What we gave PayPal to know the money by, the surest first. Both roads bear the first two."""
        return tuple(each for each in (self.custom_id, self.invoice_id, self.item) if each)

    @property
    def counts_from(self) -> datetime:
        """When the money came, as far as this notice knows: of a slow payment when it cleared."""
        return self.as_of if self.slow and self.state == "completed" else self.paid_at


@dataclass(frozen=True)
class BackSaid:
    """Money of a sale that goes back, or comes back to us when a reversal is cancelled. Amounts are above zero.

    `back_id` is the refund's own id; a webhook's reversal has none, since its resource is the sale. Without a `sale_id`
    it must wait until the transaction list names the sale. `fee_back` is what PayPal gave back of its fee with money
    that goes back, `fee_taken` what it took for giving money back to us.
    """

    head: Head
    what: Literal["refunded", "reversed", "reversal_cancelled"]
    back_id: str | None
    sale_id: str | None
    amount: Amount
    at: datetime
    fee_back: Amount | None = None
    fee_taken: Amount | None = None
    reason: str | None = None
    case_id: str | None = None


@dataclass(frozen=True)
class DisputeSaid:
    """A dispute about some sales. `outcome` is from our side: `won` if the money stays."""

    head: Head
    what: Literal["created", "updated", "resolved"]
    dispute_id: str
    sale_ids: tuple[str, ...]
    outcome: Outcome
    at: datetime
    outcome_code: str | None = None
    amount: Amount | None = None
    refunded: Amount | None = None
    reason: str | None = None
    stage: str | None = None


@dataclass(frozen=True)
class OtherSaid:
    """A notice of a kind that is not handled; it is kept and counted."""

    head: Head


@dataclass(frozen=True)
class Unreadable:
    """No notice, or one whose `part` is missing or not as PayPal writes it. What is known of it helps to find it."""

    part: str
    kind: str | None = None
    notice_id: str | None = None


Said = SubscriptionSaid | SaleSaid | BackSaid | DisputeSaid | OtherSaid
