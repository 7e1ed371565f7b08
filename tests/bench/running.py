"""Processes of one run: started, measured, stopped."""

import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from shared.cli.local.processes import Daemon, stop_all
from shared.cli.stack import ROOT


@dataclass(frozen=True)
class Command:
    """What to run: a Python module with arguments, and its whole environment."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]


@dataclass(frozen=True)
class Cost:
    """Seconds of processor time used so far, and bytes of memory held now (PSS: what is shared counts once)."""

    cpu_seconds: float
    memory_bytes: int

    def since(self, earlier: "Cost") -> "Cost":
        return Cost(self.cpu_seconds - earlier.cpu_seconds, self.memory_bytes)


class Running:
    """The processes of one peer."""

    def __init__(self, commands: Iterable[Command], folder: Path) -> None:
        self._daemons: list[Daemon] = []
        for command in commands:
            daemon = Daemon(command.name, folder / f"{command.name}.json", folder / f"{command.name}.log")
            daemon.start([sys.executable, *command.arguments], command.environment, ROOT)
            self._daemons.append(daemon)

    @property
    def logs(self) -> list[Path]:
        return [daemon.log for daemon in self._daemons]

    def pid(self, name: str) -> int | None:
        return next((daemon.pid for daemon in self._daemons if daemon.name == name), None)

    def ended(self) -> list[str]:
        """The names of those that should run and do not."""
        return [daemon.name for daemon in self._daemons if daemon.pid is None]

    def cost(self) -> Cost:
        """Of all of them, their children included."""
        return cost_of(daemon.pid for daemon in self._daemons)

    def stop(self) -> None:
        """Let them finish what is in hand."""
        stop_all(self._daemons)

    def signal(self, name: str, number: signal.Signals) -> None:
        for daemon in self._daemons:
            if daemon.name == name:
                daemon.signal(number)


def cost_of(pids: Iterable[int | None]) -> Cost:
    """Of these processes and all below them; one that is gone counts for nothing."""
    seconds, memory = 0.0, 0
    for pid in pids:
        if pid is None:
            continue
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            for each in [process, *process.children(recursive=True)]:
                with suppress(psutil.NoSuchProcess):
                    times = each.cpu_times()
                    seconds += times.user + times.system
                    memory += each.memory_full_info().pss
    return Cost(seconds, memory)
