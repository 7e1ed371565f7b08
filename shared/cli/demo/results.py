"""What the demo found out, and the same as JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any


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
class Area:
    """A measure of the plan; no target: as many as possible; no actual: nothing records it yet."""

    number: int
    measure: str
    words: str
    unit: str
    target: int | None
    actual: int | None


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
class Results:
    """Everything that the demo shows. `settle_seconds`: from the last registration to the last reservation."""

    households: int
    people: int
    bad_rows: int
    items: Sequence[ItemFigures]
    arrivals: Sequence[Arrival]
    areas: Sequence[Area]
    forecast: Shortage
    actual: Shortage
    first: date
    last: date
    settle_seconds: float
    parked: int


def filled_of(lines: Iterable[Mapping[str, Any]]) -> list[Filled]:
    """The lines of a receipt's answer, summed by item."""
    quantities: dict[str, int] = {}
    households: dict[str, set[str]] = {}
    for line in lines:
        quantities[line["item"]] = quantities.get(line["item"], 0) + line["quantity"]
        households.setdefault(line["item"], set()).add(line["household_id"])
    return [Filled(item, quantity, len(households[item])) for item, quantity in quantities.items()]


def as_json(results: Results) -> dict[str, Any]:
    """The figures for programs, in base units, dates as text."""
    return {
        "households": results.households,
        "people": results.people,
        "items": {each.item: _figures(each) for each in results.items},
        "deliveries": [_arrival(each) for each in results.arrivals],
        "forecast": _shortage(results.forecast),
        "actual": _shortage(results.actual),
        "areas": [_area(each) for each in results.areas],
        "settle_seconds": results.settle_seconds,
    }


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


def _area(area: Area) -> dict[str, Any]:
    return {
        "number": area.number,
        "measure": area.measure,
        "words": area.words,
        "unit": area.unit,
        "target": area.target,
        "actual": area.actual,
    }
