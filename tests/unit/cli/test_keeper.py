"""The keeper of the local run: what died is started again, what was stopped is left alone, logs stay short."""

import signal
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from shared.cli.local.keeper import Part, shorten
from shared.cli.local.processes import Daemon, stop_all, wait_until


def sleeping(folder: Path) -> tuple[Daemon, Callable[[], None]]:
    daemon = Daemon("sleeper", folder / "sleeper.json", folder / "sleeper.log")
    command = [sys.executable, "-c", "import signal; signal.pause()"]
    return daemon, lambda: daemon.start(command, {}, folder)


def test_what_died_is_started_again_and_what_was_stopped_is_not(tmp_path: Path) -> None:
    daemon, start = sleeping(tmp_path)
    part = Part("sleeper", lambda: daemon.died, start)
    assert part.keep(0) is None
    assert daemon.pid is None
    start()
    try:
        first = daemon.pid
        assert part.keep(1) is None
        daemon.signal(signal.SIGKILL)
        wait_until(lambda: daemon.pid is None, 10, lambda: "it still runs")
        assert part.keep(2) == "sleeper died and was started again"
        assert daemon.pid not in (None, first)
        stop_all([daemon])
        assert part.keep(100) is None
        assert daemon.pid is None
    finally:
        daemon.kill()


def test_one_that_dies_at_once_is_tried_less_and_less_often() -> None:
    tries: list[int] = []
    part = Part("bad", lambda: True, lambda: tries.append(now))
    for now in range(400):
        part.keep(now)
    rests = [later - earlier for earlier, later in pairwise(tries)]
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]


def test_what_keeps_a_part_from_starting_is_told_and_the_keeper_goes_on() -> None:
    def fails() -> None:
        raise FileNotFoundError(2, "No such file or directory", "caddy")

    assert "does not start: [Errno 2]" in (Part("gateway", lambda: True, fails).keep(0) or "")


def test_a_long_log_is_emptied_and_the_last_ones_are_kept(tmp_path: Path) -> None:
    log = tmp_path / "intake.log"
    with log.open("ab") as writer:
        for number in range(6):
            writer.write(str(number).encode() * 100)
            writer.flush()
            shorten(log, largest=99)
            assert log.stat().st_size == 0
        writer.write(b"short")
        writer.flush()
        shorten(log, largest=99)
    assert log.read_bytes() == b"short"
    kept = {path.name: path.read_text()[0] for path in tmp_path.iterdir() if path != log}
    assert kept == {"intake.log.1": "5", "intake.log.2": "4", "intake.log.3": "3"}


@pytest.mark.parametrize("gone", [True, False])
def test_a_log_that_cannot_be_shortened_stops_nothing(gone: bool, tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    if not gone:
        log.mkdir()
    shorten(log, largest=-1)
