"""Rules that staff can set, and the dates that follow from them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from services.inventory.domain.items import Season
from services.inventory.domain.numbers import check_quantity

RationPeriod = Literal["month", "week"] | int
"""`month`: the calendar month. `week`: Monday to Sunday. An int: blocks of so many days, 1 to 366."""


@dataclass(frozen=True)
class Rules:
    """Settings of the store. 500 g per day each is the action plan's figure (area 2, protection)."""

    grams_per_person_day: int = 500
    ration_period: RationPeriod = "month"
    ration_item: str = "rice"
    winter_months: frozenset[int] = frozenset({10, 11, 12, 1, 2, 3})
    fetch_within_days: int = 30
    deal_after: timedelta = timedelta(seconds=2)

    def __post_init__(self) -> None:
        check_quantity("grams per person per day", self.grams_per_person_day, 1)
        check_quantity("days to fetch", self.fetch_within_days, 1)
        if not self.winter_months <= set(range(1, 13)):
            raise ValueError("winter months are numbers from 1 to 12")
        check_period(self.ration_period)


def check_period(rule: RationPeriod) -> None:
    """Raise ValueError unless `rule` is a ration period."""
    if rule not in ("month", "week") and not (type(rule) is int and 1 <= rule <= 366):
        raise ValueError(f"a ration period is month, week or 1 to 366 days, not {rule!r}")


def period_of(day: date, rule: RationPeriod) -> tuple[date, date]:
    """First and last day of the ration period that `day` is in.

    Blocks of days count from 0001-01-01, a Monday.
    """
    check_period(rule)
    if rule == "month":
        return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])
    length = 7 if rule == "week" else int(rule)
    first = day - timedelta(days=(day.toordinal() - 1) % length)
    return first, first + timedelta(days=length - 1)


def season_of(day: date, rules: Rules) -> Season:
    """The season whose clothing is given on `day`."""
    return Season.WINTER if day.month in rules.winter_months else Season.SUMMER
