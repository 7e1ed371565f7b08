"""Everything measured in one benchmark, its medians and ratios, and its form as JSON."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import log
from statistics import median
from typing import Any

from tests.bench.notices import VERIFYING
from tests.bench.peers.roster import BATCHES, CELERY, OURS
from tests.bench.plan import Sizes, Task
from tests.bench.trial import Measured


@dataclass(frozen=True)
class Ratio:
    """`wanted` is the least (`at_least`) or the most that is to be reached."""

    value: float | None
    wanted: float
    at_least: bool = True

    @property
    def reached(self) -> bool:
        if self.value is None:
            return False
        return self.value >= self.wanted if self.at_least else self.value <= self.wanted


@dataclass
class Results:
    """`failures` names each run that broke an invariant: the peer, the figure, what was wrong."""

    seed: int
    sizes: Sizes
    machine: Mapping[str, str]
    runs: list[tuple[Measured, Task]] = field(default_factory=list)
    failures: list[dict[str, str | int]] = field(default_factory=list)

    def add(self, task: Task, measured: list[Measured]) -> None:
        self.runs += [(each, task) for each in measured]

    def fail(self, task: Task, peer: str, why: str) -> None:
        self.failures.append({"peer": peer, "figure": task.figure, "repeat": task.repeat, "why": why})

    def medians(self) -> dict[str, dict[str, float]]:
        """By peer and figure; without the figures in which a peer failed."""
        failed = {(each["peer"], each["figure"]) for each in self.failures}
        values: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for each, task in self.runs:
            if (each.peer, task.figure) not in failed:
                values[each.peer][each.figure].append(each.value)
        return {
            peer: {name: median(some) for name, some in figures.items()} for peer, figures in values.items()
        }

    def ratios(self) -> dict[str, Ratio]:
        """Ours to the others, and how much dearer the large case is than the small one."""
        by_peer = self.medians()
        mine = by_peer.get(OURS, {})

        def to(figure: str, peer: str) -> float | None:
            return _quotient(by_peer.get(OURS, {}).get(figure), by_peer.get(peer, {}).get(figure))

        def dearer(case: str) -> float | None:
            return _quotient(mine.get("growth small"), mine.get(f"growth {case}"))

        return {
            "drain_vs_celery": Ratio(to("drain", CELERY), 6),
            "drain_vs_celery_batches": Ratio(to("drain", BATCHES), 0.8),
            "drain_told_vs_celery_batches": Ratio(to("drain told", BATCHES), 2),
            "drain_vs_database": Ratio(to("drain", "database"), 0.2),
            "chain_vs_celery": Ratio(to("chain", CELERY), 4),
            "chain_vs_celery_batches": Ratio(to("chain", BATCHES), 3),
            "register_vs_pgbench": Ratio(to("register", "database"), 0.22),
            "notices_vs_verifying": Ratio(to("notices", VERIFYING), 0.5),
            "notices_vs_database": Ratio(to("notices new", "database"), 0.2),
            "seats_vs_database": Ratio(to("seats", "database"), 0.3),
            "growth_notices": Ratio(self._dearer_with_postings(), 1.25, at_least=False),
            "growth_rows": Ratio(dearer("rows"), 1.25, at_least=False),
            "growth_items": Ratio(dearer("items"), 1.25, at_least=False),
            "growth_backlog": Ratio(dearer("backlog"), 1.25, at_least=False),
            "growth_short_import": Ratio(self._exponent("short_import"), 1.1, at_least=False),
            "growth_one_more_when_short": Ratio(self._exponent("one_more_when_short"), 0.1, at_least=False),
            "growth_month_turn": Ratio(self._exponent("month_turn"), 1.1, at_least=False),
            # 2 is as needs times volunteers; a hundred of each take so little that it moves by a tenth.
            "growth_matching": Ratio(self._exponent("matching"), 2.1, at_least=False),
            "growth_matching_nobody": Ratio(self._exponent("matching nobody"), 2.1, at_least=False),
            "growth_scrape": Ratio(self._exponent("scrape"), 0.1, at_least=False),
            "month_turn_ms_a_household": Ratio(self._turned_ms(), 0.4, at_least=False),
            "replicas": Ratio(_quotient(mine.get("growth replicas"), mine.get("growth small")), 1.5),
        }

    def _exponent(self, figure: str) -> float | None:
        """How a figure grows with the number of what there is: 1 in proportion, 0 not at all, 2 with its square.

        Of the two largest numbers: what a small number costs is mostly what any number costs.
        """
        points = self._by_number(figure)
        if len(points) < 2:
            return None
        (fewer, less), (more, much) = sorted(points.items())[-2:]
        return log(much / less) / log(more / fewer)

    def _dearer_with_postings(self) -> float | None:
        fewest, most = (f"notices with {n:,} postings" for n in self.sizes.postings)
        mine = self.medians().get(OURS, {})
        return _quotient(mine.get(fewest), mine.get(most))

    def _turned_ms(self) -> float | None:
        points = self._by_number("month_turn")
        return points[max(points)] / max(points) * 1000 if points else None

    def _by_number(self, figure: str) -> dict[int, float]:
        mine = self.medians().get(OURS, {})
        found = {n: mine.get(f"{figure} {n:,}") for n in (*self.sizes.shortage, *self.sizes.matching)}
        return {n: value for n, value in found.items() if value}

    def latency(self) -> dict[str, float | None]:
        mine = self.medians().get(OURS, {})
        return {"p50": mine.get("latency p50"), "p99": mine.get("latency p99")}

    def json(self) -> dict[str, Any]:
        return {
            "seed": self.seed,
            "machine": dict(self.machine),
            "sizes": asdict(self.sizes),
            "runs": [{**asdict(each), "repeat": task.repeat} for each, task in self.runs],
            "medians": self.medians(),
            "ratios": {name: ratio.value for name, ratio in self.ratios().items()},
            "latency_ms": self.latency(),
            "failures": self.failures,
        }


def _quotient(over: float | None, under: float | None) -> float | None:
    return None if over is None or not under else over / under
