"""A service's connection to the others: relay, listeners and consumers, started and stopped together."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError
from faststream.rabbit import Channel, RabbitBroker
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts import heard_by
from shared.messaging.aside import Aside
from shared.messaging.consumer import Consumer, Hears
from shared.messaging.failures import Failures, reply
from shared.messaging.guarding import Guardian
from shared.messaging.handling import Transactions
from shared.messaging.listener import Listener
from shared.messaging.patience import Patience
from shared.messaging.relay import Relay
from shared.messaging.topology import Depths, Topology
from shared.messaging.undecodable import Undecodable
from shared.messaging.unit import Units
from shared.observability import Metrics, log
from shared.principals import service_principal
from shared.settings import ServiceSettings

# Without it messages in hand are dropped at a stop; they would come again, but a stop is to finish what it began.
GRACEFUL_SECONDS = 10.0
BROKER_ANSWER_SECONDS = 2.0


class Link:
    """Owns the connection to the broker, the relay and the consumers of one service."""

    def __init__(
        self,
        service: str,
        settings: ServiceSettings,
        engine: AsyncEngine,
        handlers: Sequence[Hears[Any]],
        metrics: Metrics,
    ) -> None:
        heard, wanted = {each.contract for each in handlers}, set(heard_by(service))
        if heard != wanted:
            names = sorted(each.wire for each in heard ^ wanted)
            raise ValueError(
                f"{service}: the handlers and shared.contracts.HEARD_BY differ on {', '.join(names)}"
            )
        self._topology = Topology(service, settings.retry_delays_seconds)
        self._tasks: list[asyncio.Task[None]] = []
        self.units = Units(engine, service_principal(service))
        self.relay = Relay(engine, settings.broker, metrics)
        undecodable = Undecodable(settings.broker, self._topology, metrics)
        self.rabbit = _rabbit(service, settings, undecodable)
        failures = Failures(self.rabbit, self._topology, metrics)
        self._asides = [
            Aside(each.contract.wire, self._topology.queue_name(each.contract), failures) for each in handlers
        ]
        self._consumers = [
            _consumer(each, aside, self.units, failures, metrics, settings.batch_size)
            for each, aside in zip(handlers, self._asides, strict=True)
        ]
        self._listeners = [
            Listener(self.rabbit, self._topology, each.contract, consumer.take, 2 * settings.batch_size)
            for each, consumer in zip(handlers, self._consumers, strict=True)
        ]
        self._guardian = Guardian(self.rabbit, self._topology, self._listeners, metrics)
        for aside in self._asides:
            aside.on_refusal = self._guardian.something_is_missing
        self.ready = False
        self._refusal = ""
        """What the broker said last when the service could not begin."""

    async def start(self) -> None:
        """Connect, however long the broker takes, then consume and publish. Cancel it to give up."""
        while True:
            try:
                await reply(self._begin())
                self.ready = True
                return
            except Exception as error:
                # What the broker says names queues and users, never a person.
                said = self._refusal = str(error) if isinstance(error, AMQPError) else ""
                log().warning("the broker is not ready", kind=type(error).__name__, said=said)
                await self._end_tasks()
                with suppress(Exception):
                    # What is half begun cannot always be ended; it begins anew all the same.
                    await self.rabbit.stop()
                await asyncio.sleep(1.0)

    async def _begin(self) -> None:
        await self.rabbit.connect()
        await self._topology.declare(self.rabbit, heard=True)
        self._tasks = [asyncio.create_task(each.run()) for each in self._consumers]
        await self.rabbit.start()
        for listener in self._listeners:
            await listener.begin()
        self._tasks.append(asyncio.create_task(self._guardian.run()))
        self.relay.start()

    async def stop(self) -> None:
        """Take no more messages, finish and acknowledge those in hand, then leave."""
        self.ready = False
        await self._finish()
        await self.relay.stop()
        await self.rabbit.stop()
        await self._end_tasks()

    async def _finish(self) -> None:
        """No message comes any more, and those here are worked off; what takes too long comes again elsewhere."""
        with suppress(TimeoutError, AMQPError, ConnectionError, ChannelInvalidStateError):
            async with asyncio.timeout(GRACEFUL_SECONDS):
                await asyncio.gather(*(each.end() for each in self._listeners))
                await asyncio.gather(*(each.finish() for each in self._consumers))

    async def _end_tasks(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def problems(self) -> list[str]:
        """What keeps the service from hearing or being heard, in words; empty if nothing does."""
        if not self.ready:
            return [f"broker: {self._refusal or 'not connected'}"]
        if not await self._answers():
            return ["broker: not connected"]
        found = self._guardian.problems
        found += [f"broker: {told}" for each in self._consumers if (told := each.problem())]
        if any(task.done() for task in self._tasks):
            found.append("broker: a consumer has ended")
        if relay := self.relay.problem():
            found.append(f"broker: {relay}")
        return found

    async def _answers(self) -> bool:
        with suppress(ConnectionResetError):
            return bool(await reply(self.rabbit.ping(timeout=BROKER_ANSWER_SECONDS)))
        return False

    async def depths(self) -> Depths | None:
        """What lies in the service's queues; None while the broker does not answer."""
        if not self.ready:
            return None
        try:
            async with asyncio.timeout(BROKER_ANSWER_SECONDS):
                return await reply(self._topology.depths(self.rabbit))
        except Exception as error:
            log().warning("the broker does not say what lies in the queues", kind=type(error).__name__)
            return None

    def tell(self, metrics: Metrics) -> None:
        """Set the gauges that are known without asking anybody."""
        for each in self._consumers:
            metrics.oldest_in_hand.labels(contract=each.contract).set(each.held_seconds())


def _consumer(
    hears: Hears[Any], aside: Aside, units: Units, failures: Failures, metrics: Metrics, batch_size: int
) -> Consumer:
    transactions = Transactions(hears.contract, hears.handler, units, failures, metrics)
    patience = Patience(hears.contract.wire, transactions, metrics)
    return Consumer(hears.contract, patience, aside, metrics, batch_size)


def _rabbit(service: str, settings: ServiceSettings, undecodable: Undecodable) -> RabbitBroker:
    """Connects, declares, and publishes what is to be tried again or parked."""
    return RabbitBroker(
        settings.broker,
        app_id=service,
        apply_types=False,
        logger=None,
        fail_fast=False,
        reconnect_interval=1.0,
        on_close=[undecodable.connection_closed],
        timeout=10.0,
        graceful_timeout=GRACEFUL_SECONDS,
        default_channel=Channel(publisher_confirms=True, on_return_raises=True),
    )
