"""Peer 3, Celery with celery-batches: up to 100 tasks in one transaction of set-based SQL."""

from typing import Any

from celery_batches import Batches

from tests.bench.peers.batch import reserve_many
from tests.bench.peers.celery_base import TASK, app, connection

# Two processes, each with a batch under way and the next one waiting.
app.conf.worker_prefetch_multiplier = 200


def register_many(requests: list[Any]) -> None:
    """Reserve what many households need."""
    reserve_many(connection(), [request.args[0] for request in requests])


app.task(register_many, name=TASK, base=Batches, flush_every=100, flush_interval=0.05)
