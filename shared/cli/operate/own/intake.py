"""`relief intake`: take a register in, as the demo does too, and show who was shown names."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.cli import Trouble
from shared.cli.client import Services, services_of
from shared.cli.console import shown, wide_enough
from shared.cli.stack import Stack

File = Annotated[
    Path, typer.Argument(help="CSV (UTF-8) or XLSX, one row a person.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
Household = Annotated[str | None, typer.Argument(help="of this household alone, by its id")]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="at most so many")]
# Ids are there to be copied.
WIDTH = 130
FIGURES = {
    "rows": "rows read",
    "households": "households registered",
    "people": "people registered",
    "joined": "of them joined a household registered before",
    "already_there": "people registered before",
    "bad_rows": "rows not taken",
}


def register(app: typer.Typer) -> None:
    intake = typer.Typer(help="The register of households.", no_args_is_help=True)
    intake.callback()(_nothing_alone)
    intake.command("import")(take_in)
    intake.command("readings")(readings)
    app.add_typer(intake, name="intake")


def _nothing_alone() -> None:
    """The register of households."""


def take_in(file: File, dry_run: DryRun = False) -> None:
    """Take a register of households in; it may be sent again, nobody is registered twice."""
    console = Console()
    report = asyncio.run(_send(file, dry_run, console))
    _show(console, report)
    if report["error_count"]:
        raise typer.Exit(1)


def readings(household_id: Household = None, most: Most = 50) -> None:
    """Show who was shown names and birth dates, the newest first."""
    asyncio.run(_show_readings(household_id, most))


async def _show_readings(household_id: str | None, most: int) -> None:
    async with services_of(Stack.load()) as services:
        page = await services.get("intake", "/readings", household_id=household_id, limit=most)
    table = Table("at (UTC)", "who", "household", "route")
    for each in page["items"]:
        table.add_row(*(shown(each[name]) for name in ("at", "actor", "household_id", "route")))
    wide_enough(WIDTH).print(table)


async def _send(file: Path, dry_run: bool, console: Console) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with services_of(Stack.load()) as services:
        with Progress(*columns, console=console) as progress:
            rows = progress.add_task("rows", total=None)
            report = await import_register(
                services,
                file,
                lambda done, total: progress.update(rows, completed=done, total=total),
                dry_run=dry_run,
            )
            progress.update(rows, completed=report["rows"], total=report["rows"])
    return report


def _show(console: Console, report: dict[str, Any]) -> None:
    show_bad_rows(console, report)
    table = Table(title="What would happen (nothing was changed)" if report["dry_run"] else "Taken in")
    table.add_column("")
    table.add_column("", justify="right")
    for name, words in FIGURES.items():
        table.add_row(words, f"{report[name]:,}")
    console.print(table)


async def import_register(
    services: Services, file: Path, read: Callable[[int, int | None], None], *, dry_run: bool = False
) -> dict[str, Any]:
    """Send a register and return the import's report.

    `read` is told how many rows were read so far, and of how many if that is known. Trouble if the file is refused.
    """
    path = "/imports?dry_run=true" if dry_run else "/imports"
    async for line in services.upload("intake", path, file):
        if "report" in line:
            report: dict[str, Any] = line["report"]
            return report
        if "problem" in line:
            raise Trouble(f"intake: {line['problem']['detail']}")
        if "rows" in line:
            read(line["rows"], line.get("of"))
    raise Trouble(f"The import of {file.name} broke off. Start it again: nobody is registered twice.")


def show_bad_rows(console: Console, report: Mapping[str, Any]) -> None:
    """Each row that could not be taken, with column and reason."""
    for each in report["errors"]:
        place = f"row {each['row']}" + (f", {each['column']}" if each["column"] else "")
        console.print(shown(f"{place}: {each['reason']}"), style="red")
    if more := report["error_count"] - len(report["errors"]):
        console.print(f"and {more:,} more", style="red")
