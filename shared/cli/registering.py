"""Send a register to intake and show what could not be taken; for `intake import` and the demo."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from shared.cli import Trouble
from shared.cli.client import Services


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


def show_bad_rows(console: Console, report: dict[str, Any]) -> None:
    """Each row that could not be taken, with column and reason."""
    for each in report["errors"]:
        place = f"row {each['row']}" + (f", {each['column']}" if each["column"] else "")
        console.print(f"{place}: {each['reason']}", style="red", markup=False, highlight=False)
    if more := report["error_count"] - len(report["errors"]):
        console.print(f"and {more:,} more", style="red")
