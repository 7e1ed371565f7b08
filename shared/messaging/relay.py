"""The way out: outbox rows go to the broker, and are gone once it has confirmed every fact in them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from faststream.rabbit import RabbitBroker
from faststream_outbox import ExponentialRetry, OutboxBroker
from faststream_outbox.subscriber import usecase

from shared.contracts import CONTRACTS, HEARD_BY
from shared.messaging import crashpoints
from shared.messaging.envelope import Envelope, OutboxRow, message_of
from shared.messaging.failures import PUBLISH_TIMEOUT_SECONDS, replies
from shared.messaging.names import feed_key
from shared.messaging.topology import facts_of
from shared.messaging.unit import SAID
from shared.observability import Metrics

# What a killed relay held is taken up by another after so long; a confirm is waited for half as long at most.
LEASE_SECONDS = 20.0
# The library has no setting for it: after an outage of the database it would rest for up to half a minute.
usecase._BACKOFF_MAX_SECONDS = 5.0  # noqa: SLF001


class Relay:
    """Publishes what the units of one service said, at least once, all facts of a unit at a time."""

    def __init__(self, broker: RabbitBroker, metrics: Metrics) -> None:
        self._broker = broker
        self._metrics = metrics

    def attach(self, outbox: OutboxBroker, workers: int) -> None:
        """Empty the outbox with this many workers; each holds a database connection."""
        outbox.subscriber(
            SAID,
            max_workers=workers,
            retry_strategy=ExponentialRetry(
                initial_delay_seconds=0.5, max_delay_seconds=5.0, jitter_factor=0.2
            ),
            fetch_batch_size=100,
            min_fetch_interval=0.2,
            max_fetch_interval=1.0,
            lease_ttl_seconds=LEASE_SECONDS,
            terminal_flush_batch_size=20,
            include_in_schema=False,
        )(self.publish)

    async def publish(self, payload: Mapping[str, Any]) -> None:
        """Publish a row's facts together and wait for every confirm. Raises if any is refused or finds no queue."""
        if crashpoints.ARMED:
            crashpoints.reached(crashpoints.AFTER_CLAIM)
        row = OutboxRow.unpack(payload)
        # Straight to the client: the library's pipeline for each message costs as much again as publishing it.
        exchange = await self._broker.declare_exchange(facts_of(row.facts[0].source))
        async with asyncio.timeout(PUBLISH_TIMEOUT_SECONDS):
            publishing = (
                exchange.publish(
                    message_of(each), _key(each, row.to), mandatory=row.to is not None or _is_heard(each)
                )
                for each in row.facts
            )
            await replies(publishing)
        for envelope in row.facts:
            self._metrics.messages_said.labels(contract=envelope.type).inc()
        if crashpoints.ARMED:
            crashpoints.reached(crashpoints.AFTER_PUBLISH)


def _key(envelope: Envelope, to: str | None) -> str:
    """The routing key: the fact's wire name, or the key to which one consumer's queue alone is bound."""
    return envelope.type if to is None else feed_key(envelope.type, to)


def _is_heard(envelope: Envelope) -> bool:
    """Whether a fact that finds no queue is an error."""
    contract = CONTRACTS.get(envelope.type)
    return contract is None or bool(HEARD_BY[contract])
