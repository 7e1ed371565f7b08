"""`relief faults`: kill, cut, stall and repeat everything under load, and count what is lost."""

import importlib
import secrets
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.cli.console import wide_enough
from shared.cli.files import to_be_written

Only = Annotated[str | None, typer.Option("--only", help="Scenarios with these words in their name.")]
Seed = Annotated[
    int | None, typer.Option("--seed", help="Makes the same choices as the run that printed it.")
]
Short = Annotated[bool, typer.Option("--short", help="A handful of scenarios, in about 90 seconds.")]
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write what each counted to this file.", callback=to_be_written)
]
Scale = Annotated[float, typer.Option("--scale", min=0.05, max=20, help="Multiplies the households of each.")]
List = Annotated[bool, typer.Option("--list", help="Only say which scenarios there are.")]

TABLE_WIDTH = 130


def register(app: typer.Typer) -> None:
    app.command("faults")(faults)


def faults(
    only: Only = None,
    seed: Seed = None,
    short: Short = False,
    json_file: JsonFile = None,
    scale: Scale = 1.0,
    names: List = False,
) -> None:
    """Break everything that can break, on servers of its own; exit 1 if anything was lost, doubled or left over."""
    # The scenarios lie with the tests: what is shared knows no service.
    command: Any = importlib.import_module("tests.faults.command")
    scenarios = command.chosen(only, short=short)
    console = wide_enough(TABLE_WIDTH)
    if names:
        for each in scenarios:
            console.print(each.name)
        return
    drawn = secrets.randbelow(10**6) if seed is None else seed
    console.print(f"{len(scenarios)} scenarios, seed {drawn}")
    outcomes = command.run(scenarios, drawn, console, scale=scale)
    console.print(command.table(outcomes))
    if json_file is not None:
        command.write(outcomes, json_file)
    if not all(each.passed for each in outcomes):
        Console(stderr=True).print(f"Again with: ./relief faults --seed {drawn} --only WORDS", style="red")
        raise typer.Exit(1)
