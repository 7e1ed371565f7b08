"""What was told of a subscription, and what follows from all of it.

A gift of many years has many payments and many notices, and each payment is held against the notices. The notices are
sorted once, and then each payment finds in them what it needs without going through all of them.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class What(StrEnum):
    """What was told of a subscription. A PRICE is what it asks for each month."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"
    PRICE = "price"


ENDS = (What.CANCELLED, What.EXPIRED)
"""Nothing that PayPal tells later wakes a subscription that has ended."""


@dataclass(frozen=True, order=True)
class Told:
    """Something that was told: when it was so, by PayPal's clock; on which day of the group's; how much a price is."""

    at: datetime
    what: What
    on: date
    amount: int = 0
    currency: str = ""


def ended_on(told: Iterable[Told]) -> date | None:
    """The day on which the donor or PayPal ended it; None if nobody did."""
    return min((each.on for each in told if each.what in ENDS), default=None)


class History:
    """All that was told of a subscription up to a day, in whatever order."""

    def __init__(self, told: Iterable[Told]) -> None:
        every = sorted(told)
        self.ended = ended_on(every)
        active = [each for each in every if each.what is What.ACTIVE]
        self.begun = min((each.on for each in active), default=None)
        """The first day on which it was active."""
        failed = [each.on for each in every if each.what is What.FAILED]
        # What was active again after it was suspended does not fail any more.
        failed += [
            each.on
            for each in every
            if each.what is What.SUSPENDED and (not active or each.at >= active[-1].at)
        ]
        self._failed = sorted(failed)
        prices = defaultdict[str, list[Told]](list)
        for each in every:
            if each.what is What.PRICE and each.amount:
                prices[each.currency].append(each)
        self._prices = {currency: _Prices(found) for currency, found in prices.items()}

    def failed_after(self, day: date | None) -> date | None:
        """The first day after this one on which a payment failed, or it was suspended; None if there was none."""
        place = 0 if day is None else bisect_right(self._failed, day)
        return self._failed[place] if place < len(self._failed) else None

    def price(self, currency: str, on: date) -> int | None:
        """What it asked for each month on a day: the last price told by then, else the first one told after it. None
        if none was told in this currency.
        """
        prices = self._prices.get(currency)
        return prices.of(on) if prices else None


class _Prices:
    """The prices of one currency; at least one."""

    def __init__(self, told: list[Told]) -> None:
        """In the order in which they were so."""
        self._first = told[0].amount
        self._days, self._newest = list[date](), list[int]()
        newest = -1
        for on, place in sorted((each.on, place) for place, each in enumerate(told)):
            newest = max(newest, place)
            self._days.append(on)
            self._newest.append(told[newest].amount)

    def of(self, on: date) -> int:
        """The newest of those that were told by this day."""
        place = bisect_right(self._days, on)
        return self._newest[place - 1] if place else self._first
