"""Lists of gifts by bank and in cash: take one in, and list those that were."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.client import Services, services_of
from shared.cli.console import show_rows, shown
from shared.cli.operate.rows import show_bad_rows, show_counts
from shared.cli.stack import Stack

File = Annotated[
    Path,
    typer.Argument(help="CSV (UTF-8 or Shift-JIS) or XLSX, one row a gift.", exists=True, dir_okay=False),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen and change nothing.")]
Way = Annotated[str | None, typer.Option("--way", help="bank or cash, for rows that do not say it")]
Currency = Annotated[str | None, typer.Option("--currency", help="like JPY, for rows that do not say it")]
Purpose = Annotated[str | None, typer.Option("--purpose", help="like food, for rows that do not say it")]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="at most so many")]
HEADINGS = {
    "at": "at (UTC)",
    "actor": "who",
    "rows": "rows",
    "gifts": "gifts",
    "new_donors": "new donors",
    "already_there": "booked before",
    "bad_rows": "not taken",
}


def take_in(
    file: File,
    dry_run: DryRun = False,
    way: Way = None,
    currency: Currency = None,
    purpose: Purpose = None,
) -> None:
    """Book a list of gifts; it may be sent again, no gift is booked twice."""
    said = {"way": way, "currency": currency, "purpose": purpose, "dry_run": "true" if dry_run else None}
    report = asyncio.run(_send(file, {name: value for name, value in said.items() if value}))
    console = Console()
    show_bad_rows(console, report)
    show_counts(console, report)
    for each in report["sums"]:
        console.print(shown(f"booked in {each['currency']}: {each['words']}"))
    if report["error_count"]:
        raise typer.Exit(1)


def imports(most: Most = 50) -> None:
    """List the files of gifts that were taken in, the newest first."""
    page = asyncio.run(_imports(most))
    show_rows(list(HEADINGS.values()), [[each[name] for name in HEADINGS] for each in page["items"]])


async def _send(file: Path, said: dict[str, str]) -> dict[str, Any]:
    async with services_of(Stack.load()) as services:
        return await import_gifts(services, file, said)


async def import_gifts(services: Services, file: Path, said: dict[str, str]) -> dict[str, Any]:
    """Send a list of gifts and return the import's report; `said` is for rows that do not say it.

    Trouble if the file is refused.
    """
    path = "/gifts/imports" + (f"?{urlencode(said)}" if said else "")
    async for report in services.upload("donations", path, file):
        return report
    raise Trouble(f"The import of {file.name} broke off. Start it again: no gift is booked twice.")


async def _imports(most: int) -> Any:
    async with services_of(Stack.load()) as services:
        return await services.get("donations", "/gifts/imports", limit=most)
