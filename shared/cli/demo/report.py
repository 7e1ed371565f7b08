"""The tables at the end of the demo."""

from collections.abc import Iterator
from datetime import date

from rich.console import Console
from rich.table import Table

from shared.cli import typed
from shared.cli.demo.plan import Plan
from shared.cli.demo.results import Arrival, Filled, Results
from shared.contracts import SERVICES

AREAS = {
    1: "refugees",
    2: "protection",
    3: "medical",
    4: "education",
    5: "settlement",
    6: "presence abroad",
    7: "seminars",
    8: "funding",
}
NUMBERS = {"justify": "right", "no_wrap": True}


class Report:
    """Words and tables for what the demo found."""

    def __init__(self, results: Results, plan: Plan) -> None:
        self.results = results
        self.plan = plan
        self.units = {item.code: item.unit for item in plan.items}
        self.names = {item.code: item.name for item in plan.items}

    def show(self, console: Console, gateway_url: str) -> None:
        """Print everything that happened and where to look."""
        found = self.results
        console.print(f"\n[bold]{found.households:,} households, {found.people:,} people registered[/bold]")
        if found.bad_rows:
            console.print(
                f"{found.bad_rows:,} rows of the register could not be taken; see above.", style="red"
            )
        for table in (self.items(), self.arrivals(), self.areas(), self.food()):
            console.print(table)
        for line in where_to_look(gateway_url):
            console.print(line, highlight=False)
        if found.parked:
            console.print(f"{found.parked:,} messages are parked: {typed('parking list')}", style="red")
        console.print(f"From the last registration to the last reservation: {found.settle_seconds:.3f} s")

    def items(self) -> Table:
        """Each item that was asked for."""
        table = _table(
            "Supplies", "item", reserved=NUMBERS, backordered=NUMBERS, delivered=NUMBERS, unmet=NUMBERS
        )
        for each in self.results.items:
            figures = (each.reserved, each.backordered, each.delivered, each.unmet)
            table.add_row(each.name, *(amount(figure, each.unit) for figure in figures))
        return table

    def arrivals(self) -> Table:
        """Goods that came and the backorders that they filled."""
        table = _table("Goods that came", "day", "what", "filled of what was waited for")
        for each in self.results.arrivals:
            table.add_row(
                str(each.day), self._came(each), "\n".join(map(self._filled, each.filled)) or "nothing waited"
            )
        return table

    def areas(self) -> Table:
        """The plan beside what happened."""
        title = f"{self.plan.title}: the plan and what happened"
        table = _table(title, "area", "measure", target=NUMBERS, actual=NUMBERS)
        area = 0
        for each in self.results.areas:
            heading = f"{each.number} {AREAS[each.number]}" if each.number != area else ""
            area = each.number
            target = "" if each.target is None else measured(each.target, each.unit)
            actual = "not recorded yet" if each.actual is None else measured(each.actual, each.unit)
            table.add_row(heading, each.words, target, actual)
        return table

    def food(self) -> Table:
        """The forecast of the first day beside what came to pass."""
        forecast, actual = self.results.forecast, self.results.actual
        unit, name = self.plan.food.unit, self.plan.food.name
        table = _table(
            f"{name.capitalize()}, {self.results.first} to {self.results.last}",
            "",
            **{f"forecast of {forecast.made_on}": NUMBERS, "came to pass": NUMBERS},
        )
        for day in sorted({day for day, _ in (*forecast.short_days, *actual.short_days)}):
            grams = [dict(each.short_days).get(day, 0) for each in (forecast, actual)]
            table.add_row(f"short on {day}", *(amount(each, unit) for each in grams))
        table.add_row("first short day", _day(forecast.first_short_day), _day(actual.first_short_day))
        table.add_row(
            f"left on {self.results.last}", amount(forecast.left_grams, unit), amount(actual.left_grams, unit)
        )
        if forecast.missing_carried_forward is not None:
            missing = amount(forecast.missing_carried_forward, unit)
            table.add_row("missing at the end, if each gap had to be made up", missing, "")
        return table

    def _came(self, arrival: Arrival) -> str:
        if len(arrival.came) == 1:
            ((item, quantity),) = arrival.came.items()
            return f"{arrival.name}: {amount(quantity, self.units[item])} of {self.names[item]}"
        units = {self.units[item] for item in arrival.came}
        total = f"{sum(arrival.came.values()):,} {_plural(units.pop())}" if len(units) == 1 else "goods"
        return f"{arrival.name}: {total} of {len(arrival.came)} kinds"

    def _filled(self, filled: Filled) -> str:
        quantity = amount(filled.quantity, self.units.get(filled.item, ""))
        name = self.names.get(filled.item, filled.item)
        return f"{quantity} of {name} for {filled.households:,} {_plural('household', filled.households)}"


def amount(quantity: int, unit: str) -> str:
    """A quantity of an item for people: grams as kilograms, everything else with its unit."""
    return _kilograms(quantity) if unit == "g" else f"{quantity:,} {_plural(unit, quantity)}"


def measured(figure: int, unit: str) -> str:
    """A figure of the plan, whose units are written in the plural already."""
    return _kilograms(figure) if unit == "g" else f"{figure:,} {unit}"


def _kilograms(quantity: int) -> str:
    kilograms, grams = divmod(quantity, 1000)
    return f"{kilograms:,}.{grams:03}".rstrip("0").rstrip(".") + " kg"


def where_to_look(gateway_url: str) -> Iterator[str]:
    """What to open and what to type next."""
    yield f"\nThe system runs: {gateway_url}"
    for name in SERVICES:
        yield f"  {gateway_url}/{name}/docs"
    hints = {"status": "what runs, and where", "doctor": "whether everything adds up", "down": "stop it"}
    width = max(len(typed(command)) for command in hints)
    for command, words in hints.items():
        yield f"  {typed(command):<{width}}    {words}"


def _table(title: str, *words: str, **columns: dict[str, object]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in words:
        table.add_column(column)
    for column, style in columns.items():
        table.add_column(column, justify="right", no_wrap=bool(style["no_wrap"]))
    return table


def _plural(unit: str, quantity: int = 0) -> str:
    return unit if quantity == 1 else f"{unit}s"


def _day(day: date | None) -> str:
    return str(day) if day else "none"
