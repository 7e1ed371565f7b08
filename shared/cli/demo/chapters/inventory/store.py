"""What inventory's chapter found out: figures, tables, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.chapters.inventory.promised import Late, Shortage, beside
from shared.cli.demo.pieces import Item
from shared.cli.demo.plan import Plan
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
class Overdue:
    """A planned delivery that is late: so much of it did not come."""

    due_on: date
    depot: str
    item: str
    missing: int


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
    late: Sequence[Late] = ()
    overdue: Sequence[Overdue] = ()

    def tables(self) -> Iterable[Table]:
        yield self._items()
        yield self._arrivals()
        if self.overdue:
            yield self._overdue()

    def closing_tables(self) -> Iterable[Table]:
        yield beside(self.plan.food, self.forecast, self.actual, self.last, f"{self.first} to {self.last}")
        for each in self.late:
            yield beside(
                self.plan.food, each.forecast, each.actual, self.last, f"from {each.day}, when {each.words}"
            )

    def as_json(self) -> dict[str, Any]:
        return {
            "items": {each.item: _figures(each) for each in self.items},
            "deliveries": [_arrival(each) for each in self.arrivals],
            "forecast": self.forecast.as_json(),
            "actual": self.actual.as_json(),
            "late": [each.as_json() for each in self.late],
            "overdue": [
                {"due_on": each.due_on.isoformat(), "item": each.item, "missing": each.missing}
                for each in self.overdue
            ],
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

    def _overdue(self) -> Table:
        """Goods that inventory lists as late: they feed nobody until they come."""
        shown = table("Goods that did not come", "due on", "what", "where")
        for each in self.overdue:
            known = self._known(each.item)
            shown.add_row(str(each.due_on), f"{amount(each.missing, known.unit)} of {known.name}", each.depot)
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
