"""Processes that outlive the command that started them, and are ended by the one that finds them again."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from shared.cli import Trouble
from shared.cli.files import Damaged, kept_json, write_whole

MARK = "RELIEF_DAEMON"
POLL_SECONDS = 0.05


def wait_until(ready: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> None:
    """Ask `ready` until it says yes; Trouble with the words of `otherwise` when the time is over."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Trouble(otherwise())
        time.sleep(POLL_SECONDS)


def tail(log: Path, lines: int = 15) -> str:
    """The end of a log for an error message."""
    if not log.is_file():
        return f"(there is no {log})"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - 20_000))
        text = file.read().decode(errors="replace")
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in text.splitlines()[-lines:])])


def started_at(pid: int) -> int | None:
    """When a process started, in ticks since boot; with the pid it names one process. None if it is gone."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if _gone(pid, after_name[0]) else int(after_name[19])


def _gone(pid: int, state: str) -> bool:
    """A dead process that nobody waited for is gone; one whose other threads still live holds its ports."""
    if state not in "ZX":
        return False
    with suppress(FileNotFoundError, ProcessLookupError):
        return len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
    return True


def marked(mark: str) -> int | None:
    """The pid of the process that was started with this in its environment; its own helpers have it too, but later."""
    found = [pid for pid in psutil.pids() if _leads_with(pid, mark)]
    return min(found, key=lambda pid: started_at(pid) or 0, default=None)


def _leads_with(pid: int, mark: str) -> bool:
    """Whether a process leads a session, as all that are started here do, and has the mark. epmd outlives its node."""
    try:
        return (
            os.getsid(pid) == pid
            and mark.encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            and Path(f"/proc/{pid}/comm").read_text().strip() != "epmd"
            and started_at(pid) is not None
        )
    except OSError:
        return False


def private_folder(path: Path) -> None:
    """A folder that its owner alone can list and pass."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.chmod(0o700)


@dataclass(frozen=True)
class Daemon:
    """One process: its name, the file that remembers its pid, and its log."""

    name: str
    pid_file: Path
    log: Path

    @property
    def pid(self) -> int | None:
        """The pid if this very process is still running, else None."""
        try:
            known = kept_json(self.pid_file)
            pid, started = (int(known["pid"]), known["started_at"]) if known else (0, None)
        except (Damaged, TypeError, KeyError, ValueError):
            pid = 0
        # Without the file the process is found by a mark in its environment: it may run all the same.
        return (pid if started_at(pid) == started else None) if pid else marked(self._mark)

    @property
    def died(self) -> bool:
        """Whether it was started, was not stopped, and does not run."""
        return self.pid_file.exists() and self.pid is None

    @property
    def _mark(self) -> str:
        return f"{MARK}={self.pid_file.absolute()}"

    def start(self, command: Sequence[str], environment: Mapping[str, str], folder: Path) -> None:
        """Start it in a session of its own, its output going to the log. What it writes, others cannot read."""
        private_folder(self.log.parent)
        private_folder(self.pid_file.parent)
        self.log.touch(mode=0o600)
        self.log.chmod(0o600)
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env={**environment, MARK: str(self.pid_file.absolute())},
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                umask=0o077,
            )
        self.remember(process.pid)

    def remember(self, pid: int) -> None:
        """This process, which runs now, is it."""
        write_whole(self.pid_file, json.dumps({"pid": pid, "started_at": started_at(pid)}))

    def signal(self, number: signal.Signals) -> None:
        """Send a signal if it runs; nothing otherwise."""
        if (pid := self.pid) is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def kill(self) -> None:
        """End it at once, as a power cut would, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        wait_until(lambda: self.pid is None, 10, lambda: f"{self.name} does not end, not even by SIGKILL.")
        self.forget()

    def forget(self) -> None:
        self.pid_file.unlink(missing_ok=True)


def stop_all(daemons: Iterable[Daemon], seconds: float = 20) -> None:
    """Ask all of them to end at the same time (SIGTERM); who has not within the time is killed."""
    running = [daemon for daemon in daemons if daemon.pid is not None]
    for daemon in running:
        daemon.signal(signal.SIGTERM)
    with suppress(Trouble):
        wait_until(lambda: all(daemon.pid is None for daemon in running), seconds, lambda: "")
    for daemon in running:
        daemon.kill()


def kill_tree(pid: int) -> None:
    """End a process and everything under it at once."""
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
        for process in family:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        pids = [process.pid for process in family]
        wait_until(
            lambda: all(started_at(one) is None for one in pids), 10, lambda: f"Process {pid} does not end."
        )
