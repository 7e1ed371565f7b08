"""The tables at the end of the demo."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table

from shared.cli import typed
from shared.cli.demo.plan import Plan
from shared.cli.demo.results import Found
from shared.cli.demo.tables import NUMBERS, measured, table
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


class Report:
    """Words and tables for what the demo found."""

    def __init__(self, results: Found, plan: Plan) -> None:
        self.results = results
        self.plan = plan

    def show(self, console: Console, gateway_url: str) -> None:
        """Print everything that happened and where to look."""
        found = self.results
        for each in found.chapters:
            each.headlines(console)
        for each in found.chapters:
            for shown in each.tables():
                console.print(shown)
        console.print(self.areas())
        for each in found.chapters:
            for shown in each.closing_tables():
                console.print(shown)
        for line in where_to_look(gateway_url):
            console.print(line, highlight=False)
        if found.parked:
            console.print(f"{found.parked:,} messages are parked: {typed('parking list')}", style="red")
        console.print(f"From the last registration to the last reservation: {found.settle_seconds:.3f} s")

    def areas(self) -> Table:
        """The plan beside what happened."""
        title = f"{self.plan.title}: the plan and what happened"
        shown = table(title, "area", "measure", target=NUMBERS, actual=NUMBERS)
        area = 0
        for each in self.results.areas:
            heading = f"{each.number} {AREAS[each.number]}" if each.number != area else ""
            area = each.number
            target = "" if each.target is None else measured(each.target, each.unit)
            actual = "not recorded yet" if each.actual is None else measured(each.actual, each.unit)
            shown.add_row(heading, each.words, target, actual)
        return shown


def where_to_look(gateway_url: str) -> Iterator[str]:
    """What to open and what to type next."""
    yield f"\nThe system runs: {gateway_url}"
    for name in SERVICES:
        yield f"  {gateway_url}/{name}/docs"
    hints = {"status": "what runs, and where", "doctor": "whether everything adds up", "down": "stop it"}
    width = max(len(typed(command)) for command in hints)
    for command, words in hints.items():
        yield f"  {typed(command):<{width}}    {words}"
