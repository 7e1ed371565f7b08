"""`relief bench`: how fast the way from registered to reserved is, beside peers and limits."""

import importlib
import importlib.util
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.files import to_be_written
from shared.cli.stack import ROOT

Quick = Annotated[bool, typer.Option("--quick", help="Smaller sizes: about fifteen minutes.")]
JsonFile = Annotated[
    Path | None,
    typer.Option(
        "--json", help="Write every value to this file, and pictures beside it.", callback=to_be_written
    ),
]
Only = Annotated[str | None, typer.Option("--only", help="One figure alone, like drain, chain or memory.")]
Seed = Annotated[int | None, typer.Option("--seed", help="Repeats the same messages in the same order.")]
Profile = Annotated[bool, typer.Option("--profile", help="Show where our consumer spends its time instead.")]


def register(app: typer.Typer) -> None:
    app.command("bench")(bench)


def bench(
    quick: Quick = False,
    json_file: JsonFile = None,
    only: Only = None,
    seed: Seed = None,
    profile: Profile = False,
) -> None:
    """Measure Relief beside the same job with Celery, celery-batches and plain FastStream, on servers of its own."""
    _install()
    # The peers lie with the tests: what is shared knows no service.
    command: Any = importlib.import_module("tests.bench.command")
    chosen = secrets.randbelow(10**6) if seed is None else seed
    if profile:
        beside = json_file.with_suffix(".stacks") if json_file else ROOT / ".relief" / "bench.stacks"
        beside.parent.mkdir(parents=True, exist_ok=True)
        command.profile(quick=quick, seed=chosen, stacks=beside)
    elif not command.run(quick=quick, json_file=json_file, only=only, seed=chosen):
        raise typer.Exit(1)


def _install() -> None:
    """The peers' packages, pinned like our own, into the same environment when the benchmark first runs."""
    if all(importlib.util.find_spec(name) for name in ("celery", "celery_batches", "psycopg")):
        return
    Console(stderr=True).print("Installing the peers' packages")
    options = ("-qq", "--disable-pip-version-check", "--require-hashes")
    pip = [sys.executable, "-m", "pip", "install", *options, "-r", str(ROOT / "requirements-bench.lock")]
    if subprocess.run(pip, check=False).returncode:
        raise Trouble("The packages of requirements-bench.lock could not be installed.")
    importlib.invalidate_caches()
