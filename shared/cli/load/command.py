"""The command: read, check, send, and say what was taken and what was not."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.cli import Trouble
from shared.cli.client import Services, services_of
from shared.cli.console import shown
from shared.cli.load.kinds import KINDS
from shared.cli.load.reading import read
from shared.cli.load.rows import Rows, checked, hang_together
from shared.cli.load.sending import Known, Loading
from shared.cli.stack import Stack

File = Annotated[
    Path, typer.Argument(help="A plan file (TOML) or a workbook (XLSX).", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
ByName = Annotated[
    str | None,
    typer.Option(
        "--name", help="Marks what comes from this file; the file's own name for itself if it has one."
    ),
]
WORDS = {
    "items": "items",
    "depots": "depots and shelters",
    "kits": "parts of kits",
    "opening": "opening stock",
    "deliveries": "planned deliveries",
    "targets": "targets of the plan",
}
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,22}")


@dataclass(frozen=True)
class Loaded:
    """What became of a file: its rows, and by sheet how many of the good ones were there before."""

    rows: Rows
    there: Mapping[str, int]


def register(app: typer.Typer) -> None:
    app.command("load")(load)


def load(file: File, dry_run: DryRun = False, name: ByName = None) -> None:
    """Load a store: items, depots, kits, opening stock, planned deliveries, targets. Loaded twice, it is there once."""
    loaded = asyncio.run(_on(Stack.load(), file, name, dry_run))
    console = Console()
    for each in loaded.rows.bad:
        console.print(shown(f"{each.place}: {each.reason}"), style="red")
    console.print(_table(loaded, dry_run))
    if loaded.rows.bad:
        raise typer.Exit(1)


async def _on(stack: Stack, file: Path, name: str | None, dry_run: bool) -> Loaded:
    async with services_of(stack) as services:
        return await load_file(services, file, name, dry_run=dry_run)


async def load_file(
    services: Services, file: Path, name: str | None = None, *, dry_run: bool = False
) -> Loaded:
    """Send what can be taken of a file. Trouble if it is no such file, or a service does not answer."""
    own, raw, bad = read(file)
    marks = name or own
    if not NAME.fullmatch(marks):
        raise Trouble(
            f"The name {marks!r} is not made of at most 23 lower-case letters, digits and -; say --name."
        )
    rows = checked(raw)
    rows.bad[:0] = bad
    if any(each.place.startswith("kits") for each in bad):
        rows.broken_kits.add(None)
    known = await Known.of(services)
    hang_together(rows, set(known.items), set(known.depots), known.kinds)
    await Loading(services, marks, rows, known, dry_run).send()
    there = {kind.sheet: sum(known.has(marks, row) for row in rows.of(kind).values()) for kind in KINDS}
    return Loaded(rows, there)


def _table(loaded: Loaded, dry_run: bool) -> Table:
    table = Table(
        title="What would happen (nothing was changed)" if dry_run else "Loaded", title_justify="left"
    )
    table.add_column("")
    for heading in ("new", "there before", "not taken"):
        table.add_column(heading, justify="right")
    for kind in KINDS:
        good, there = len(loaded.rows.of(kind)), loaded.there[kind.sheet]
        bad = sum(re.split(r"\W", each.place)[0] == kind.sheet for each in loaded.rows.bad)
        table.add_row(WORDS[kind.sheet], f"{good - there:,}", f"{there:,}", f"{bad:,}")
    return table
