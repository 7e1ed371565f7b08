"""What a service says of the rows of a file that it took in."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.cli.console import shown


def show_bad_rows(console: Console, report: Mapping[str, Any]) -> None:
    """Each row that could not be taken, and each that somebody should look at, with column and reason."""
    for listed, counted, style in (("warnings", "warning_count", "yellow"), ("errors", "error_count", "red")):
        for each in report.get(listed, []):
            place = f"row {each['row']}" + (f", {each['column']}" if each["column"] else "")
            console.print(shown(f"{place}: {each['reason']}"), style=style)
        if more := report.get(counted, 0) - len(report.get(listed, [])):
            console.print(f"and {more:,} more", style=style)


def show_counts(console: Console, report: Mapping[str, Any]) -> None:
    """The counts of a report, in its own words."""
    table = Table(title="What would happen (nothing was changed)" if report["dry_run"] else "Taken in")
    table.add_column("")
    table.add_column("", justify="right")
    for name, words in report["words"].items():
        table.add_row(words, f"{report[name]:,}")
    console.print(table)
