"""Peer 2, plain FastStream: one message, one transaction, acknowledged after the commit."""

import asyncio
import os
from typing import Any

import orjson
import psycopg
from faststream import FastStream
from faststream.middlewares import AckPolicy
from faststream.rabbit import Channel, RabbitBroker, RabbitMessage, RabbitQueue
from faststream.rabbit.schemas import QueueType

from tests.bench.peers.job import reserve_async

IN, OUT = "bench.inventory", "bench.intake"
CONNECTIONS = 8

broker = RabbitBroker(os.environ.get("BENCH_BROKER", "amqp://"), logger=None)
connections: asyncio.Queue[Any] = asyncio.Queue()
queue = RabbitQueue(IN, queue_type=QueueType.QUORUM, durable=True)


@broker.subscriber(queue, channel=Channel(prefetch_count=50), ack_policy=AckPolicy.REJECT_ON_ERROR)
async def register(message: RabbitMessage) -> None:
    """Reserve what one household needs."""
    connection = await connections.get()
    try:
        await reserve_async(connection, orjson.loads(message.body))
    finally:
        connections.put_nowait(connection)


async def main() -> None:
    app = FastStream(broker, logger=None)

    @app.on_startup
    async def connect() -> None:
        for _ in range(CONNECTIONS):
            made = await psycopg.AsyncConnection.connect(os.environ["BENCH_INVENTORY"], autocommit=True)
            connections.put_nowait(made)

    await app.run()


if __name__ == "__main__":
    asyncio.run(main())
