"""The outbox relay of the peers, as people write it: every 200 ms, one row after another, each confirmed.

python -m tests.bench.peers.poller celery|plain intake|inventory
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

Send = Callable[[dict[str, Any]], None]


def relay(database: str, send: Send) -> None:
    """Until the process is ended."""
    with psycopg.connect(database) as connection:
        while True:
            rows = connection.execute(FIND, (AT_ONCE,)).fetchall()
            for identity, facts in rows:
                for message in orjson.loads(facts):
                    send(message)
                connection.execute(GONE, (identity,))
            connection.commit()
            if len(rows) < AT_ONCE:
                time.sleep(POLL_SECONDS)


def by_celery(service: str) -> Send:
    from tests.bench.peers.celery_base import ANSWER, IN, OUT, TASK, app

    task, queue = (TASK, IN) if service == "intake" else (ANSWER, OUT)
    return lambda message: app.send_task(task, args=[message], queue=queue)


def by_aio_pika(service: str) -> Send:
    """Publishes on a loop of its own, and waits for each confirm."""
    queue = "bench.inventory" if service == "intake" else "bench.intake"
    loop = asyncio.new_event_loop()
    channel = loop.run_until_complete(_channel())

    def send(message: dict[str, Any]) -> None:
        body = aio_pika.Message(orjson.dumps(message), delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        loop.run_until_complete(channel.default_exchange.publish(body, queue))

    return send


async def _channel() -> aio_pika.abc.AbstractChannel:
    connection = await aio_pika.connect(os.environ["BENCH_BROKER"])
    return await connection.channel(publisher_confirms=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    kind, source = sys.argv[1:]
    relay(os.environ[f"BENCH_{source.upper()}"], (by_celery if kind == "celery" else by_aio_pika)(source))
