"""A TCP proxy that stands between the services and a server, and can cut, stall, slow down and refuse."""

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from enum import Enum

from shared.cli.local.ports import LOOPBACK

CHUNK_BYTES = 65_536
DIAL_SECONDS = 2.0

Address = tuple[str, int]


class Way(Enum):
    """Which way bytes go."""

    TO_SERVER = "to the server"
    TO_CLIENT = "to the client"


class Line:
    """One client's connection through the proxy."""

    def __init__(self, ends: dict[Way, asyncio.StreamWriter]) -> None:
        self.ends = ends
        self.lost = False
        """A lost line carries nothing any more and is not closed either, as when a network drops its packets."""

    def abort(self) -> None:
        """Both ends see the connection reset."""
        for end in self.ends.values():
            end.transport.abort()


Watch = Callable[[Way, bytes, Line], bool]
"""Sees every chunk; False keeps it from being passed on."""


class Proxy:
    """Passes connections on to one of its targets that answers. Each fault is undone by its opposite."""

    def __init__(self, targets: Sequence[Address]) -> None:
        self.targets = list(targets)
        self.delay_seconds = 0.0
        self.watch: Watch | None = None
        self._open = {way: asyncio.Event() for way in Way}
        self._lines: set[Line] = set()
        self._refusing = False
        self._dialled = 0
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def lines(self) -> int:
        """How many connections pass through it now."""
        return len(self._lines)

    async def start(self) -> None:
        for way in Way:
            self._open[way].set()
        self._server = await asyncio.start_server(self._serve, LOOPBACK, 0)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.resume()
        self.cut()
        await self._server.wait_closed()

    def cut(self, share: float = 1.0, rng: random.Random | None = None) -> int:
        """Reset connections, all or a share of them; returns how many."""
        lines = [line for line in self._lines if rng is None or rng.random() < share]
        for line in lines:
            line.abort()
        return len(lines)

    def lose(self) -> int:
        """Every connection open now goes silent for ever, both ways; new ones are not touched. Returns how many."""
        for line in self._lines:
            line.lost = True
        return len(self._lines)

    def stall(self, *ways: Way) -> None:
        """Hold back what goes this way (both if none is named) until `resume`."""
        for way in ways or Way:
            self._open[way].clear()

    def resume(self) -> None:
        for way in Way:
            self._open[way].set()

    def refuse(self, refusing: bool = True) -> None:
        """Close new connections at once, as if nobody listened."""
        self._refusing = refusing

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = None if self._refusing else await self._dial()
        if there is None:
            writer.transport.abort()
            return
        server_reader, server_writer = there
        line = Line({Way.TO_SERVER: server_writer, Way.TO_CLIENT: writer})
        self._lines.add(line)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pass(line, Way.TO_SERVER, reader))
                group.create_task(self._pass(line, Way.TO_CLIENT, server_reader))
        finally:
            self._lines.discard(line)
            line.abort()

    async def _dial(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        # Each connection begins with the next target, so that they spread over a cluster.
        self._dialled += 1
        first = self._dialled % len(self.targets)
        for host, port in self.targets[first:] + self.targets[:first]:
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(DIAL_SECONDS):
                    return await asyncio.open_connection(host, port)
        return None

    async def _pass(self, line: Line, way: Way, reader: asyncio.StreamReader) -> None:
        """Pass bytes on until one end closes; an end that closes closes the other."""
        end = line.ends[way]
        with suppress(OSError):
            while (chunk := await reader.read(CHUNK_BYTES)) and not end.is_closing():
                await self._open[way].wait()
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                if line.lost or (self.watch is not None and not self.watch(way, chunk, line)):
                    continue
                end.write(chunk)
                await end.drain()
        if line.lost:
            return
        other = line.ends[Way.TO_CLIENT if way is Way.TO_SERVER else Way.TO_SERVER]
        for each in (end, other):
            with suppress(OSError):
                each.close()
