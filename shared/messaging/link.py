"""A service's connection to the others: brokers, relay and consumers, started and stopped together."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

from aio_pika.exceptions import AMQPError
from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker
from faststream.rabbit.prometheus import RabbitPrometheusMiddleware
from faststream_outbox import OutboxBroker
from faststream_outbox.metrics.prometheus import PrometheusRecorder
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts import heard_by, said_by
from shared.contracts.base import Contract
from shared.database.tables import outbox
from shared.messaging.consumer import Consumer, Hears
from shared.messaging.failures import Failures, reply
from shared.messaging.relay import Relay
from shared.messaging.topology import Topology, facts_of
from shared.messaging.undecodable import Undecodable
from shared.messaging.unit import Units
from shared.observability import Metrics, log
from shared.principals import service_principal
from shared.settings import ServiceSettings

# Without it messages in hand are dropped at a stop; they would come again, but a stop is to finish what it began.
GRACEFUL_SECONDS = 10.0
BROKER_ANSWER_SECONDS = 2.0


class Link:
    """Owns the outbox broker, the RabbitMQ broker and the consumers of one service."""

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
        self._settings = settings
        self._topology = Topology(service, settings.retry_delays_seconds)
        self._metrics = metrics
        self._tasks: list[asyncio.Task[None]] = []
        recorder = PrometheusRecorder(registry=metrics.registry, app_name=service)
        self.outbox = OutboxBroker(
            engine, outbox_table=outbox, apply_types=False, logger=None, metrics_recorder=recorder
        )
        self.units = Units(engine, self.outbox, service_principal(service))
        self.rabbit = self._rabbit(service)
        Relay(self.rabbit, metrics).attach(self.outbox, settings.relay_workers)
        self._queues = [self._topology.queue(each.contract) for each in handlers]
        self._consumers = [self._consumer(each) for each in handlers]
        self.ready = False

    def _rabbit(self, service: str) -> RabbitBroker:
        broker = RabbitBroker(
            self._settings.broker,
            app_id=service,
            apply_types=False,
            logger=None,
            fail_fast=False,
            reconnect_interval=1.0,
            on_close=[Undecodable(self._settings.broker, self._topology, self._metrics).connection_closed],
            timeout=10.0,
            graceful_timeout=GRACEFUL_SECONDS,
            default_channel=Channel(publisher_confirms=True, on_return_raises=True),
            middlewares=[RabbitPrometheusMiddleware(registry=self._metrics.registry, app_name=service)],
            specification_url="amqp://broker",
            description=f"What {service} hears and says.",
        )
        for contract in said_by(service):
            broker.publisher(
                routing_key=contract.wire,
                exchange=facts_of(service),
                persist=True,
                schema=contract,
                title=contract.__name__,
                description=contract.__doc__,
            )
        return broker

    def _consumer(self, hears: Hears[Any]) -> Consumer:
        queue = self._topology.queue(hears.contract)
        failures = Failures(self.rabbit, self._topology, self._metrics)
        consumer = Consumer(hears, queue.name, self.units, failures, self._metrics, self._settings.batch_size)
        channel = Channel(prefetch_count=2 * self._settings.batch_size)

        subscriber = self.rabbit.subscriber(
            queue,
            facts_of(hears.contract.publisher()),
            channel=channel,
            ack_policy=AckPolicy.MANUAL,
            title=hears.contract.__name__,
            description=hears.contract.__doc__,
        )
        subscriber(_documented(hears.contract))
        # The library's pipeline for each message costs more than handling it in a batch does.
        subscriber.consume = consumer.take  # type: ignore[method-assign,assignment]
        return consumer

    async def start(self) -> None:
        """Connect, however long the broker takes, then consume and publish. Cancel it to give up."""
        while True:
            try:
                await reply(self._begin())
                self.ready = True
                return
            except Exception as error:
                # What the broker says names queues and users, never a person.
                said = str(error) if isinstance(error, AMQPError) else ""
                log().warning("the broker is not ready", kind=type(error).__name__, said=said)
                await self._end_consumers()
                with suppress(Exception):
                    # What is half begun cannot always be ended; it begins anew all the same.
                    await self.rabbit.stop()
                await asyncio.sleep(1.0)

    async def _begin(self) -> None:
        await self.rabbit.connect()
        await self._topology.declare(self.rabbit)
        self._tasks = [asyncio.create_task(each.run()) for each in self._consumers]
        await self.rabbit.start()
        for queue in self._queues:
            # The client binds anew only what it was asked to bind: a queue that is deleted by hand comes back whole.
            declared = await self.rabbit.declare_queue(queue)
            for exchange, name, key in self._topology.bindings():
                if name == queue.name:
                    await declared.bind(exchange, key)
        await self.outbox.start()

    async def stop(self) -> None:
        """Take no more messages, finish and acknowledge those in hand, then leave."""
        self.ready = False
        await self.outbox.stop()
        await self._finish()
        await self.rabbit.stop()
        await self._end_consumers()

    async def _finish(self) -> None:
        """No message comes any more, and those here are worked off; what takes too long comes again elsewhere."""
        with suppress(TimeoutError, AMQPError, ConnectionError):
            async with asyncio.timeout(GRACEFUL_SECONDS):
                await asyncio.gather(*(each.stop() for each in self.rabbit.subscribers))
                await asyncio.gather(*(each.finish() for each in self._consumers))

    async def _end_consumers(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def alive(self) -> bool:
        """Connected, with every consumer and relay worker running."""
        if not self.ready or any(task.done() for task in self._tasks):
            return False
        with suppress(ConnectionResetError):
            return await reply(self.rabbit.ping(timeout=2.0)) and await self.outbox.ping(timeout=5.0)
        return False

    async def parked(self) -> dict[str, int] | None:
        """How many messages wait for an operator, by contract; None while the broker does not answer."""
        if not self.ready:
            return None
        try:
            async with asyncio.timeout(BROKER_ANSWER_SECONDS):
                return await reply(self._topology.count_parked(self.rabbit))
        except Exception as error:
            log().warning("the broker does not say what is parked", kind=type(error).__name__)
            return None


def _documented(contract: type[Contract]) -> Callable[[Any], Awaitable[None]]:
    """Only tells AsyncAPI what a message holds."""

    async def take(message: Any) -> None:
        raise NotImplementedError("messages go to the consumer")

    take.__annotations__ = {"message": contract, "return": None}
    return take
