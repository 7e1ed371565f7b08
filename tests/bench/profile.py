"""Where ours spends its time: py-spy's stacks of the serving process, summed by stage and by function."""

import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from shared.cli import Trouble
from shared.cli.local.processes import wait_until

SAMPLES_A_SECOND = "250"
_FRAME = re.compile(r"(?P<function>.+) \((?P<file>[^()]*?)(?::\d+)?\)$")
# What our own functions are for; a stack belongs to the innermost of them.
OWN = {
    "_publish": "relay: publish and wait for confirms",
    "_write_facts": "write journal and outbox",
    "_journal_row": "write journal and outbox",
    "_write_said": "write reminders",
    "say": "seal the facts said",
    "_claim": "claim in the inbox",
    "lock_or_make": "lock households",
    "save_states": "save households",
    "save_reservations": "save reservations",
    "add_movements": "save movements",
    "move_shelves": "save shelves",
    "move_lots": "save lots",
    "_add": "save totals",
    "load_catalogue": "load catalogue and depots",
    "load_depots": "load catalogue and depots",
    "lock": "lock shelves",
    "reserve": "decide (allocate)",
    "facts": "make the facts to say",
    "net": "net changes",
    "_post": "post the ledger, the rest",
    "on_household_registered": "handler, the rest",
    "_count": "metrics",
    "today_of": "hold the day",
    "open": "begin and commit",
    "_read": "read the message (envelope, contract)",
    "take": "take and acknowledge, FastStream around it",
    "_work": "unit, the rest",
}
# Stacks without a function of ours: SQLAlchemy runs statements on stacks of its own, libraries have their own tasks.
THEIRS = (
    ("_BulkORMInsert.", "SQLAlchemy: inserts through the ORM"),
    ("SQLCompiler.", "SQLAlchemy: compiling statements"),
    ("AsyncAdapt_asyncpg", "SQLAlchemy and asyncpg: executing"),
    ("Session.", "SQLAlchemy: executing"),
    ("OutboxSubscriber.", "relay: fetch, decode, delete outbox rows"),
    ("SubscriberUsecase.", "FastStream, on the way in"),
    ("Connection.__writer", "aiormq: writing"),
    ("Connection.__reader", "aiormq: reading"),
    ("Channel.", "aiormq: channels"),
    ("consumer", "aio-pika: consuming"),
)


@dataclass
class Profile:
    """Samples by stage, and by function: its own and with all it called."""

    stages: Counter[str] = field(default_factory=Counter)
    own: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    packages: Counter[str] = field(default_factory=Counter)

    @property
    def samples(self) -> int:
        return self.stages.total()


def py_spy() -> str | None:
    """Where py-spy is, None if it is not installed."""
    beside = Path(sys.executable).with_name("py-spy")
    return str(beside) if beside.exists() else shutil.which("py-spy")


@contextmanager
def sampling(pid: int, stacks: Path) -> Iterator[None]:
    """Sample a process while the block lasts; its stacks go to a file. Trouble if it cannot be done."""
    program = py_spy()
    if program is None:
        raise Trouble("The profile needs py-spy: .venv/bin/python -m pip install py-spy")
    command = [
        program,
        "record",
        "-p",
        str(pid),
        "-r",
        SAMPLES_A_SECOND,
        "-f",
        "raw",
        "-o",
        str(stacks),
        "-d",
        "3600",
    ]
    log = stacks.with_suffix(".log")
    with log.open("w") as output:
        recorder = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            wait_until(
                lambda: "Sampling" in log.read_text() or recorder.poll() is not None,
                20,
                lambda: f"py-spy does not begin: {log.read_text().strip()}",
            )
            yield
        finally:
            recorder.send_signal(signal.SIGINT)
            recorder.wait(60)
    if not stacks.exists():
        raise Trouble(f"py-spy could not sample the process: {log.read_text().strip()}")


def read(stacks: Path) -> Profile:
    """Sum up a file of stacks, one a line: frames from the outermost, parted by `;`, then a count."""
    profile = Profile()
    for line in stacks.read_text().splitlines():
        text, _, count = line.rpartition(" ")
        frames = [_name(frame) for frame in text.split(";")]
        profile.stages[_stage(frames)] += int(count)
        profile.own[frames[-1]] += int(count)
        profile.packages[_package(frames[-1])] += int(count)
        for name in set(frames):
            profile.whole[name] += int(count)
    return profile


def _name(frame: str) -> str:
    found = _FRAME.match(frame)
    return f"{found['function']} ({found['file']})" if found else frame


def _package(name: str) -> str:
    file = name.rpartition("(")[2].rstrip(")")
    return file.split("/")[0]


def _stage(frames: list[str]) -> str:
    for frame in reversed(frames):
        function, _, file = frame.partition(" (")
        if file.startswith(("services/", "shared/messaging/")) and (
            stage := OWN.get(function.rpartition(".")[2])
        ):
            return stage
    for mark, stage in THEIRS:
        if any(frame.startswith(mark) for frame in frames):
            return stage
    return "event loop and the rest"
