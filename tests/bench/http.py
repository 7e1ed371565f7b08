"""A client that costs little beside the service it loads: requests made before, a few connections."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import cast
from uuid import uuid4

import orjson

from tests.bench.facts import FIRST_DAY, REGION

CONNECTIONS = 8
TIMEOUT_SECONDS = 120
_BODY = {
    "region": REGION,
    "arrived_on": FIRST_DAY.isoformat(),
    "needs": ["kit"],
    "members": [{"given_name": "Example", "family_name": "Example", "birth_date": "1970-05-17", "size": "M"}],
}


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last one is whole."""

    def __init__(self, requests: Iterator[bytes], statuses: list[int]) -> None:
        self._requests = requests
        self._statuses = statuses
        self._buffer = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        if not blank:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) >= length:
            self._statuses.append(int(head[9:12]))
            self._buffer = b""
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("the service closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)


async def load(
    port: int,
    requests: Sequence[bytes],
    connections: int = CONNECTIONS,
    seconds: float = TIMEOUT_SECONDS,
) -> tuple[float, list[int]]:
    """Send all requests over some connections; returns answers a second and the status of each.

    TimeoutError if they are not all answered in so many seconds.
    """
    statuses: list[int] = []
    waiting = iter(requests)
    loop, since = asyncio.get_running_loop(), time.monotonic()
    made = [
        await loop.create_connection(lambda: _Connection(waiting, statuses), "127.0.0.1", port)
        for _ in range(connections)
    ]
    async with asyncio.timeout(max(seconds, TIMEOUT_SECONDS)):
        await asyncio.gather(*(protocol.done for _, protocol in made))
    return len(statuses) / (time.monotonic() - since), statuses


def registering(count: int) -> list[bytes]:
    """Requests that each take a household in."""
    body = orjson.dumps(_BODY)
    head = (
        "POST /api/households HTTP/1.1\r\nHost: localhost\r\nX-Relief: 1\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nIdempotency-Key: "
    )
    return [f"{head}{uuid4()}\r\n\r\n".encode() + body for _ in range(count)]


def asking(path: str, count: int) -> list[bytes]:
    return [f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()] * count
