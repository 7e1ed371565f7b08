"""The outbox relay of the peers, as people write it: every 200 ms, one row after another, each confirmed.

python -m tests.bench.peers.poller celery|batching|plain intake|inventory

`batching` sends Celery's tasks as somebody would who knows what that costs: all of a look together, then all confirms.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any

import aio_pika
import orjson
import psycopg

POLL_SECONDS = 0.2
AT_ONCE = 100
FIND = "SELECT id, facts FROM outbox ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
GONE = "DELETE FROM outbox WHERE id = %s"

Send = Callable[[list[dict[str, Any]]], None]
"""Sends the messages of one look at the outbox; returns when the broker has all of them."""


def relay(database: str, send: Send) -> None:
    """Until the process is ended."""
    with psycopg.connect(database) as connection:
        while True:
            rows = connection.execute(FIND, (AT_ONCE,)).fetchall()
            send([message for _, facts in rows for message in orjson.loads(facts)])
            for identity, _ in rows:
                connection.execute(GONE, (identity,))
            connection.commit()
            if len(rows) < AT_ONCE:
                time.sleep(POLL_SECONDS)


def by_celery(service: str) -> Send:
    from tests.bench.peers.celery_base import ANSWER, IN, OUT, TASK, app

    task, queue = (TASK, IN) if service == "intake" else (ANSWER, OUT)

    def send(messages: list[dict[str, Any]]) -> None:
        for message in messages:
            app.send_task(task, args=[message], queue=queue)

    return send


def by_batching(service: str) -> Send:
    """Celery's own messages, all of a look at once."""
    from tests.bench.peers.celery_base import ANSWER, TASK, as_task

    task = TASK if service == "intake" else ANSWER
    return _together(service, lambda message: as_task(task, str(message["id"]), message))


def by_aio_pika(service: str) -> Send:
    """One message after another, each confirmed."""
    together = _together(service, _plain)

    def send(messages: list[dict[str, Any]]) -> None:
        for message in messages:
            together([message])

    return send


def _plain(message: dict[str, Any]) -> aio_pika.Message:
    return aio_pika.Message(orjson.dumps(message), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)


def _together(service: str, made: Callable[[dict[str, Any]], aio_pika.Message]) -> Send:
    """Publishes on a loop of its own, and waits for all confirms."""
    queue = "bench.inventory" if service == "intake" else "bench.intake"
    loop = asyncio.new_event_loop()
    channel = loop.run_until_complete(_channel())

    async def publish(messages: list[aio_pika.Message]) -> None:
        await asyncio.gather(*(channel.default_exchange.publish(each, queue) for each in messages))

    return lambda messages: loop.run_until_complete(publish([made(each) for each in messages]))


WAYS = {"celery": by_celery, "batching": by_batching, "plain": by_aio_pika}


async def _channel() -> aio_pika.abc.AbstractChannel:
    connection = await aio_pika.connect(os.environ["BENCH_BROKER"])
    return await connection.channel(publisher_confirms=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kind, source = sys.argv[1:]
    relay(os.environ[f"BENCH_{source.upper()}"], WAYS[kind](source))
