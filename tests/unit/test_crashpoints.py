"""A process ends itself where it was told to, and only there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.messaging import crashpoints
from shared.messaging.crashpoints import POINTS, SETTING, Crash

PASS_TWICE = """
from shared.messaging import crashpoints
for name in ("after_commit", "before_commit", "before_commit", "after_publish"):
    if crashpoints.ARMED:
        crashpoints.reached(name)
    print(name, flush=True)
"""


ROOT = Path(__file__).resolve().parents[2]


def passing(**wanted: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != SETTING}
    environment = {**kept, "PYTHONPATH": str(ROOT), **wanted}
    command = [sys.executable, "-c", PASS_TWICE]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_nothing_ends_unless_it_is_asked_for() -> None:
    assert crashpoints.ARMED is None
    done = passing()
    assert done.returncode == 0
    assert done.stdout.split()[-1] == "after_publish"


@pytest.mark.parametrize(("wanted", "passed"), [("before_commit", 1), ("before_commit:2", 2)])
def test_a_process_ends_at_its_point_the_nth_time(wanted: str, passed: int) -> None:
    done = passing(RELIEF_CRASH_AT=wanted)
    assert done.returncode == -signal.SIGKILL
    assert len(done.stdout.split()) == passed


@pytest.mark.parametrize("wanted", ["nowhere", "before_commit:0", "before_commit:x", "before_commit:-1"])
def test_a_point_that_does_not_exist_is_refused(wanted: str) -> None:
    with pytest.raises(ValueError, match=SETTING):
        Crash.read({SETTING: wanted})


def test_every_point_stands_somewhere_in_the_messaging_layer() -> None:
    folder = ROOT / "shared" / "messaging"
    code = "".join(
        (folder / name).read_text() for name in ("consumer.py", "unit.py", "relay.py", "timers.py")
    )
    for point in POINTS:
        assert code.count(f"crashpoints.reached(crashpoints.{point.upper()})") == 1
