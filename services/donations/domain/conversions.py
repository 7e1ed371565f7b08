"""Rates of days, and conversions: money of a fund that a bank or PayPal changed into another currency."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Context, Decimal
from uuid import UUID

from services.donations.domain.money import DIGITS, Money

RATE_COUNTS = timedelta(days=7)
"""So long the newest rate of a pair counts as a day's, since banks give none on Sundays and holidays."""

_SHORT = Context(prec=7)


@dataclass(frozen=True)
class Rate:
    """So much of `quote` for one of `currency`, in whole units of both: 1 USD is 117.25 JPY."""

    currency: str
    quote: str
    on_day: date
    rate: Decimal

    def of(self, given: Money, got: Money) -> Decimal:
        """What a conversion between these two currencies came to, as this rate is written, to seven digits."""
        one, other = (given, got) if given.currency == self.currency else (got, given)
        return _SHORT.divide(_whole(other), _whole(one))

    def off(self, given: Money, got: Money) -> Decimal:
        """By which share the larger of this rate and a conversion's is above the smaller one: 0.1 is ten percent. So it
        is the same whichever way round the rate is written.
        """
        came_to = self.of(given, got)
        return max(came_to, self.rate) / min(came_to, self.rate) - 1


def _whole(amount: Money) -> Decimal:
    """An amount in whole units: 1050 cents are 10.50."""
    return Decimal(amount.minor).scaleb(-DIGITS[amount.currency])


def plain(rate: Decimal) -> str:
    """A rate as people write it, without needless noughts."""
    return f"{rate.normalize():f}"


@dataclass(frozen=True)
class Conversion:
    """So much of a fund was changed at a place on a day; both amounts are as the bank gave them.

    `note` says why the rate is meant, if it is far from the day's. What was got may be for an appeal. `reference` is
    how the place calls it, if it does.
    """

    id: UUID
    fund: str
    place: str
    given: Money
    got: Money
    happened_on: date
    note: str | None = None
    undone: bool = False
    reference: str | None = None
    appeal_id: UUID | None = None

    @property
    def moved(self) -> frozenset[tuple[int, str]]:
        """The two rows that PayPal's list has of it, as minor units and currency; what was given is below 0."""
        return frozenset({(-self.given.minor, self.given.currency), (self.got.minor, self.got.currency)})
