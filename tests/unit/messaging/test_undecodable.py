"""When the queues are looked through for a message that cannot be decoded."""

import asyncio
from typing import Any

import pytest
from aio_pika.exceptions import ConnectionClosed
from aiormq.exceptions import InvalidFrameError

from shared.messaging import undecodable
from shared.messaging.topology import Topology
from shared.observability import Metrics


@pytest.mark.parametrize(
    ("cause", "looks"),
    [
        (InvalidFrameError("a time beyond all"), True),
        (OverflowError(), True),
        (RecursionError(), True),
        (ConnectionClosed(320, "the broker is shutting down"), False),
        (ConnectionResetError(), False),
        (asyncio.CancelledError(), False),
        (None, False),
    ],
    ids=lambda each: type(each).__name__,
)
async def test_only_a_closing_by_what_the_client_read_is_looked_into(
    cause: BaseException | None, looks: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def connect(*_: Any, **__: Any) -> None:
        asked.append(cause)
        raise ConnectionRefusedError

    monkeypatch.setattr(undecodable, "connect", connect)
    looking = undecodable.Undecodable("amqp://nowhere", Topology("inventory", (1,)), Metrics("inventory"))
    await looking.connection_closed(None, cause)
    assert bool(asked) is looks
