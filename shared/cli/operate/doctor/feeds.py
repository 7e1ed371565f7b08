"""Whether each consumer of a contract was given what was said before it came: the publishers' `feed` tables."""

from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import select

from shared.cli.operate.doctor.report import Finding
from shared.cli.operate.journal import database_of
from shared.cli.stack import Stack
from shared.contracts import HEARD_BY
from shared.database.tables import feed


@dataclass
class Feeds:
    """`under_way`: pairs of a contract's wire name and a consumer that is still being fed."""

    finding: Finding
    under_way: set[tuple[str, str]] = field(default_factory=set)

    def under_way_to(self, consumer: str) -> bool:
        return any(name == consumer for _, name in self.under_way)


async def look_at_feeds(stack: Stack) -> Feeds:
    """A row for each contract and consumer must be there; one that is not done is under way."""
    feeds = Feeds(Finding("feeds: consumers were fed"))
    wanted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for contract, consumers in HEARD_BY.items():
        if contract.publisher() in stack.services:
            wanted[contract.publisher()] |= {(contract.wire, each) for each in consumers}
    for publisher, pairs in wanted.items():
        async with database_of(stack.services[publisher]) as database:
            rows = (await database.execute(select(feed))).all()
        done = {(row.contract, row.consumer): row.done_at for row in rows}
        feeds.finding.counted += len(pairs)
        feeds.finding.breaches += len(pairs - done.keys())
        feeds.under_way |= {pair for pair in pairs & done.keys() if done[pair] is None}
    return feeds
