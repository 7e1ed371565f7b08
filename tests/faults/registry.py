"""The list of all scenarios."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.faults.site import Site

Run = Callable[[Site], Awaitable[None]]
HOUSEHOLDS = 300


@dataclass(frozen=True)
class Scenario:
    """`run` does it to a site whose replicas run and whose store is filled; the rest is done for all alike."""

    name: str
    run: Run
    households: int
    short: bool
    nodes: int
    prepared: bool


SCENARIOS: dict[str, Scenario] = {}


def scenario(
    *, households: int = HOUSEHOLDS, short: bool = False, nodes: int = 1, prepared: bool = True
) -> Callable[[Run], Run]:
    """Enter a function whose name is a sentence. `short`: part of the short form. `nodes`: of the broker.

    `prepared`: all replicas run and the store is filled when it begins; otherwise it starts them itself.
    """

    def enter(run: Run) -> Run:
        add(run.__name__, run, households=households, short=short, nodes=nodes, prepared=prepared)
        return run

    return enter


def add(
    name: str,
    run: Run,
    *,
    households: int = HOUSEHOLDS,
    short: bool = False,
    nodes: int = 1,
    prepared: bool = True,
) -> None:
    """Enter one of a family of scenarios."""
    sentence = name.replace("_", " ")
    if sentence in SCENARIOS:
        raise ValueError(f"there are two scenarios {sentence!r}")
    SCENARIOS[sentence] = Scenario(sentence, run, households, short, nodes, prepared)
