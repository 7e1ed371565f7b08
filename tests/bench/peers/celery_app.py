"""Peer 1, Celery as people write it: acknowledged late, two processes, one task one transaction."""

from typing import Any

from tests.bench.peers.celery_base import TASK, app, connection
from tests.bench.peers.job import reserve


def register(message: dict[str, Any]) -> None:
    """Reserve what one household needs."""
    reserve(connection(), message)


app.task(register, name=TASK)
