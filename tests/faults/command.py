"""Runs scenarios one after another on servers of their own, and tells what became of each."""

import asyncio
import importlib
import json
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from shared.cli import Trouble
from shared.cli.stack import ROOT
from tests.faults import nursery
from tests.faults.counting import Outcome, count, settle
from tests.faults.ground import Ground
from tests.faults.load import prepare
from tests.faults.registry import SCENARIOS, Scenario
from tests.faults.site import Site, open_site
from tests.support import in_memory

FAMILIES = (
    "crashes",
    "broker",
    "cluster",
    "database",
    "messages",
    "clock",
    "children",
    "seats",
    "speakers",
    "rolling",
)
SCENARIO_SECONDS = 900.0
SHORT_HOUSEHOLDS = 80


def chosen(only: str | None, *, short: bool) -> list[Scenario]:
    """The scenarios to run, those on one node first. Trouble if the words are in no name."""
    for family in FAMILIES:
        importlib.import_module(f"tests.faults.scenarios.{family}")
    found = [each for each in SCENARIOS.values() if (each.short or not short) and (only or "") in each.name]
    if not found:
        names = "\n  ".join(SCENARIOS)
        raise Trouble(f"There is no scenario with {only!r} in its name. There are:\n  {names}")
    return sorted(found, key=lambda each: each.nodes)


def run(scenarios: Sequence[Scenario], seed: int, console: Console, *, scale: float = 1.0) -> list[Outcome]:
    """Run them; `scale` multiplies how many households each registers."""
    outcomes = []
    for nodes in sorted({each.nodes for each in scenarios}):
        with standing(nodes) as ground:
            for each in scenarios:
                if each.nodes == nodes:
                    outcome = asyncio.run(run_one(ground, each, seed, scale))
                    tell(console, outcome)
                    outcomes.append(outcome)
    return outcomes


@contextmanager
def standing(nodes: int) -> Iterator[Ground]:
    """Servers for as long as the block lasts; they are stopped too when this process is asked to end."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="relief-faults-", dir=in_memory.folder()) as folder:
        ground = Ground(Path(folder), nodes)
        try:
            ground.start()
            yield ground
        finally:
            # A scenario that was ended in the middle may leave replicas behind.
            for child in psutil.Process().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if nursery.__name__ in child.cmdline():
                        child.kill()
            ground.stop()


async def run_one(ground: Ground, scenario: Scenario, seed: int, scale: float = 1.0) -> Outcome:
    """One scenario from fresh databases to the doctor; what goes wrong is in its `problems`."""
    outcome = Outcome(scenario.name, seed)
    households = max(round(scenario.households * scale), 20)
    async with open_site(ground, random.Random(f"{seed} {scenario.name}"), households) as site:
        try:
            async with asyncio.timeout(SCENARIO_SECONDS):
                await _live_through(site, scenario, outcome)
        except Exception as error:  # noqa: BLE001, one that fails must not keep the others from running
            outcome.problems = (f"{type(error).__name__}: {_words(error)}",)
            outcome.faults = site.faults
        if not outcome.passed:
            outcome.problems += (f"logs: {_keep_logs(site, scenario)}",)
    return outcome


async def _live_through(site: Site, scenario: Scenario, outcome: Outcome) -> None:
    await site.start()
    if scenario.prepared:
        await prepare(site)
    await scenario.run(site)
    site.calm_since = site.calm_since or time.monotonic()
    outcome.recovery_seconds = round(await settle(site), 1)
    await site.bring_back()
    await count(site, outcome)


def _words(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return "; ".join(_words(each) for each in error.exceptions)
    return str(error)


def _keep_logs(site: Site, scenario: Scenario) -> Path:
    """The replicas' logs lie in the folder of this run, which goes with it."""
    kept = ROOT / ".relief" / "faults" / scenario.name.replace(" ", "_")
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(site.folder, kept)
    return kept


def tell(console: Console, outcome: Outcome) -> None:
    """One line, and the problems below it."""
    mark = "[green]passed[/]" if outcome.passed else "[bold red]FAILED[/]"
    console.print(
        f"{mark}  {outcome.name}: {outcome.messages:,} messages, {outcome.faults:,} faults, lost {outcome.lost}, "
        f"doubled {outcome.doubled}, parked {outcome.parked}, at rest {outcome.recovery_seconds:g} s after the last"
    )
    for problem in outcome.problems:
        console.print(f"        {problem}", markup=False, highlight=False)


def table(outcomes: Sequence[Outcome]) -> Table:
    """All of them, for the end."""
    columns = ("scenario", "messages", "faults", "lost", "doubled", "parked", "recovery s", "")
    made = Table(*columns)
    for each in outcomes:
        figures = (each.messages, each.faults, each.lost, each.doubled, each.parked)
        mark = "passed" if each.passed else "[bold red]FAILED[/]"
        made.add_row(each.name, *(f"{figure:,}" for figure in figures), f"{each.recovery_seconds:g}", mark)
    return made


def write(outcomes: Sequence[Outcome], path: Path) -> None:
    """A list of what each counted."""
    path.write_text(json.dumps([each.figures() for each in outcomes], indent=2) + "\n")
