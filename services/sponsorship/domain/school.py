"""Children at school: which months a gift covers, and what the education fund is asked for.

A month belongs to the day on which its fee is due. A gift covers it if it supports the child on that day and a payment
of it covers that day; a co-sponsor's gift covers its share. The fund is asked for the rest, once that day has come, and
never for a day before the child was listed. What is asked follows from what is known now, and not from the order in
which it was told.

    fee 30,000, a co-sponsor with a tenth   -> the fund is asked for 27,000
    the main sponsor's gift covers the day  -> 27,000 are withdrawn
    that gift is refunded                   -> 27,000 are asked for anew, as another payment
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from services.sponsorship.domain.gifts import Days
from services.sponsorship.domain.holds import WHOLE, Role, Sponsorship
from shared.contracts.donations import GrantStatus
from shared.dates import month_later

MOST_MONTHS = 12
"""Of one term."""
AHEAD = timedelta(days=366)
"""A term that begins later is written down later: its year is a slip of the hand."""


class Level(StrEnum):
    """Which kind of school a child goes to."""

    PRIMARY = "primary"
    LOWER_SECONDARY = "lower_secondary"
    UPPER_SECONDARY = "upper_secondary"
    VOCATIONAL = "vocational"


class Grade(StrEnum):
    """How a term went, on a scale that every school's marks can be brought to."""

    VERY_GOOD = "very_good"
    GOOD = "good"
    ENOUGH = "enough"
    NOT_ENOUGH = "not_enough"
    NOT_GRADED = "not_graded"


REFUSED = frozenset({GrantStatus.REFUSED.value, GrantStatus.SETTLED.value})
"""The treasurer has decided: nothing more is asked for this month."""
OVER = frozenset({*REFUSED, GrantStatus.PAID.value, GrantStatus.CANCELLED.value})


@dataclass(frozen=True)
class Home:
    """The household in which a child is helped, in the version that is known of it."""

    household_id: UUID
    version: int


@dataclass(frozen=True)
class Payment:
    """What the fund was asked for, in minor units, and what it answered last; `status` is empty until it did."""

    id: UUID
    home: Home
    amount: int
    said: int = 1
    withdrawn: bool = False
    status: str = ""
    paid: int = 0

    @property
    def open(self) -> bool:
        return not self.withdrawn and self.status not in OVER

    @property
    def counts(self) -> int:
        """What of a month's fee this payment bears."""
        return self.amount if self.open else self.paid

    def changed(self, amount: int) -> "Payment":
        return replace(self, amount=amount, said=self.said + 1)

    def taken_back(self) -> "Payment":
        return replace(self, withdrawn=True, said=self.said + 1)


def due_days(starts_on: date, ends_on: date) -> list[date]:
    """The first day of each month of a term, counted from its beginning; its last month may be a short one."""
    days, months = [starts_on], 1
    while (day := month_later(starts_on, months)) <= ends_on:
        days.append(day)
        months += 1
    return days


def last_day(starts_on: date) -> date:
    """The last day that a term which begins then can have."""
    return month_later(starts_on, MOST_MONTHS) - timedelta(days=1)


def covered(due_on: date, supporting: Collection[Sponsorship], covers: Collection[tuple[UUID, Days]]) -> int:
    """What of a month gifts cover, in ten-thousandths. `covers` has the days that payments of each gift cover now."""
    then = [each for each in supporting if each.starts_on <= due_on and not _ended(each, due_on)]
    paid = {gift for gift, days in covers if days.start <= due_on < days.end}
    shares = sum(each.share for each in then if each.role is Role.CO)
    found = sum(each.share for each in then if each.role is Role.CO and each.gift_id in paid)
    if any(each.role is Role.MAIN and each.gift_id in paid for each in then):
        found += WHOLE - min(shares, WHOLE)
    return min(found, WHOLE)


def _ended(each: Sponsorship, on: date) -> bool:
    return each.ends_on is not None and each.ends_on < on


def uncovered(fee: int, share: int) -> int:
    """What of a fee gifts do not cover; parts of a minor unit are the fund's."""
    return fee - fee * share // WHOLE


def follow(need: int, home: Home | None, payments: Sequence[Payment]) -> tuple[Payment | None, int]:
    """What becomes of a month of which `need` is to be paid, for a child at `home`; None if it is not helped.

    Gives the payment of it that has changed, if one has, and how much is to be asked for anew, 0 for nothing.
    `payments` are all of this month, the oldest first.
    """
    last = payments[-1] if payments else None
    borne = sum(each.counts for each in payments if each is not last)
    if last is not None and last.open:
        left = max(0, need - borne)
        if home is not None and left and home.household_id == last.home.household_id:
            return (last.changed(left) if left != last.amount else None), 0
        after = last.taken_back()
        return after, _anew(max(0, left - after.paid), home, after)
    borne += last.counts if last else 0
    return None, _anew(max(0, need - borne), home, last)


def _anew(need: int, home: Home | None, last: Payment | None) -> int:
    if home is None or (last is not None and not _may_follow(last, home)):
        return 0
    return need


def _may_follow(last: Payment, home: Home) -> bool:
    """Whether another payment may be asked for after this one.

    Donations cancels what was asked for before a household was closed. If the close is not known here yet, another
    payment would be cancelled too: it waits until something newer is known of the household.
    """
    if last.withdrawn or last.status == GrantStatus.PAID:
        return True
    if last.status in REFUSED:
        return False
    return home.household_id != last.home.household_id or home.version > last.home.version
