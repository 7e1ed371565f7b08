"""A whole benchmark: servers up, runs in order, results shown and written."""

import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import uvloop
from rich.console import Console

from shared.cli import Trouble
from tests.bench import figures, pictures, report
from tests.bench.ground import Ground
from tests.bench.peers.roster import OURS, PEERS
from tests.bench.plan import FIGURES, FULL, QUICK, Sizes, Task, tasks
from tests.bench.profile import read, sampling
from tests.bench.results import Results
from tests.bench.trial import Unsound, trial


def run(*, quick: bool, json_file: Path | None, only: str | None, seed: int) -> bool:
    """Measure and show; False if a run of ours broke an invariant. Trouble for a figure there is none of."""
    if only is not None and only not in FIGURES:
        raise Trouble(f"There is no figure {only!r}; there are {', '.join(FIGURES)}.")
    sizes, console = QUICK if quick else FULL, Console()
    with _ground() as ground:
        results = Results(seed, sizes, _machine(ground))
        uvloop.run(_measure(ground, results, sizes, only, console))
    report.show(results, console)
    if json_file:
        json_file.write_text(json.dumps(results.json(), indent=2) + "\n")
        for picture in pictures.save(json_file.parent, json_file.stem, results.medians(), OURS):
            console.print(f"{picture}", style="dim")
    return not any(failure["peer"] == OURS for failure in results.failures)


def profile(*, quick: bool, seed: int, stacks: Path) -> None:
    """Sample our consumer while it empties a full queue, and show where the time goes."""
    sizes, console = QUICK if quick else FULL, Console()
    with _ground() as ground:
        rate = uvloop.run(_profiled(ground, seed, sizes.drain, stacks))
    report.show_profile(read(stacks), console)
    console.print(f"{rate:,.0f} reservations a second while it was sampled; stacks in {stacks}")


async def _profiled(ground: Ground, seed: int, count: int, stacks: Path) -> float:
    async with trial(ground, PEERS[OURS], seed) as lane:
        pid = lane.running.pid("inventory")
        assert pid is not None
        _, sent = lane.fresh(count)
        with ExitStack() as sampled:
            async with figures.opening(lane) as opened:
                await lane.publish(sent)
                sampled.enter_context(sampling(pid, stacks))
            return count / (await lane.handled(lane.sent) - opened[0]).total_seconds()


async def _measure(
    ground: Ground, results: Results, sizes: Sizes, only: str | None, console: Console
) -> None:
    todo = list(tasks(sizes, results.seed, only))
    with console.status("") as status:
        for place, task in enumerate(todo, start=1):
            status.update(f"{place} of {len(todo)}: {task.figure} of {task.peer}, repeat {task.repeat}")
            await _one(ground, results, task, console)


async def _one(ground: Ground, results: Results, task: Task, console: Console) -> None:
    since = time.monotonic()
    try:
        measured = await task.run(ground)
    except (Unsound, Trouble) as broken:
        results.fail(task, broken.peer if isinstance(broken, Unsound) else task.peer, str(broken))
        console.print(f"[red]FAILS[/red] {task.figure} of {task.peer}: {broken}")
        return
    results.add(task, measured)
    told = measured if console.is_terminal else measured[:1]
    words = "; ".join(f"{each.figure} {each.value:,.1f} {each.unit}" for each in told)
    console.print(f"{task.repeat}  {time.monotonic() - since:4.0f} s  {task.peer}: {words}", style="dim")


@contextmanager
def _ground() -> Iterator[Ground]:
    with tempfile.TemporaryDirectory(prefix="relief-bench-", ignore_cleanup_errors=True) as folder:
        ground = Ground(Path(folder))
        try:
            ground.start()
            yield ground
        finally:
            ground.stop()


def _machine(ground: Ground) -> dict[str, str]:
    memory = psutil.virtual_memory().total / 2**30
    return {
        "processors": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "Python": platform.python_version(),
        "servers": ground.servers.versions(),
    }
