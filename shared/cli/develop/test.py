"""`relief test` and `relief test-containers`."""

import subprocess
import sys
from collections.abc import Sequence

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.develop.running import run
from shared.cli.stack import ROOT

# What other versions of the servers could change: each story from end to end, and what is asked of the servers
# themselves. Our own rules were tried natively, and the demo's months are lived through in compose.
STORIES = "test_s[0-9]*_*.py"
ASKED_OF_SERVERS = (
    *(
        "answers_once",
        "bad_input",
        "clock",
        "database_roles",
        "ears",
        "every_service",
        "feeding",
        "ledger_guards",
    ),
    *(
        "looking",
        "memory",
        "messages",
        "migrations",
        "money_locks",
        "monitoring",
        "operators_commands",
        "readings",
    ),
    *(
        "relay",
        "roles_script",
        "silence",
        "timers",
        "transactions",
        "undecodable",
        "wall_clock",
        "walls_wire",
    ),
    "writes",
)
FLOW = ROOT / "tests" / "flow"
IN_CONTAINERS = {
    "stories, and what is asked of the servers, on RabbitMQ and PostgreSQL by testcontainers": (
        *(str(each.relative_to(ROOT)) for each in sorted(FLOW.glob(STORIES))),
        *(f"tests/flow/test_{each}.py" for each in ASKED_OF_SERVERS),
    ),
    "docker compose: up, demo, doctor, scale, TLS, monitoring, down": ("tests/system/test_compose.py",),
    "docker compose: the demo with its own PayPal": ("tests/system/test_compose_demo.py",),
}
# Much of a test's time is waiting for processes, so three keep two cores busy; `-n 0` runs all in one process, for a
# debugger. An engine's containers are heavier, and two at a time have been tried on it.
PROCESSES, BESIDE_AN_ENGINE = 3, 2
# The tests of a file stay together: they share what it sets up. Files come by name, so that long ones with few tests do
# not come last and leave one worker alone.
SIDE_BY_SIDE = ("--dist", "loadfile", "--no-loadscope-reorder")
SLOWEST = "--durations=15"
"""At the end it is said which tests took longest."""
PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def register(app: typer.Typer) -> None:
    app.command("test", context_settings=PASS_ON)(test)
    app.command("test-containers")(test_containers)


def test(context: typer.Context) -> None:
    """Run every test, three files at a time; arguments go to pytest."""
    raise typer.Exit(run("tests", _pytest(PROCESSES, *context.args)))


def test_containers() -> None:
    """On a Docker engine: stories and what is asked of the servers by testcontainers, then docker compose.

    Nothing is pulled. Trouble if no engine answers.
    """
    Console(stderr=True).print(f"On {_engine()}", style="bold")
    asked = {"RELIEF_TEST_SERVERS": "containers", "RELIEF_TEST_COMPOSE": "1"}
    failed = [
        what for what, where in IN_CONTAINERS.items() if run(what, _pytest(BESIDE_AN_ENGINE, *where), asked)
    ]
    for what in IN_CONTAINERS:
        print(f"{'FAILED' if what in failed else 'passed'}: {what}", file=sys.stderr)
    if failed:
        raise typer.Exit(1)


def _pytest(processes: int, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "pytest", "-n", str(processes), *SIDE_BY_SIDE, SLOWEST, *arguments)


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
