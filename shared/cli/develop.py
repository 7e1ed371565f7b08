"""`relief test`, `relief test-containers`, `relief check`, `relief lock`: the developers' commands."""

import os
import shlex
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

import typer
from rich.console import Console

from shared.cli import Trouble
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
IN_CONTAINERS = {
    "flow tests on RabbitMQ and PostgreSQL by testcontainers": "tests/flow",
    "docker compose: up, demo, doctor, scale, TLS, monitoring, down": "tests/system/test_compose.py",
}
LOCKS = ("requirements", "requirements-dev", "requirements-bench")
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def register(app: typer.Typer) -> None:
    app.command("test", context_settings=PASS_ON)(test)
    app.command("test-containers")(test_containers)
    app.command("check")(check)
    app.command("lock")(lock)


def test(context: typer.Context) -> None:
    """Run every test; arguments go to pytest."""
    raise typer.Exit(_run("tests", (sys.executable, "-m", "pytest", *context.args)))


def test_containers() -> None:
    """On a Docker engine: the flow tests by testcontainers, then docker compose from start to end.

    Nothing is pulled. Trouble if no engine answers.
    """
    Console(stderr=True).print(f"On {_engine()}", style="bold")
    asked = {"RELIEF_TEST_SERVERS": "containers", "RELIEF_TEST_COMPOSE": "1"}
    failed = [
        what
        for what, where in IN_CONTAINERS.items()
        if _run(what, (sys.executable, "-m", "pytest", where), asked)
    ]
    for what in IN_CONTAINERS:
        print(f"{'FAILED' if what in failed else 'passed'}: {what}", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _engine() -> str:
    """Which engine answers, in words."""
    engine = _said(("docker", "version", "--format", "{{.Server.Version}}"))
    compose = _said(("docker", "compose", "version", "--short"))
    if not engine or not compose:
        raise Trouble("No Docker engine with compose answers here; ./relief test needs none.")
    return f"Docker engine {engine} with compose {compose}"


def _said(command: Sequence[str]) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


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


def _run(what: str, command: Sequence[str], settings: Mapping[str, str] | None = None) -> int:
    Console(stderr=True).rule(what, align="left")
    print(shlex.join(command), file=sys.stderr, flush=True)
    environment = {**os.environ, **(settings or {})}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
