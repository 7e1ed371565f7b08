"""One batch in one transaction: the inbox says which messages are new, and the handler gets their facts."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.base import Contract
from shared.messaging import inbox_rows
from shared.messaging.failures import Failures
from shared.messaging.reading import Received
from shared.messaging.unit import Unit, Units
from shared.observability import Metrics


class Transactions:
    """Handles batches of one contract, and counts what was handled."""

    def __init__(
        self,
        contract: type[Contract],
        handler: Callable[[list[Any], Unit], Awaitable[None]],
        units: Units,
        failures: Failures,
        metrics: Metrics,
    ) -> None:
        self._contract = contract.wire
        self._handler = handler
        self._units = units
        self._failures = failures
        self._handled = metrics.messages_handled.labels(contract=self._contract)
        self._last_handled = metrics.last_handled.labels(contract=self._contract)
        self._duplicates = metrics.inbox_duplicates.labels(contract=self._contract)
        self._handling = metrics.handling.labels(contract=self._contract)
        self._end_to_end = metrics.end_to_end.labels(contract=self._contract)

    async def handle(self, batch: Sequence[Received]) -> set[UUID]:
        """Handle a batch, and commit; returns the ids that were used before by messages with other content. Raises
        what the handler or the database raises, and then nothing has happened."""
        # Of two copies of a message in one batch the first stays, because it is put into the dictionary last.
        first = {received.envelope.id: received for received in reversed(batch)}
        async with self._units.open([received.envelope for received in batch]) as unit:
            digests = {identity: received.envelope.digest for identity, received in first.items()}
            known = await inbox_rows.claim(unit.session, self._contract, digests)
            fresh = [received for received in first.values() if received.envelope.id not in known]
            # Ids are UUIDv7: in their order the handler gets the facts in the order in which they were said.
            fresh.sort(key=lambda received: received.envelope.id)
            if fresh:
                unit.looked_at = [each.fact for each in fresh if self._failures.looked_at(each.raw)]
                await self._handler([received.fact for received in fresh], unit)
        digests |= known
        self._count(fresh, len(batch) - len(fresh))
        return {
            received.envelope.id
            for received in batch
            if received.envelope.digest != digests[received.envelope.id]
        }

    async def database_answers(self) -> bool:
        """Whether the database is there for others."""
        return await self._units.answer()

    def _count(self, fresh: Sequence[Received], duplicates: int) -> None:
        now, clock = datetime.now(UTC), time.monotonic()
        self._handled.inc(len(fresh))
        self._last_handled.set(now.timestamp())
        self._duplicates.inc(duplicates)
        for received in fresh:
            self._handling.observe(clock - received.came_at)
            self._end_to_end.observe(max((now - received.envelope.time).total_seconds(), 0.0))
