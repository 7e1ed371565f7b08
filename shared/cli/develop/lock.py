"""`relief lock`: the Python packages are pinned anew."""

import tempfile
import venv
from pathlib import Path

import typer

from shared.cli.develop.running import run

LOCKS = ("requirements", "requirements-dev", "requirements-bench", "requirements-judge")


def register(app: typer.Typer) -> None:
    app.command("lock")(lock)


def lock() -> None:
    """Pin the packages of each requirements*.in anew, by hash."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder) / "bin" / "python")
        steps = [
            (python, "-m", "pip", "install", "--quiet", "uv"),
            *(_compile(python, name) for name in LOCKS),
        ]
        for step in steps:
            if code := run("lock", step):
                raise typer.Exit(code)


def _compile(python: str, name: str) -> tuple[str, ...]:
    options = (
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
    )
    return (python, "-m", "uv", "pip", "compile", "-q", "-U", *options, f"{name}.in", "-o", f"{name}.lock")
