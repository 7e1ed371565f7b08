"""Every command, with each kind of bad input: one message that says what to do, and never a traceback."""

import importlib
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.intake.importing.groups import groups
from services.intake.importing.mapping import Mapped, mapping_of
from services.intake.importing.people import read as read_group
from shared.cli import Trouble, stack
from shared.cli.__main__ import main, make_app
from shared.cli.load.kinds import KINDS
from shared.cli.load.reading import read
from shared.cli.load.rows import checked, hang_together
from shared.cli.local import up
from shared.cli.local.processes import Daemon, wait_until
from shared.cli.local.remembered import Clock, Settings, clock_for
from shared.cli.stack import ROOT
from shared.cli.telling import told
from shared.contracts import SERVICES
from shared.settings import ClockMode, ServiceSettings
from shared.spreadsheets.opening import Sheet, open_sheet

Say = Any
# What the commands know of the checkout is read when they are first put together.
make_app()
FIRST = date(2006, 11, 1)
DAMAGED = (
    "",
    "{",
    "[]",
    "{}",
    "null",
    "7",
    '"x"',
    '{"pid": "x"}',
    '{"services": 3}',
    "\x00\xff",
    "[" * 100_000,
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout's folder in which nothing runs; no command may touch the real one."""
    folder = tmp_path / "checkout" / ".relief"
    for module in (up, stack):
        monkeypatch.setattr(module, "ROOT", folder.parent)
    monkeypatch.delenv("RELIEF_STACK", raising=False)
    monkeypatch.delenv("RELIEF_COMPOSE", raising=False)
    return folder


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command and return what it said as an error."""

    def run(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["./relief", *words])
        try:
            code: object = main()
        except SystemExit as ended:
            code = ended.code
        said = capsys.readouterr()
        assert code not in (0, None), said.out
        assert "Traceback" not in said.err + said.out
        assert "defect" not in said.err, said.err
        assert said.err.strip() or said.out.strip()
        return said.err

    return run


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("latin-1"))


@pytest.mark.parametrize("text", DAMAGED)
@pytest.mark.parametrize(
    "command",
    ["status", "up", "doctor", "clock 2006-12-01", "parking list", "replay inventory", "intake readings"],
)
def test_a_damaged_file_of_the_run_is_named_and_how_to_go_on(
    command: str, text: str, elsewhere: Path, say: Say
) -> None:
    local = command in ("status", "up")
    path = elsewhere / "run" / ("settings.json" if local else "stack.json")
    write(path, text)
    if text == "null":
        # As if nothing had been written down: `status` and `up` go on.
        assert local or "Nothing runs here" in say(*command.split())
        return
    said = say(*command.split())
    assert str(path) in said
    assert "./relief down" in said


@pytest.mark.parametrize("text", DAMAGED)
def test_down_stops_what_runs_though_every_file_of_the_run_is_damaged(
    text: str, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = elsewhere / "run"
    daemon = Daemon("intake", run / "intake.json", elsewhere / "log" / "intake.log")
    daemon.start([sys.executable, "-c", "import signal; signal.pause()"], os.environ, Path("/"))
    started = daemon.pid
    for name in ("settings.json", "stack.json", *(f"{each}.json" for each in (*SERVICES, "gateway"))):
        write(run / name, text)
    assert daemon.pid == started
    monkeypatch.setattr("sys.argv", ["./relief", "down"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert daemon.pid is None
    assert not (run / "settings.json").exists()
    assert not (run / "intake.json").exists()


@pytest.mark.parametrize("text", DAMAGED[:2])
def test_a_damaged_clock_file_is_named_and_what_to_write(text: str, elsewhere: Path, say: Say) -> None:
    write(elsewhere / "clock.json", text)
    assert '{"clock": "wall"' in say("up")
    assert '{"clock": "wall"' in say("demo")


@pytest.mark.parametrize("command", ["demo", "doctor", "faults --list", "bench --quick"])
@pytest.mark.parametrize("where", ["missing/figures.json", "folder", "a-file/figures.json"])
def test_a_file_that_cannot_be_written_is_refused_before_any_work(
    command: str, where: str, tmp_path: Path, say: Say
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "a-file").touch()
    said = say(*command.split(), "--json", str(tmp_path / where))
    assert str(tmp_path) in said.replace("\n", "")


@pytest.mark.parametrize(
    "command",
    ["docs --out", "contracts accept --folder", "definitions"],
    ids=["docs", "contracts", "definitions"],
)
def test_a_folder_that_is_none_is_refused(
    command: str, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_of_compose(tmp_path / "secrets", monkeypatch)
    (tmp_path / "a-file").touch()
    assert "a-file" in say(*command.split(), str(tmp_path / "a-file" / "there"))


def secrets_of_compose(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*SERVICES, "operator"):
        for kind in ("broker", "database"):
            write(folder / f"{name}_{kind}_password", "x")
    monkeypatch.setenv("RELIEF_SECRETS", str(folder))


def test_an_empty_secret_of_compose_is_named(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets_of_compose(tmp_path, monkeypatch)
    write(tmp_path / "events_database_password", "\n")
    monkeypatch.setenv("RELIEF_COMPOSE", "1")
    assert "events_database_password is empty" in say("doctor")


def test_an_empty_secret_of_the_local_run_is_named(elsewhere: Path, say: Say) -> None:
    write(elsewhere / "secrets" / "operator" / "database_password", "")
    for command in ("up", "status", "demo"):
        assert "operator/database_password is empty" in say(command)


SETTINGS = {
    "RELIEF_DATABASE_URL": ("x", "http://a/b", "postgresql+asyncpg://a@b:x/c", "postgresql+asyncpg:///c", ""),
    "RELIEF_BROKER_URL": ("x", "http://a/b", "amqp://a@b:99999/c", ""),
    "RELIEF_TIME_ZONE": ("Nowhere", "", "../../etc/passwd", "Asia"),
    "RELIEF_LOG_LEVEL": ("loud", "7", ""),
    "RELIEF_PORT": ("x", "0", "70000"),
    "RELIEF_CLOCK": ("sun", ""),
    "RELIEF_FIRST_DAY": ("yesterday", "2006-02-30"),
    "RELIEF_BATCH_SIZE": ("none", "0"),
    "RELIEF_RETRY_DELAYS_SECONDS": ("soon", "1,x", "-1", "[", '{"a": 1}'),
    "RELIEF_WINTER_MONTHS": ("ten", "13,", "[", '"x"'),
    "RELIEF_RATION_PERIOD": ("fortnight", "", "0"),
    "RELIEF_DATABASE_PASSWORD": ("", " "),
}


@pytest.fixture
def well_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are right, and lead nowhere."""
    monkeypatch.setenv("RELIEF_DATABASE_URL", "postgresql+asyncpg://inventory@127.0.0.1:1/inventory")
    monkeypatch.setenv("RELIEF_BROKER_URL", "amqp://inventory@127.0.0.1:1/relief")
    monkeypatch.setenv("RELIEF_PORT", "1")
    monkeypatch.setenv("RELIEF_DATABASE_PASSWORD", "x")
    monkeypatch.setenv("RELIEF_BROKER_PASSWORD", "x")


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, each in SETTINGS.items() for value in each]
)
@pytest.mark.usefixtures("well_set")
def test_a_setting_that_makes_no_sense_is_named(
    name: str, value: str, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    said = say("serve", "inventory").lower()
    assert said.startswith("the settings")
    word = name.removeprefix("RELIEF_").lower()
    assert word in said or word.replace("_", " ") in said or "period" in said


@pytest.mark.usefixtures("well_set")
def test_a_list_is_written_as_people_write_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: type[ServiceSettings] = importlib.import_module("services.inventory.settings").Settings
    for text in ("10,11", " 10 , 11 ", "[10, 11]", "[10,11]"):
        monkeypatch.setenv("RELIEF_RETRY_DELAYS_SECONDS", text)
        assert made().retry_delays_seconds == (10, 11)
    monkeypatch.setenv("RELIEF_RETRY_DELAYS_SECONDS", "5")
    assert made().retry_delays_seconds == (5,)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("serve nobody", "There is no service"),
        ("migrate nobody", "There is no service"),
        ("replay nobody", "There is no service"),
        ("parking list --service nobody", "There is no service"),
        ("clock yesterday", "This must be a date like"),
        ("clock 2006-12", "write the whole date"),
        ("up --first-day 2006-02-30", "there is no such date"),
        ("demo --from 1/12/2006", "must begin with the year"),
        ("replay inventory --since 2006-12-01Tx", "or 2006-12-01T14:30"),
        ("up --wall-clock --first-day 2006-11-01", "leave out"),
        ("demo --plan FOLDER", "cannot be read"),
        ("demo --plan MISSING", "cannot be read"),
        ("demo --plan BINARY", "UTF-8"),
        ("demo --plan DEEP", "not TOML"),
        ("demo --plan EMPTY", "cannot be taken"),
        ("demo --register MISSING", "no register"),
        ("demo --register FOLDER", "no register"),
        ("demo --from 2007-01-01 --to 2006-12-01", "lies before"),
        ("intake import MISSING", "does not exist"),
        ("intake import FOLDER", "directory"),
        ("nothing", "No such command"),
        ("contracts accept --folder SNAPSHOTS", "damaged"),
    ],
)
def test_what_is_typed_or_named_wrongly_is_told(command: str, words: str, tmp_path: Path, say: Say) -> None:
    (tmp_path / "FOLDER").mkdir()
    (tmp_path / "BINARY").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "DEEP").write_text("a = " + "[" * 100_000)
    (tmp_path / "EMPTY").touch()
    write(tmp_path / "SNAPSHOTS" / "intake.household_registered.v1.json", "[")
    typed = [str(tmp_path / word) if word.isupper() else word for word in command.split()]
    # Typer draws a frame around what it says, and breaks its lines.
    said = " ".join(say(*typed).replace("│", " ").split())
    assert words in said


def test_the_clock_is_remembered_with_the_data(elsewhere: Path) -> None:
    folder = elsewhere
    assert clock_for(folder, False, None).mode is ClockMode.MANUAL
    Clock(ClockMode.WALL, None).write(folder)
    assert clock_for(folder, False, None) == clock_for(folder, True, None) == Clock(ClockMode.WALL, None)
    with pytest.raises(Trouble, match="live by the wall clock"):
        clock_for(folder, False, FIRST)
    Clock(ClockMode.MANUAL, FIRST).write(folder)
    assert clock_for(folder, False, FIRST) == Clock(ClockMode.MANUAL, FIRST)
    with pytest.raises(Trouble, match=r"turned by hand.*down --erase"):
        clock_for(folder, True, None)
    with pytest.raises(Trouble, match="began on 2006-11-01"):
        clock_for(folder, False, FIRST.replace(day=2))


def test_the_demo_leaves_data_of_the_wall_clock_alone(elsewhere: Path, say: Say) -> None:
    Clock(ClockMode.WALL, None).write(elsewhere)
    assert "live by the wall clock" in say("demo")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied", str(ROOT / "relief")), "belongs to"),
        (OSError(28, "No space left on device", "/x/y"), "no room left"),
        (NotADirectoryError(20, "Not a directory", "/x/y"), "/x/y: not a directory"),
        (subprocess.TimeoutExpired(["/a/psql", "-x"], 60), "psql gave no answer in 60 s"),
        (
            subprocess.CalledProcessError(1, ["useradd"], b"", b"a\nuseradd: no\n"),
            "useradd failed: useradd: no",
        ),
        (ZeroDivisionError("x"), "This is a defect of Relief: ZeroDivisionError"),
    ],
)
def test_what_the_machine_refuses_is_told(error: Exception, words: str) -> None:
    assert words in told(error)


WAITS = """
import fcntl, signal, sys
from pathlib import Path
# Whoever runs the tests in the background has these ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
from shared.cli.__main__ import main
from shared.cli.local import up
up.ROOT = Path(sys.argv[1])
folder = up.ROOT / ".relief"
folder.mkdir()
held = (folder / "lock").open("w")
fcntl.flock(held, fcntl.LOCK_EX)
sys.argv = ["./relief", "down"]
print("held", flush=True)
sys.exit(main())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_broken_off_leaves_no_traceback(number: signal.Signals, tmp_path: Path) -> None:
    """While it is still being put together, or waits for a lock that somebody else holds."""
    log = tmp_path / "log"
    with log.open("wb") as file:
        command = [sys.executable, "-c", WAITS, str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=file)
    wait_until(lambda: b"held" in log.read_bytes(), 60, log.read_text)
    process.send_signal(number)
    assert process.wait(60) != 0
    assert "Traceback" not in log.read_text()


def test_what_a_run_was_started_with_is_read_as_it_was_written(tmp_path: Path) -> None:
    Settings(18100, ClockMode.MANUAL, FIRST).write(tmp_path)
    assert Settings.read(tmp_path) == Settings(18100, ClockMode.MANUAL, FIRST)
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["first_day"] == "2006-11-01"


def test_the_store_in_the_handbook_is_one_that_can_be_loaded(tmp_path: Path) -> None:
    handbook = (ROOT / "docs" / "operations.md").read_text()
    (text,) = re.findall(r"```toml\n(.*?)```", handbook, re.DOTALL)
    file = tmp_path / "store.toml"
    file.write_text(textwrap.dedent(text))
    name, raw, bad = read(file)
    rows = checked(raw)
    hang_together(rows, set(), set())
    assert (name, bad, rows.bad) == ("our-store", [], [])
    assert all(rows.of(kind) for kind in KINDS)
    for kind in KINDS:
        assert f"| `{kind.sheet}` | " + ", ".join(f"`{each}`" for each in kind.model_fields) in handbook


def test_the_walk_in_the_handbook_can_be_typed(tmp_path: Path) -> None:
    """The shell takes each block, the store can be loaded, and the register is read whole with its mapping."""
    handbook = (ROOT / "docs" / "operations.md").read_text()
    script = "\n".join(textwrap.dedent(each) for each in re.findall(r"```sh\n(.*?)```", handbook, re.DOTALL))
    (tmp_path / "relief").write_text("#!/bin/sh\n")
    (tmp_path / "relief").chmod(0o755)
    files = script[script.index("cat >walk.toml") : script.index("HOUSEHOLD=")]
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    subprocess.run(["bash", "-eu"], input=files, text=True, check=True, cwd=tmp_path)
    _, raw, bad = read(tmp_path / "walk.toml")
    rows = checked(raw)
    hang_together(rows, set(), set())
    assert (bad, rows.bad, len(rows.good)) == ([], [], 4)
    mapped = mapping_of((tmp_path / "walk-mapping.toml").read_bytes())
    assert isinstance(mapped, Mapped)
    with (tmp_path / "walk.csv").open("rb") as file:
        sheet = open_sheet(file, "csv", mapped.columns)
        assert isinstance(sheet, Sheet)
        (group,) = groups(sheet.lines)
    family = read_group(group, date.today(), mapped)  # noqa: DTZ011, the walk is by the wall clock
    assert (family.faults, len(family.people)) == ([], 2)
