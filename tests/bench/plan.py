"""Which runs there are and in which order: repeat by repeat, the peers taking turns, so that no moment favours one."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from tests.bench import figures, limits
from tests.bench.ground import Ground
from tests.bench.peers.roster import BATCHES, CELERY, OURS, PEERS, PLAIN
from tests.bench.trial import Measured


@dataclass(frozen=True)
class Sizes:
    """How many messages each figure takes; `repeats` of it all, `plain` of them with plain FastStream too."""

    repeats: int
    plain: int
    drain: int
    scarce: int
    chain: int
    latency_seconds: int
    catch_up: int
    register: int
    limit: int
    growth: int
    rows: tuple[int, ...]
    items: tuple[int, ...]
    backlog: tuple[int, ...]
    memory: int


FULL = Sizes(
    repeats=3,
    plain=3,
    drain=20_000,
    scarce=2_000,
    chain=5_000,
    latency_seconds=30,
    catch_up=100_000,
    register=4_000,
    limit=20_000,
    growth=10_000,
    rows=(1_000, 100_000, 1_000_000),
    items=(10, 1_000),
    backlog=(1_000, 10_000, 100_000),
    memory=200_000,
)
QUICK = replace(
    FULL,
    plain=1,
    drain=2_000,
    scarce=400,
    chain=1_000,
    latency_seconds=4,
    catch_up=5_000,
    register=800,
    limit=5_000,
    growth=2_000,
    rows=(1_000, 100_000),
    backlog=(1_000, 5_000),
)

FIGURES = ("drain", "scarce", "chain", "register", "limits", "growth", "replicas", "catch-up", "memory")
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
        yield task("memory", OURS, partial(figures.memory, peer=ours, seed=seed, count=sizes.memory))
    yield task("register", OURS, partial(limits.register, count=sizes.register))
    yield task("limits", "aio-pika", partial(limits.broker, count=sizes.limit))
    for label, count, items, rows in _growth(sizes):
        grown = partial(figures.drain, peer=ours, seed=seed, count=count, label=label, items=items, rows=rows)
        yield task("growth", OURS, grown)
    for number in (1, 2):
        replicas = partial(figures.replicas, peer=ours, seed=seed, count=sizes.growth, number=number)
        yield task("replicas", OURS, replicas)


def _growth(sizes: Sizes) -> Iterator[tuple[str, int, int, int]]:
    """Label, messages, items and rows of each."""
    small_items = sizes.items[0]
    for rows in sizes.rows:
        yield f"with {rows:,} rows", sizes.growth, small_items, rows
    for items in sizes.items:
        yield f"with {items:,} items", sizes.growth, items, 0
    for backlog in sizes.backlog:
        yield f"with {backlog:,} waiting", backlog, small_items, 0


def _in_turn(sizes: Sizes, repeat: int) -> Sequence[str]:
    """The peers, each repeat begun by another."""
    names = [OURS, CELERY, BATCHES, *([PLAIN] if repeat <= sizes.plain else [])]
    start = (repeat - 1) % len(names)
    return names[start:] + names[:start]
