"""What the store promised of the food, beside what came to pass."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table

from shared.cli.demo.pieces import Item
from shared.cli.demo.tables import NUMBERS, amount, table


@dataclass(frozen=True)
class Met:
    """So many grams were foreseen to be missing on a day, and were bought and came before it."""

    day: date
    grams: int
    came_on: date


@dataclass(frozen=True)
class Shortage:
    """The days on which not everybody ate, in grams, and what was left in the evening of the last day.

    `missing_carried_forward` is what would be missing at the end if each day's unmet need had to be made up; `met` is
    what was bought in time, None where nobody gives money.
    """

    short_days: tuple[tuple[date, int], ...]
    left_grams: int
    made_on: date | None = None
    missing_carried_forward: int | None = None
    met: tuple[Met, ...] | None = None

    @property
    def first_short_day(self) -> date | None:
        return min((day for day, _ in self.short_days), default=None)

    def as_json(self) -> dict[str, Any]:
        first = self.first_short_day
        told: dict[str, Any] = {
            "short_days": [{"date": day.isoformat(), "grams": grams} for day, grams in self.short_days],
            "first_short_day": first and first.isoformat(),
            "left_grams": self.left_grams,
        }
        if self.met is not None:
            told["met"] = [
                {"date": each.day.isoformat(), "grams": each.grams, "came_on": each.came_on.isoformat()}
                for each in self.met
            ]
        return told


def met_by(forecast: Shortage, came: Iterable[tuple[date, int]]) -> tuple[Met, ...]:
    """Of the short days of a forecast, what was met by purchases that came on earlier days, the earliest first.

    short by 60 on the 10th and by 50 on the 20th; 70 came on the 5th, 40 on the 20th
    -> 60 of the 10th and 10 of the 20th were met by the first; the second came too late for both.
    """
    met: list[Met] = []
    missing = sorted(forecast.short_days)
    for came_on, grams in sorted(came):
        left = grams
        for place, (day, short) in enumerate(missing):
            if (used := min(left, short)) and came_on < day:
                met.append(Met(day, used, came_on))
                missing[place] = (day, short - used)
                left -= used
    return tuple(sorted(met, key=lambda each: (each.day, each.came_on)))


@dataclass(frozen=True)
class Late:
    """What was foreseen on the day on which food became late, and what came to pass from that day on."""

    day: date
    names: Sequence[str]
    forecast: Shortage
    actual: Shortage

    @property
    def words(self) -> str:
        return f"{' and '.join(self.names)} became late"

    def as_json(self) -> dict[str, Any]:
        return {
            "late_from": self.day.isoformat(),
            "deliveries": list(self.names),
            "forecast": self.forecast.as_json(),
            "actual": self.actual.as_json(),
        }


def beside(food: Item, forecast: Shortage, actual: Shortage, last: date, when: str) -> Table:
    """A forecast beside what came to pass."""
    made = {f"forecast of {forecast.made_on}": NUMBERS, "came to pass": NUMBERS}
    shown = table(f"{food.name.capitalize()}, {when}", "", **made)
    for day in sorted({day for day, _ in (*forecast.short_days, *actual.short_days)}):
        grams = [dict(each.short_days).get(day, 0) for each in (forecast, actual)]
        shown.add_row(f"short on {day}", *(amount(each, food.unit) for each in grams))
    for each in actual.met or ():
        shown.add_row(
            f"missing on {each.day}, bought and there on {each.came_on}", "", amount(each.grams, food.unit)
        )
    shown.add_row("first short day", _day(forecast.first_short_day), _day(actual.first_short_day))
    shown.add_row(
        f"left on {last}", amount(forecast.left_grams, food.unit), amount(actual.left_grams, food.unit)
    )
    if forecast.missing_carried_forward is not None:
        missing = amount(forecast.missing_carried_forward, food.unit)
        shown.add_row("missing at the end, if each gap had to be made up", missing, "")
    return shown


def _day(day: date | None) -> str:
    return str(day) if day else "none"
