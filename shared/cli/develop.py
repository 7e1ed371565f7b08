"""`relief test`, `relief check`, `relief lock`: the developers' commands."""

import shlex
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.console import Console

from shared.cli.stack import ROOT

CODE = ("services", "shared", "tests")
CHECKS = {
    "formatter": ("-m", "ruff", "format", "--check", "."),
    "linter": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy", *CODE),
    "import rules": (
        "-c",
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
    ),
}
LOCKS = ("requirements", "requirements-dev", "requirements-bench")
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def register(app: typer.Typer) -> None:
    app.command("test", context_settings=PASS_ON)(test)
    app.command("check")(check)
    app.command("lock")(lock)


def test(context: typer.Context) -> None:
    """Run every test; arguments go to pytest."""
    raise typer.Exit(_run("tests", (sys.executable, "-m", "pytest", *context.args)))


def check() -> None:
    """Run the formatter, the linter, the type checker and the import rules; all of them even if one fails."""
    failed = [what for what, arguments in CHECKS.items() if _run(what, (sys.executable, *arguments))]
    if failed:
        Console(stderr=True).print(f"Not right: {', '.join(failed)}", style="red")
        raise typer.Exit(1)


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
            if code := _run("lock", step):
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


def _run(what: str, command: Sequence[str]) -> int:
    Console(stderr=True).rule(what, align="left")
    print(shlex.join(command), file=sys.stderr, flush=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode
