"""What inventory's chapter found out: figures, tables, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.plan import Item, Plan
from shared.cli.demo.tables import NUMBERS, amount, plural, table


@dataclass(frozen=True)
class ItemFigures:
    """One item in base units: set aside now, waiting now, handed out and unmet since the beginning."""

    item: str
    name: str
    kind: str
    unit: str
    reserved: int
    backordered: int
    delivered: int
    unmet: int


@dataclass(frozen=True)
class Shortage:
    """The days on which not everybody ate, in grams, and what was left in the evening of the last day.

    `missing_carried_forward` is what would be missing at the end if each day's unmet need had to be made up.
    """

    short_days: tuple[tuple[date, int], ...]
    left_grams: int
    made_on: date | None = None
    missing_carried_forward: int | None = None

    @property
    def first_short_day(self) -> date | None:
        return min((day for day, _ in self.short_days), default=None)


@dataclass(frozen=True)
class Filled:
    """What waited and was set aside when goods came: how much of an item, for how many households."""

    item: str
    quantity: int
    households: int


@dataclass(frozen=True)
class Arrival:
    """Goods that came on one day under one name, in base units by item, and what they filled."""

    day: date
    name: str
    came: Mapping[str, int]
    filled: Sequence[Filled]


@dataclass(frozen=True)
class Store(Results):
    """Everything that inventory's chapter shows, from `first` to `last`."""

    plan: Plan
    items: Sequence[ItemFigures]
    arrivals: Sequence[Arrival]
    forecast: Shortage
    actual: Shortage
    first: date
    last: date

    def tables(self) -> Iterable[Table]:
        return self._items(), self._arrivals()

    def closing_tables(self) -> Iterable[Table]:
        return (self._food(),)

    def as_json(self) -> dict[str, Any]:
        return {
            "items": {each.item: _figures(each) for each in self.items},
            "deliveries": [_arrival(each) for each in self.arrivals],
            "forecast": _shortage(self.forecast),
            "actual": _shortage(self.actual),
        }

    def _items(self) -> Table:
        """Each item that was asked for."""
        shown = table(
            "Supplies", "item", reserved=NUMBERS, backordered=NUMBERS, delivered=NUMBERS, unmet=NUMBERS
        )
        for each in self.items:
            figures = (each.reserved, each.backordered, each.delivered, each.unmet)
            shown.add_row(each.name, *(amount(figure, each.unit) for figure in figures))
        return shown

    def _arrivals(self) -> Table:
        """Goods that came and the backorders that they filled."""
        shown = table("Goods that came", "day", "what", "filled of what was waited for")
        for each in self.arrivals:
            shown.add_row(
                str(each.day), self._came(each), "\n".join(map(self._filled, each.filled)) or "nothing waited"
            )
        return shown

    def _food(self) -> Table:
        """The forecast of the first day beside what came to pass."""
        forecast, actual = self.forecast, self.actual
        unit, name = self.plan.food.unit, self.plan.food.name
        shown = table(
            f"{name.capitalize()}, {self.first} to {self.last}",
            "",
            **{f"forecast of {forecast.made_on}": NUMBERS, "came to pass": NUMBERS},
        )
        for day in sorted({day for day, _ in (*forecast.short_days, *actual.short_days)}):
            grams = [dict(each.short_days).get(day, 0) for each in (forecast, actual)]
            shown.add_row(f"short on {day}", *(amount(each, unit) for each in grams))
        shown.add_row("first short day", _day(forecast.first_short_day), _day(actual.first_short_day))
        shown.add_row(
            f"left on {self.last}", amount(forecast.left_grams, unit), amount(actual.left_grams, unit)
        )
        if forecast.missing_carried_forward is not None:
            missing = amount(forecast.missing_carried_forward, unit)
            shown.add_row("missing at the end, if each gap had to be made up", missing, "")
        return shown

    def _came(self, arrival: Arrival) -> str:
        if len(arrival.came) == 1:
            ((item, quantity),) = arrival.came.items()
            known = self._known(item)
            return f"{arrival.name}: {amount(quantity, known.unit)} of {known.name}"
        units = {self._known(item).unit for item in arrival.came}
        total = f"{sum(arrival.came.values()):,} {plural(units.pop())}" if len(units) == 1 else "goods"
        return f"{arrival.name}: {total} of {len(arrival.came)} kinds"

    def _known(self, code: str) -> Item:
        return next(item for item in self.plan.items if item.code == code)

    def _filled(self, filled: Filled) -> str:
        known = {item.code: item for item in self.plan.items}.get(filled.item)
        quantity = amount(filled.quantity, known.unit if known else "")
        name = known.name if known else filled.item
        return f"{quantity} of {name} for {filled.households:,} {plural('household', filled.households)}"


def _day(day: date | None) -> str:
    return str(day) if day else "none"


def filled_of(lines: Iterable[Mapping[str, Any]]) -> list[Filled]:
    """The lines of a receipt's answer, summed by item."""
    quantities: dict[str, int] = {}
    households: dict[str, set[str]] = {}
    for line in lines:
        quantities[line["item"]] = quantities.get(line["item"], 0) + line["quantity"]
        households.setdefault(line["item"], set()).add(line["household_id"])
    return [Filled(item, quantity, len(households[item])) for item, quantity in quantities.items()]


def _figures(item: ItemFigures) -> dict[str, Any]:
    return {
        "name": item.name,
        "unit": item.unit,
        "reserved": item.reserved,
        "backordered": item.backordered,
        "delivered": item.delivered,
        "unmet": item.unmet,
    }


def _arrival(arrival: Arrival) -> dict[str, Any]:
    filled = [
        {"item": each.item, "quantity": each.quantity, "households": each.households}
        for each in arrival.filled
    ]
    return {
        "date": arrival.day.isoformat(),
        "name": arrival.name,
        "came": dict(arrival.came),
        "filled": filled,
    }


def _shortage(shortage: Shortage) -> dict[str, Any]:
    first = shortage.first_short_day
    return {
        "short_days": [{"date": day.isoformat(), "grams": grams} for day, grams in shortage.short_days],
        "first_short_day": first and first.isoformat(),
        "left_grams": shortage.left_grams,
    }
