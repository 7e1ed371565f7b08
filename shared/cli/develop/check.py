"""`relief check`: everything that can be said of the code without running it."""

import sys

import typer
from rich.console import Console

from shared.cli.develop.running import run

CODE = ("services", "shared", "tests")
CHECKS: dict[str, tuple[str, ...]] = {
    "formatter": ("-m", "ruff", "format", "--check", "."),
    "linter": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy", *CODE),
    "import rules": (
        "-c",
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
    ),
    "blocks of the services": ("-m", "shared.cli.develop.blocks"),
}
"""What is checked, and the arguments that Python is given for it. A further check is a line here."""


def register(app: typer.Typer) -> None:
    app.command("check")(check)


def check() -> None:
    """Run formatter, linter, types, import rules, and whether each service has its blocks; all, even if one fails."""
    failed = [what for what, arguments in CHECKS.items() if run(what, (sys.executable, *arguments))]
    if failed:
        Console(stderr=True).print(f"Not right: {', '.join(failed)}", style="red")
        raise typer.Exit(1)
