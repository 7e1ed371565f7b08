"""`relief contracts accept`: what the contracts are now is written down as what they have to stay."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.files import folder_to_be_filled
from shared.cli.stack import ROOT
from shared.contracts import CONTRACTS
from shared.contracts.compatibility import breaking_changes, schema_of

SNAPSHOTS = ROOT / "tests" / "contracts" / "snapshots"

Folder = Annotated[
    Path, typer.Option("--folder", help="where the snapshots are", callback=folder_to_be_filled)
]


def register(app: typer.Typer) -> None:
    contracts = typer.Typer(help="The contracts' snapshots, for developers.", no_args_is_help=True)
    contracts.callback()(lambda: None)
    contracts.command("accept")(accept)
    app.add_typer(contracts, name="contracts")


def accept(folder: Folder = SNAPSHOTS) -> None:
    """Write the snapshots of new and grown contracts; an incompatible change needs a new version instead."""
    broken = [
        f"{wire}: {change}"
        for wire, known in snapshots(folder).items()
        for change in (
            breaking_changes(known, schema_of(CONTRACTS[wire]))
            if wire in CONTRACTS
            else ["the contract is gone"]
        )
    ]
    if broken:
        words = "These changes break old consumers or old messages; make a new version beside the old:"
        raise Trouble("\n  ".join([words, *broken]))
    folder.mkdir(parents=True, exist_ok=True)
    for wire, contract in CONTRACTS.items():
        path = folder / f"{wire}.json"
        text = json.dumps(schema_of(contract), indent=2, sort_keys=True) + "\n"
        if not path.is_file() or path.read_text() != text:
            path.write_text(text)
            Console().print(f"written: {path.name}", highlight=False)


def snapshots(folder: Path = SNAPSHOTS) -> dict[str, dict[str, Any]]:
    """The schemas written down, by wire name."""
    return {path.stem: _snapshot(path) for path in sorted(folder.glob("*.json"))}


def _snapshot(path: Path) -> dict[str, Any]:
    known: dict[str, Any] | None = None
    with suppress(ValueError):
        known = json.loads(path.read_text())
    if not isinstance(known, dict):
        raise Trouble(f"The snapshot {path} is damaged; take it from git: git checkout {path}")
    return known
