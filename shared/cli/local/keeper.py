"""The keeper of the local run: starts again what died, and keeps the logs short. `./relief up` starts it.

What was stopped on purpose has no pid file any more, and stays stopped; what has one and does not run has died.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from shared.cli.local.processes import Daemon
from shared.cli.local.remembered import Settings
from shared.cli.local.up import LocalRun, try_only_one
from shared.cli.stack import ROOT

LOOK_SECONDS = 1.0
SHORTEST_REST, LONGEST_REST = 1.0, 60.0
LARGEST_LOG = 10 * 1024 * 1024
OLDER_LOGS = 3


@dataclass
class Part:
    """A process that is kept. `died` says that it ended though nobody stopped it."""

    name: str
    died: Callable[[], bool]
    start: Callable[[], None]
    rest: float = 0.0
    not_before: float = 0.0
    started: float = field(default=0.0)

    def keep(self, now: float) -> str | None:
        """Start it again if it died and its rest is over; returns what happened, in words."""
        if not self.died():
            if self.rest and now - self.started > LONGEST_REST:
                self.rest = 0.0
            return None
        if now < self.not_before:
            return None
        # One that dies at once is tried less and less often.
        self.rest = min(max(self.rest * 2, SHORTEST_REST), LONGEST_REST)
        self.not_before, self.started = now + self.rest, now
        try:
            self.start()
        except Exception as error:  # noqa: BLE001 - the keeper must outlive whatever keeps a part from starting
            return f"{self.name} died and does not start: {' '.join(str(error).split())[:400]}"
        return f"{self.name} died and was started again"


@dataclass(frozen=True)
class Keeper:
    """Keeps the parts of a run until the run is down."""

    run: LocalRun
    parts: tuple[Part, ...]

    @classmethod
    def of(cls, run: LocalRun, settings: Settings) -> "Keeper":
        services = (
            Part(name, _died(each.daemon), lambda each=each: each.launch(settings.clock, settings.first_day))  # type: ignore[misc]
            for name, each in run.services.items()
        )
        gateway = Part("gateway", _died(run.gateway.daemon), run.gateway.start)
        broker = Part("rabbitmq", lambda: run.broker.died, run.broker.launch)
        postgres = Part("postgres", lambda: run.postgres.died, run.postgres.start)
        return cls(run, (postgres, broker, *services, gateway))

    def look(self, now: float) -> list[str]:
        """One round: nothing is done while somebody starts or stops something."""
        with try_only_one(self.run.folder) as alone:
            said = [each.keep(now) for each in self.parts] if alone else []
        for log in logs_of(self.run):
            shorten(log)
        return [each for each in said if each]


def keep(run: LocalRun) -> None:
    """Look again and again until the run is down."""
    if (settings := Settings.read(run.folder)) is None:
        return
    keeper = Keeper.of(run, settings)
    while Settings.read(run.folder) is not None:
        for each in keeper.look(time.monotonic()):
            print(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {each}", flush=True)
        time.sleep(LOOK_SECONDS)


def keeper_of(run: LocalRun) -> Daemon:
    return Daemon("keeper", run.folder / "run" / "keeper.json", run.folder / "log" / "keeper.log")


def start_keeper(run: LocalRun) -> None:
    """Start it if it does not run."""
    daemon = keeper_of(run)
    if daemon.pid is None:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        daemon.start([sys.executable, "-m", "shared.cli", "keep"], environment, ROOT)


def _died(daemon: Daemon) -> Callable[[], bool]:
    return lambda: daemon.died


def logs_of(run: LocalRun) -> Iterator[Path]:
    yield from sorted((run.folder / "log").glob("*.log"))
    yield run.broker.log
    yield run.postgres.log


def shorten(log: Path, largest: int = LARGEST_LOG) -> None:
    """Move what a long log holds to LOG.1, what was there to LOG.2, and so on.

    The process goes on writing at the end of the file it has open, so the file is emptied and not renamed. What is
    written between the copy and the emptying is lost: a few lines in 10 MB.
    """
    try:
        if log.stat().st_size <= largest:
            return
        for number in range(OLDER_LOGS, 1, -1):
            older = log.with_name(f"{log.name}.{number - 1}")
            if older.exists():
                older.replace(log.with_name(f"{log.name}.{number}"))
        shutil.copy2(log, log.with_name(f"{log.name}.1"))
        os.truncate(log, 0)
    except OSError:
        # A full disk, or a log that has just gone: the next round looks again.
        return
