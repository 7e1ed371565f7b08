"""Pledges: money that a donor promised for some days. It is no money of any fund before it comes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.donations.domain.money import Money


@dataclass(frozen=True)
class Pledge:
    """Who promised, and when it was cancelled."""

    id: UUID
    donor_id: UUID
    cancelled_on: date | None = None


@dataclass(frozen=True)
class Due:
    """So much is promised for a day; `payment_id` is the payment that is linked to it."""

    due_on: date
    amount: Money
    payment_id: UUID | None = None


def room_for(part: Due, left: int, others: int) -> bool:
    """Whether a payment of which so much is left keeps this part too, besides others that come to so much.

    1,000 keep two parts of 500; of a third one nothing is kept.
    """
    return others + part.amount.minor <= left
