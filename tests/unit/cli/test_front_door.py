"""`./relief` and `./relief secrets init`: bash alone, and nothing half done."""

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from shared.cli.wiring import secret_fields
from shared.contracts import SERVICES

ROOT = Path(__file__).resolve().parents[3]
BASH = shutil.which("bash") or "/bin/bash"
TOOLS = ("bash", "cat", "cut", "dirname", "env", "flock", "grep", "id", "readlink", "rm", "sha256sum")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with nothing set up, at a path with a space in it."""
    folder = tmp_path / "a checkout"
    (folder / "deploy").mkdir(parents=True)
    for name in ("relief", "requirements.lock", "requirements-dev.lock", "deploy/secrets.sh"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH without Python, apt and Docker."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, f"{tool} is needed"
        (folder / tool).symlink_to(found)
    return folder


def relief(checkout: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": path or os.environ["PATH"]}
    command = [BASH, str(checkout / "relief"), *arguments]
    return subprocess.run(
        command, env=environment, cwd="/", capture_output=True, text=True, timeout=60, check=False
    )


def left_in(checkout: Path) -> set[str]:
    return {path.name for path in checkout.iterdir()}


def test_alone_it_lists_the_commands_and_needs_nothing(checkout: Path, bare_path: Path) -> None:
    before = left_in(checkout)
    result = relief(checkout, path=str(bare_path))
    assert result.returncode == 0
    for command in ("demo", "up", "down", "test", "check", "doctor"):
        assert f"./relief {command}" in result.stdout
    assert left_in(checkout) == before


def test_every_command_it_lists_is_there() -> None:
    from typer.main import get_command

    from shared.cli.__main__ import make_app

    listed = set(re.findall(r"^  \./relief (\w+)", relief(ROOT).stdout, re.MULTILINE))
    known = set(get_command(make_app()).commands)  # type: ignore[attr-defined]
    assert listed - known == {"secrets"}
    # A command that the front door does not know could not be typed at all.
    let_through = re.findall(r"^  ([a-z| -]+)\) ;;$", (ROOT / "relief").read_text(), re.MULTILINE)
    assert {name.strip() for line in let_through for name in line.split("|")} == known


def test_a_machine_with_docker_and_no_apt_is_sent_to_compose(checkout: Path, bare_path: Path) -> None:
    docker = bare_path / "docker"
    docker.write_text("#!/bin/sh\nexit 1\n")
    docker.chmod(0o755)
    before = left_in(checkout)
    result = relief(checkout, "up", path=str(bare_path))
    assert result.returncode == 1
    assert "docker compose up" in result.stderr
    assert left_in(checkout) == before


def test_where_nothing_serves_the_error_says_what_is_missing(checkout: Path, bare_path: Path) -> None:
    before = left_in(checkout)
    result = relief(checkout, "check", path=str(bare_path))
    assert result.returncode == 1
    assert "Missing here: Python 3.11 to 3.13 with venv." in result.stderr
    assert "Nothing was changed." in result.stderr
    assert left_in(checkout) == before


@pytest.mark.parametrize(
    ("words", "code"), [(["dcotor"], 1), (["up", "--help"], 0), (["intake", "import", "--help"], 0)]
)
def test_a_typing_error_and_a_question_install_nothing(
    words: list[str], code: int, checkout: Path, bare_path: Path
) -> None:
    before = left_in(checkout)
    result = relief(checkout, *words, path=str(bare_path))
    assert result.returncode == code
    assert "Missing here" not in result.stderr
    assert "./relief" in result.stdout + result.stderr
    assert left_in(checkout) == before


def test_a_question_while_the_packages_are_being_installed_is_answered(
    checkout: Path, bare_path: Path
) -> None:
    """Python is there, what it needs is not: another process installs it, or was broken off."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\necho Traceback >&2; exit 1\n")
    python.chmod(0o755)
    result = relief(checkout, "demo", "--help", path=str(bare_path))
    assert (result.returncode, result.stderr) == (0, "")
    assert "being set up" in result.stdout
    (checkout / ".venv" / "in-step-with").write_text("another version")
    assert relief(checkout, "demo", "--help", path=str(bare_path)).returncode == 1


def test_a_set_up_that_fails_leaves_no_environment(checkout: Path) -> None:
    (checkout / "requirements.lock").write_text(
        "no-such-package-of-relief==1 --hash=sha256:" + "0" * 64 + "\n"
    )
    (checkout / "requirements-dev.lock").write_text("")
    environment = {"PATH": os.environ["PATH"], "PIP_NO_INDEX": "1"}
    command = [BASH, str(checkout / "relief"), "check"]
    result = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.returncode != 0
    assert "could not be installed" in result.stderr
    assert not (checkout / ".venv").exists()


def test_secrets_are_made_once_each_its_own(checkout: Path) -> None:
    assert relief(checkout, "secrets", "init").returncode == 0
    folder = checkout / "secrets"
    made = {path.name: path.read_text() for path in folder.iterdir()}
    own = sum(len(secret_fields(name)) for name in SERVICES)
    wanted = len({"postgres", "operator"}) + 2 * len(SERVICES) + own
    assert len(made) == wanted
    assert len(set(made.values())) == wanted
    assert all(re.fullmatch(r"[\w-]{32}", text) for text in made.values())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "intake_broker_password").unlink()
    assert relief(checkout, "secrets", "init").returncode == 0
    again = {path.name: path.read_text() for path in folder.iterdir()}
    assert {name for name in made if made[name] != again[name]} == {"intake_broker_password"}


def test_the_lock_files_pin_by_hash_and_hold_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text()
        pins = re.findall(r"^\S+==\S+.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
        assert len(pins) > 20
        assert all("--hash=sha256:" in pin for pin in pins)
        assert "://" not in text
        assert "--index" not in text
