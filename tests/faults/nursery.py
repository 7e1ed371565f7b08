"""Replicas that are forked from one process, which has imported everything once: importing takes a start's seconds.

    python -m tests.faults.nursery

The process reads one order per line (`Order` as JSON), and answers each with the process id of the new replica. The
process ends when its input does. A replica has a session, an environment and a log of its own, and is killed like any
other process.
"""

import gc
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from shared.cli import Trouble
from shared.cli.console import cleaned
from shared.cli.operate.serve import serve
from shared.cli.stack import ROOT
from shared.cli.telling import told
from shared.cli.wiring import application
from shared.contracts import talking
from shared.messaging import crashpoints
from tests.faults.sabotage import PARTS


@dataclass(frozen=True)
class Order:
    """Which service, what it has to do without (sabotage.py), its whole environment, and the file of its log."""

    service: str
    without: Sequence[str]
    environment: Mapping[str, str]
    log: str


class Nursery:
    """The process that replicas are forked from, started when the first is asked for."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def fork(self, order: Order) -> int:
        """The process id of a new replica."""
        if self._process is None:
            command = [sys.executable, "-m", __name__]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(order)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise Trouble("The process that replicas are forked from has ended; what it said stands above.")
        return int(answer)

    def close(self) -> None:
        """End the process; replicas that run go on."""
        if self._process is not None:
            self._process.communicate()
            self._process = None


def _tend() -> None:
    # Nobody waits for a replica that has ended: the kernel forgets it at once.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for name in talking():
        # Its routes are then there in each replica, which would take a while to make them.
        application(name)
    gc.freeze()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            os._exit(_live(Order(**json.loads(line))))
        print(pid, flush=True)


def _live(order: Order) -> int:
    """The life of a replica, to its exit code."""
    _part_from_the_nursery(order)
    # The module read its order when it was imported, from the environment of the process that forks.
    crashpoints.ARMED = crashpoints.Crash.read(os.environ)
    try:
        for part in order.without:
            PARTS[part]()
        serve(order.service)
    except (SystemExit, typer.Exit):
        # The service has told why.
        return 1
    except Exception as error:  # noqa: BLE001, the last one who could tell it
        print(cleaned(told(error)), file=sys.stderr, flush=True)
        return 1
    return 0


def _part_from_the_nursery(order: Order) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.umask(0o077)
    with Path(os.devnull).open("rb") as nothing, Path(order.log).open("ab") as log:
        for there, mine in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(there.fileno(), mine)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(order.environment)


if __name__ == "__main__":
    _tend()
