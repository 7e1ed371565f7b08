"""Commands where nothing answers: one message that says what to do, and no traceback."""

import json
from pathlib import Path

import pytest

from shared.cli import typed
from shared.cli.__main__ import main
from shared.cli.local.ports import free_ports
from shared.contracts import SERVICES

QUEUE = "inventory.intake.household_registered.v1"


@pytest.fixture(autouse=True)
def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Addresses at which nobody listens."""
    (port,) = free_ports(1)
    services = {
        name: {
            "name": name,
            "url": f"http://127.0.0.1:{port}",
            "database_url": f"postgresql+asyncpg://{name}:x@127.0.0.1:{port}/{name}",
            "broker_url": f"amqp://{name}:x@127.0.0.1:{port}/relief",
        }
        for name in SERVICES
    }
    addresses = {
        "gateway_url": f"http://127.0.0.1:{port}",
        "broker_admin_url": f"http://x:x@127.0.0.1:{port}",
    }
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"services": services, **addresses, "vhost": "relief"}))
    monkeypatch.setenv("RELIEF_STACK", str(file))


@pytest.mark.parametrize(
    "command",
    [
        "doctor",
        "parking list",
        f"parking show {QUEUE} 0000000000",
        f"parking replay {QUEUE} --all",
        f"parking discard {QUEUE} 0000000000 --reason old",
        "parking show timer:hold_ends 1",
        "parking replay timer:hold_ends --all",
        "parking discard timer:hold_ends 1 --reason old",
        "replay inventory",
        "intake import deploy/demo/register.csv",
        "donations import deploy/demo/register.csv",
    ],
)
def test_a_command_says_in_one_line_that_nothing_answers(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["./relief", *command.split()])
    assert main() == 1
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "━" not in each]
    assert line.startswith("A part of the stack does not answer (")
    assert line.endswith("See ./relief status.")


def test_a_hint_is_typed_the_way_the_command_was(monkeypatch: pytest.MonkeyPatch) -> None:
    assert typed("doctor") == "./relief doctor"
    monkeypatch.setenv("RELIEF_COMPOSE", "1")
    assert typed("doctor") == "docker compose run --rm demo doctor"
    assert typed("up") == "docker compose up --wait"
