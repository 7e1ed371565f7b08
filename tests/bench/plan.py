"""Which runs there are and in which order: repeat by repeat, the peers taking turns, so that no moment favours one."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.bench import figures, limits, matching, notices, seats, shortage
from tests.bench.figures import Case
from tests.bench.ground import Ground
from tests.bench.peers.roster import BATCHED, BATCHES, CELERY, OURS, PEERS, PLAIN
from tests.bench.trial import Measured


@dataclass(frozen=True)
class Sizes:
    """How many messages each figure takes.

    `repeats` of it all; `others` of them with celery-batches and plain FastStream too, `growth` with the cases of
    growth.
    """

    repeats: int
    others: int
    growth: int
    drain: int
    scarce: int
    chain: int
    latency_seconds: int
    catch_up: int
    register: int
    limit: int
    memory: int
    shortage: tuple[int, ...]
    matching: tuple[int, ...]
    notices: int
    seats: int
    postings: tuple[int, ...]
    cases: tuple[Case, ...]


SMALL = Case("small", count=10_000, items=10, rows=1_000)
"""What the larger cases are held against."""

FULL = Sizes(
    repeats=3,
    others=1,
    growth=2,
    drain=12_000,
    scarce=2_000,
    chain=5_000,
    latency_seconds=60,
    catch_up=100_000,
    register=4_000,
    limit=20_000,
    memory=200_000,
    shortage=(500, 2_000, 8_000),
    matching=(100, 1_000),
    notices=100_000,
    seats=10_000,
    postings=(10_000, 1_000_000),
    cases=(
        SMALL,
        replace(SMALL, label="with 100,000 rows", rows=100_000),
        replace(SMALL, label="rows", rows=1_000_000),
        replace(SMALL, label="items", items=1_000),
        replace(SMALL, label="with 1,000 waiting", count=1_000),
        replace(SMALL, label="backlog", count=100_000),
        replace(SMALL, label="replicas", replicas=2),
    ),
)
QUICK = replace(
    FULL,
    others=1,
    growth=1,
    drain=1_500,
    scarce=200,
    chain=3_000,
    latency_seconds=60,
    catch_up=1_000,
    register=500,
    limit=3_000,
    shortage=(250, 1_000, 4_000),
    notices=2_000,
    seats=1_000,
    postings=(1_000, 100_000),
    cases=(
        replace(SMALL, count=1_500),
        replace(SMALL, label="rows", count=1_500, rows=100_000),
        replace(SMALL, label="items", count=1_500, items=1_000),
        replace(SMALL, label="backlog", count=3_000),
        replace(SMALL, label="replicas", count=1_500, replicas=2),
    ),
)

FIGURES = (
    "drain",
    "scarce",
    "chain",
    "register",
    "limits",
    "growth",
    "shortage",
    "matching",
    "notices",
    "seats",
    "catch-up",
    "memory",
)
"""What `--only` takes. Memory takes long and runs only when it is named."""


@dataclass(frozen=True)
class Task:
    """One run that is to be made."""

    figure: str
    peer: str
    repeat: int
    run: Callable[[Ground], Awaitable[list[Measured]]]


def tasks(sizes: Sizes, seed: int, only: str | None) -> Iterator[Task]:
    """All runs in order; of one figure alone if it is named."""
    for repeat in range(1, sizes.repeats + 1):
        for task in _of_one_repeat(sizes, repeat, seed + repeat):
            if task.figure == only or (only is None and task.figure != "memory"):
                yield task
        if only == "memory":
            return


def _of_one_repeat(sizes: Sizes, repeat: int, seed: int) -> Iterator[Task]:
    def task(figure: str, peer: str, run: Callable[[Ground], Awaitable[list[Measured]]]) -> Task:
        return Task(figure, peer, repeat, run)

    ours = PEERS[OURS]
    in_turn = [PEERS[name] for name in _in_turn(sizes, repeat)]
    for peer in in_turn:
        yield task("drain", peer.name, partial(figures.drain, peer=peer, seed=seed, count=sizes.drain))
    yield task("limits", "database", partial(limits.database, count=sizes.limit))
    for peer in in_turn:
        chain = partial(figures.chain, peer=peer, seed=seed, count=sizes.chain, seconds=sizes.latency_seconds)
        yield task("chain", peer.name, chain)
    if repeat == 1:
        for peer in in_turn:
            yield task("scarce", peer.name, partial(figures.scarce, peer=peer, seed=seed, count=sizes.scarce))
        yield task("catch-up", OURS, partial(figures.catch_up, peer=ours, seed=seed, count=sizes.catch_up))
        yield task("limits", "aio-pika", partial(limits.broker, count=sizes.limit))
        yield task("notices", OURS, partial(notices.notices, seed=seed, count=sizes.notices))
        for postings in sizes.postings:
            grown = partial(notices.grown, seed=seed, count=sizes.notices // 10, postings=postings)
            yield task("notices", OURS, grown)
        yield task("seats", OURS, partial(seats.seats, count=sizes.seats))
        yield task("memory", OURS, partial(figures.memory, peer=ours, seed=seed, count=sizes.memory))
    yield task("register", OURS, partial(limits.register, count=sizes.register))
    for households in sizes.shortage if repeat <= sizes.growth else ():
        yield task("shortage", OURS, partial(shortage.growth, households=households))
    for count in sizes.matching if repeat <= sizes.growth else ():
        yield task("matching", OURS, partial(matching.matching, seed=seed, count=count))
    for case in sizes.cases if repeat <= sizes.growth else ():
        yield task("growth", OURS, partial(figures.grown, peer=ours, seed=seed, case=case))


def _in_turn(sizes: Sizes, repeat: int) -> Sequence[str]:
    """The peers, each repeat begun by another."""
    names = [OURS, CELERY, *([BATCHES, BATCHED, PLAIN] if repeat <= sizes.others else [])]
    start = (repeat - 1) % len(names)
    return names[start:] + names[:start]
