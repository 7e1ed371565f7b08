"""Import the register through the import that everyone has."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from shared.cli import Trouble
from shared.cli.client import Services


async def import_register(services: Services, file: Path, read: Callable[[int], None]) -> dict[str, Any]:
    """Send the register and return the import's report; `read` is told how many rows were read so far."""
    async for line in services.upload("intake", "/imports", file):
        if "report" in line:
            report: dict[str, Any] = line["report"]
            return report
        if "problem" in line:
            raise Trouble(f"intake: {line['problem']['detail']}")
        if "rows" in line:
            read(line["rows"])
    raise Trouble(f"The import of {file.name} broke off before its report; start ./relief demo again.")


def show_bad_rows(console: Console, report: dict[str, Any]) -> None:
    """Each row that could not be taken, with column and reason."""
    for each in report["errors"]:
        place = f"row {each['row']}" + (f", {each['column']}" if each["column"] else "")
        console.print(f"{place}: {each['reason']}", style="red", markup=False)
    if more := report["error_count"] - len(report["errors"]):
        console.print(f"and {more:,} more", style="red")
