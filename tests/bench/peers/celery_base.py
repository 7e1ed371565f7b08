"""What both Celery peers stand on. Each registers its own task, in a process where the other is not imported.

Celery takes one of two tasks of the same name, and which one is chance.
"""

import functools
import os
from typing import Any

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


@functools.cache
def connection() -> Any:
    """One a process, made after the fork."""
    return psycopg.connect(os.environ["BENCH_INVENTORY"], autocommit=True)
