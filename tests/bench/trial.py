"""One run of one peer with its check, and the values that come of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.ground import Ground
from tests.bench.lane import Lane, lane
from tests.bench.peers.roster import Peer
from tests.bench.sound import breaches

PLENTY = 10_000_000
"""Kits in stock when nobody is to go without."""


@dataclass(frozen=True)
class Measured:
    """One value of one figure."""

    peer: str
    figure: str
    value: float
    unit: str


class Unsound(Exception):
    """The peer lost, doubled or over-reserved something: what it did counts for nothing."""

    def __init__(self, peer: str, broken: Mapping[str, int]) -> None:
        super().__init__("; ".join(f"not so: {name} ({count:,})" for name, count in broken.items()))
        self.peer = peer


@asynccontextmanager
async def trial(
    ground: Ground,
    peer: Peer,
    seed: int,
    *,
    whole: bool = False,
    kits: int = PLENTY,
    items: int = 10,
    rows: int = 0,
) -> AsyncIterator[Lane]:
    """A warm peer on a fresh site; at the end it is stopped and checked. Raises Unsound."""
    async with ground.site(kits, items, rows, () if whole else peer.unheard) as site:
        async with lane(peer, site, seed, whole=whole) as working:
            yield working
        if broken := await breaches(site, kits, working.sent, working.before):
            raise Unsound(peer.name, broken)
