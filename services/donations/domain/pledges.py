"""Pledges: money that a donor promised for some days. It is no money of any fund before it comes."""

from collections.abc import Iterable
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


@dataclass(frozen=True)
class Link:
    """A part of a pledge with the payment that is linked to it."""

    pledge_id: UUID
    number: int
    part: Due
    cancelled: bool = False


def keeps(left: int, links: Iterable[Link]) -> bool:
    """Whether a payment of which so much is left keeps the parts that are linked to it: all of them, or none."""
    return left >= sum(each.part.amount.minor for each in links)


def opened(links: Iterable[Link]) -> list[Due]:
    """Those of these parts that are open if nothing keeps them: not those of pledges that were cancelled."""
    return [each.part for each in links if not each.cancelled]


def room_for(part: Due, left: int, others: int) -> bool:
    """Whether a payment of which so much is left keeps this part too, besides others that come to so much.

    1,000 keep two parts of 500; of a third one nothing is kept.
    """
    return others + part.amount.minor <= left
