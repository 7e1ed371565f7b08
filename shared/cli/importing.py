"""`relief intake import FILE`: take a register of households in, as the upload in the API does."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.cli.client import services_of
from shared.cli.registering import import_register, show_bad_rows
from shared.cli.stack import Stack

File = Annotated[
    Path, typer.Argument(help="CSV (UTF-8) or XLSX, one row a person.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
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
