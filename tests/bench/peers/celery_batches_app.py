"""Peer 3, Celery with celery-batches: up to 100 tasks in one transaction of set-based SQL."""

import functools
import os
from typing import Any

import psycopg
from celery_batches import Batches

from tests.bench.peers.batch import reserve_many
from tests.bench.peers.celery_app import TASK, app

# Two processes, each with a batch under way and the next one waiting.
app.conf.worker_prefetch_multiplier = 200


@functools.cache
def connection() -> Any:
    """One a process, made after the fork."""
    return psycopg.connect(os.environ["BENCH_INVENTORY"], autocommit=True)


def register_many(requests: list[Any]) -> None:
    """Reserve what many households need."""
    reserve_many(connection(), [request.args[0] for request in requests])


app.task(register_many, name=TASK, base=Batches, flush_every=100, flush_interval=0.05)
