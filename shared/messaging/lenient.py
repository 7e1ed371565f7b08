"""Reads whatever lies on the broker.

The client decodes the properties of a message while it reads the frame. When it cannot (a time after the year 9999, a
text that is not UTF-8, a table in a table in a table), it gives up the whole connection. `LenientConnection` looks at
each such frame first, and puts in its place one that says only that it could not be read. Looking costs as much as
decoding, so the consumers do without: `undecodable.py` and the operator's commands use it.

Other properties are decoded later, when the client makes the message that it hands over (a delivery mode of 7, which
RabbitMQ 4 lets through). When it cannot do that, it logs an error and hands over nothing. `incoming` makes a message of
everything.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import aio_pika
from aio_pika import IncomingMessage
from aiormq.abc import AbstractChannel, DeliveredMessage
from aiormq.connection import TCPTransportFactory
from pamqp.commands import Basic
from pamqp.constants import FRAME_HEADER
from pamqp.frame import frame_parts, marshal
from pamqp.header import ContentHeader
from yarl import URL

UNDECODABLE = "x-relief-undecodable"
"""The only header of a message whose properties cannot be decoded: the kind of error."""

LONGEST_KIND = 40

FRAME_START = 7
"""Bytes of a frame before its payload: type, channel, size. One more byte comes after the payload."""
BODY_SIZE = slice(4, 12)
"""Where in the payload of a content header the size of the body stands, in big-endian order."""


class LenientConnection(aio_pika.Connection):
    """`connect(url, connection_class=LenientConnection)`; its messages may carry UNDECODABLE."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kwargs["transport_factory"] = _Transport()


class _Transport(TCPTransportFactory):
    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await super().create(url, **kwargs)
        return _Reader(reader), writer


class _Reader(asyncio.StreamReader):
    """Gives out a frame at a time, in the pieces in which the client asks for it."""

    def __init__(self, source: asyncio.StreamReader) -> None:
        super().__init__()
        self._source = source
        self._left = b""

    def at_eof(self) -> bool:
        return not self._left and self._source.at_eof()

    async def readexactly(self, n: int) -> bytes:
        if not self._left:
            self._left = await _next_frame(self._source)
        taken, self._left = self._left[:n], self._left[n:]
        return taken


async def _next_frame(source: asyncio.StreamReader) -> bytes:
    start = await source.readexactly(FRAME_START)
    kind, channel, size = frame_parts(start)
    if kind is None or channel is None or size is None:
        return start
    rest = await source.readexactly(size + 1)
    if kind == FRAME_HEADER and (why := why_undecodable(rest[:-1])):
        body_size = int.from_bytes(rest[BODY_SIZE], "big")
        properties = Basic.Properties(headers={UNDECODABLE: why})
        return marshal(ContentHeader(body_size=body_size, properties=properties), channel)
    return start + rest


def incoming(message: DeliveredMessage) -> IncomingMessage:
    """The message as the client would hand it over, or with UNDECODABLE in place of all properties."""
    try:
        return IncomingMessage(message)
    except Exception as error:
        properties = Basic.Properties(headers={UNDECODABLE: type(error).__name__})
        header = ContentHeader(body_size=len(message.body), properties=properties)
        return IncomingMessage(replace(message, header=header))


def undecodable(headers: Mapping[str, Any]) -> str:
    """The reason for which a message with these headers is parked; empty if it could be decoded."""
    kind = headers.get(UNDECODABLE)
    if kind is None:
        return ""
    # Somebody may have sent the header, and what he wrote is not to be repeated.
    told = kind if isinstance(kind, str) and kind.isidentifier() and len(kind) <= LONGEST_KIND else "unknown"
    return f"its properties cannot be decoded ({told})"


def why_undecodable(payload: bytes) -> str:
    """The kind of error with which the client fails on this content header; empty if it can read it."""
    try:
        header = ContentHeader()
        header.unmarshal(payload)
        nowhere = cast(AbstractChannel, None)
        IncomingMessage(DeliveredMessage(Basic.GetOk(), header, b"", nowhere))
    except Exception as error:
        return type(error).__name__
    return ""
