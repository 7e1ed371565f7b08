"""A batch is tried again while no message is to blame.

Conflicts. Two replicas can stand in each other's way: a deadlock, a row that is locked. No message is to blame for
that, so none loses a try: the consumer rolls back, waits a moment and tries the same batch again. A large batch may
meet the same conflict again and again, since it locks much; after five conflicts it is halved, and the halves lock
less. A single message is never given up for a conflict: parked, it would be a need that nobody serves.

Outages. While the database is away, the batch waits, however long that is. A batch may also be too much for one
transaction: the database gives it up each time, and is there for everybody else. After three such losses it is halved.
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from shared.database.errors import is_conflict, is_outage, kind_of
from shared.messaging.handling import Transactions
from shared.messaging.reading import Received
from shared.observability import Metrics, log

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 5.0
CONFLICT_TRIES = 5
LOST_IN_A_ROW = 3


class Patience:
    """Tries the batches of one contract again."""

    def __init__(self, contract: str, transactions: Transactions, metrics: Metrics) -> None:
        self._contract = contract
        self._transactions = transactions
        self._metrics = metrics

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        """Handle a batch, and try again while no message is to blame; returns what the transaction does.

        After an outage or a conflict a single message is tried again without end. With several messages this raises
        after five conflicts, or after three losses while the database answers, for the caller to halve the batch. What
        is neither outage nor conflict is raised at once."""
        pause, conflicts, lost = FIRST_PAUSE_SECONDS, 0, 0
        while True:
            try:
                return await self._transactions.handle(batch)
            except Exception as error:
                conflicts += is_conflict(error)
                lost += is_outage(error)
                if not (is_outage(error) or is_conflict(error)) or _is_met_too_often(batch, error, conflicts):
                    raise
                self._log(error)
                if len(batch) > 1 and lost >= LOST_IN_A_ROW and await self._transactions.database_answers():
                    raise
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _log(self, error: Exception) -> None:
        kind = kind_of(error)
        if is_outage(error):
            self._metrics.outages.inc()
            log().warning("waiting for the database", contract=self._contract, kind=kind)
        else:
            log().info("in the way of another transaction", contract=self._contract, kind=kind)


def _is_met_too_often(batch: Sequence[Received], error: Exception, conflicts: int) -> bool:
    return not is_outage(error) and len(batch) > 1 and conflicts >= CONFLICT_TRIES
