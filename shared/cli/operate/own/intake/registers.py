"""Registers: take one in, as the demo does too, list those taken in, undo one."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.cli import Trouble, typed
from shared.cli.client import Services, services_of
from shared.cli.console import show_rows, shown
from shared.cli.operate.rows import show_bad_rows, show_counts
from shared.cli.stack import Stack

File = Annotated[
    Path, typer.Argument(help="CSV (UTF-8) or XLSX, one row a person.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
Mapping_ = Annotated[
    Path | None,
    typer.Option("--mapping", help="TOML: the group's own headings and values.", exists=True, dir_okay=False),
]
ImportId = Annotated[str, typer.Argument(help="as `imports` shows it")]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="at most so many")]


def take_in(file: File, dry_run: DryRun = False, mapping: Mapping_ = None) -> None:
    """Take a register of households in; it may be sent again, nobody is registered twice."""
    console = Console()
    report = asyncio.run(_send(file, mapping.read_bytes() if mapping else None, dry_run, console))
    _show(console, report)
    if report["error_count"]:
        raise typer.Exit(1)


def imports(most: Most = 50) -> None:
    """List the registers that were taken in, the newest first."""
    asyncio.run(_show_imports(most))


def undo(import_id: ImportId) -> None:
    """Undo an import as far as nothing was handed out: what it alone brought was never there."""
    if asyncio.run(_undo(import_id)):
        raise typer.Exit(1)


async def _show_imports(most: int) -> None:
    async with services_of(Stack.load()) as services:
        page = await services.get("intake", "/imports", limit=most)
    names = ("at", "actor", "import_id", "rows", "households", "people", "bad_rows", "finished", "undone_on")
    headings = (
        "at (UTC)",
        "who",
        "import",
        "rows",
        "households",
        "people",
        "not taken",
        "finished",
        "undone",
    )
    show_rows(
        headings, [["" if each[name] is None else each[name] for name in names] for each in page["items"]]
    )


async def _undo(import_id: str) -> int:
    async with services_of(Stack.load()) as services:
        done = await services.post("intake", f"/imports/{import_id}/undo", None)
    console = Console(soft_wrap=True)
    for each in done["kept"]:
        console.print(shown(f"{each['code']} stays: {each['reason']}"), style="red")
    if done["closed"] or done["people"] or done["kept"]:
        console.print(
            f"{done['closed']:,} households closed as mistaken, {done['people']:,} people taken back"
        )
    else:
        console.print("Nothing of this import is left to undo.")
    return int(done["kept_count"])


async def _send(file: Path, mapping: bytes | None, dry_run: bool, console: Console) -> dict[str, Any]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with services_of(Stack.load()) as services:
        with Progress(*columns, console=console) as progress:
            rows = progress.add_task("rows", total=None)
            report = await import_register(
                services,
                file,
                lambda done, total: progress.update(rows, completed=done, total=total),
                dry_run=dry_run,
                mapping=mapping,
            )
            progress.update(rows, completed=report["rows"], total=report["rows"])
    return report


def _show(console: Console, report: dict[str, Any]) -> None:
    show_bad_rows(console, report)
    show_counts(console, report)
    if report["import_id"] and report["people"]:
        undoing = typed("intake undo " + report["import_id"])
        console.print(f"To undo it: {undoing}")


async def import_register(
    services: Services,
    file: Path,
    read: Callable[[int, int | None], None],
    *,
    dry_run: bool = False,
    mapping: bytes | None = None,
) -> dict[str, Any]:
    """Send a register and return the import's report.

    `read` is told how many rows were read so far, and of how many if that is known. Trouble if the file is refused.
    """
    path = "/imports?dry_run=true" if dry_run else "/imports"
    async for line in services.upload("intake", path, file, mapping):
        if "report" in line:
            report: dict[str, Any] = line["report"]
            return report
        if "problem" in line:
            raise Trouble(f"intake: {line['problem']['detail']}")
        if "rows" in line:
            read(line["rows"], line.get("of"))
    raise Trouble(f"The import of {file.name} broke off. Start it again: nobody is registered twice.")
