"""What both Celery peers stand on. Each registers its own task, in a process where the other is not imported.

Celery takes one of two tasks of the same name, and which one is chance.
"""

import functools
import os
from typing import Any

import aio_pika
import orjson
import psycopg
from celery import Celery
from kombu import Queue

IN, OUT = "bench.inventory", "bench.intake"
TASK, ANSWER = "register", "note"

app = Celery("inventory", broker=os.environ.get("BENCH_BROKER", "memory://"))
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_default_queue=IN,
    task_queues=[Queue(name, queue_arguments={"x-queue-type": "quorum"}) for name in (IN, OUT)],
    task_create_missing_queue_type="quorum",
    worker_hijack_root_logger=False,
    broker_transport_options={"confirm_publish": True},
    broker_connection_retry_on_startup=True,
)


def as_task(name: str, identity: str, message: Any) -> aio_pika.Message:
    """What `send_task` would publish."""
    made: Any = app.amqp.as_task_v2(identity, name, args=[message])
    return aio_pika.Message(
        orjson.dumps(made.body),
        headers={name: value for name, value in made.headers.items() if value is not None},
        content_type="application/json",
        content_encoding="utf-8",
        correlation_id=made.properties["correlation_id"],
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


@functools.cache
def connection() -> Any:
    """One a process, made after the fork."""
    return psycopg.connect(os.environ["BENCH_INVENTORY"], autocommit=True)
