"""How long the food lasts: from headcount, stock and planned deliveries, never from a table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.inventory.domain.numbers import check_quantity

Delivery = tuple[date, int]
"""A day and grams; what comes on a day can be eaten on it."""


@dataclass(frozen=True)
class DayForecast:
    """One day in grams: needed, eaten, missing, and what the store and the households have left in the
    evening.
    """

    day: date
    need: int
    eaten: int
    short: int
    left: int


@dataclass(frozen=True)
class Forecast:
    """All days from first to last. Unmet need of a day is not carried forward: yesterday's rice feeds nobody.

    `balance_grams` is what all that comes in is more (or, below 0, less) than all that is needed: the same
    sum with unmet need carried forward.
    """

    days: tuple[DayForecast, ...]
    balance_grams: int

    @property
    def short_days(self) -> tuple[DayForecast, ...]:
        return tuple(day for day in self.days if day.short)

    @property
    def first_short_day(self) -> date | None:
        return next((day.day for day in self.days if day.short), None)

    @property
    def run_out_on(self) -> date | None:
        """The first day that ends with nothing left; None if there is always some."""
        return next((day.day for day in self.days if not day.left), None)

    @property
    def left_grams(self) -> int:
        return self.days[-1].left

    @property
    def missing_carried_forward_grams(self) -> int:
        return max(0, -self.balance_grams)


def forecast(
    start: date,
    end: date,
    stock_grams: int,
    at_home_grams: int,
    eaters: int | Mapping[date, int],
    grams_per_person_day: int,
    deliveries: Iterable[Delivery],
) -> Forecast:
    """Eat through the days from `start` to `end`, both included.

    `at_home_grams` were handed over already for days from `start` on; they are eaten before the store's.
    `eaters` is a headcount, or one for each day on which it changes (0 before the first). Deliveries outside
    the days are left out.
    """
    if end < start:
        raise ValueError(f"a forecast cannot end on {end}, before it starts on {start}")
    if stock_grams < 0 or at_home_grams < 0:
        raise ValueError(f"nobody has less than nothing: {stock_grams:,} in stock, {at_home_grams:,} at home")
    check_quantity("grams per person per day", grams_per_person_day)
    coming = _by_day(deliveries)
    left = balance = stock_grams + at_home_grams
    days = []
    for day, people in _headcounts(start, end, eaters):
        left += coming[day]
        need = people * grams_per_person_day
        eaten = min(need, left)
        left -= eaten
        balance += coming[day] - need
        days.append(DayForecast(day, need, eaten, need - eaten, left))
    return Forecast(tuple(days), balance)


def days_left(forecast: Forecast) -> int:
    """For how many days from the first on everyone eats in full; all the days looked at if none is short."""
    first_short = forecast.first_short_day
    return len(forecast.days) if first_short is None else (first_short - forecast.days[0].day).days


def _by_day(deliveries: Iterable[Delivery]) -> Counter[date]:
    coming: Counter[date] = Counter()
    for day, grams in deliveries:
        check_quantity("grams delivered", grams)
        coming[day] += grams
    return coming


def _headcounts(start: date, end: date, eaters: int | Mapping[date, int]) -> Iterator[tuple[date, int]]:
    changes = {start: eaters} if isinstance(eaters, int) else eaters
    for day, people in changes.items():
        check_quantity(f"people on {day}", people)
    known = [day for day in changes if day <= start]
    people = changes[max(known)] if known else 0
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        people = changes.get(day, people)
        yield day, people
