"""Canaries: words that nobody else uses, each planted in one place, and the look for them in all others."""

import json
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage
from sqlalchemy import text

from shared.observability import _without_values
from tests.support.world import World

NOWHERE = "nowhere"


@dataclass
class Canaries:
    """Each canary's home: the one column that may hold it, like `intake identity.given`, or NOWHERE."""

    homes: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *words: str) -> "Canaries":
        """Words that may be kept nowhere."""
        return cls(dict.fromkeys(words, NOWHERE))

    def plant(self, home: str = NOWHERE, form: str = "Zeisig-{:03}") -> str:
        """New words that may be kept in this one place; a mail or a number has a form of its own."""
        canary = form.format(len(self.homes))
        self.homes[canary] = home
        return canary

    def add(self, words: Iterable[str], home: str = NOWHERE) -> None:
        """Words that are there anyway."""
        self.homes.update(dict.fromkeys(words, home))

    def within(self, text: str) -> set[str]:
        return {canary for canary in self.homes if canary.lower() in text.lower()}

    def assert_none(self, where: str, texts: Iterable[str]) -> None:
        found = {canary: self.homes[canary] for each in texts for canary in self.within(each)}
        assert not found, f"{where} holds what should be in: {found}"

    async def assert_at_home(self, world: World, service: str) -> None:
        """No column of the service's database holds a canary but its home, and each that lives here is there."""
        places: dict[str, set[str]] = defaultdict(set)
        for column, values in (await columns_of(world, service)).items():
            for canary in self.within("\n".join(values)):
                places[canary].add(f"{service} {column}")
        mine = {canary: {home} for canary, home in self.homes.items() if home.startswith(f"{service} ")}
        wrong = {
            canary: (where, self.homes[canary])
            for canary, where in places.items()
            if where != mine.get(canary)
        }
        assert not wrong, f"canary: (where it was found, where it may be): {wrong}"
        assert not mine.keys() - places.keys(), f"not found at all: {mine.keys() - places.keys()}"


async def columns_of(world: World, service: str) -> dict[str, list[str]]:
    """Every value of a service's database as text, by `table.column`."""
    tables = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    found: dict[str, list[str]] = defaultdict(list)
    async with world.driver(service).service.units.read() as session:
        for table in await session.scalars(tables):
            rows = await session.scalars(text(f'SELECT to_jsonb(t) FROM "{table}" t'))  # noqa: S608, a table's name
            for row in rows:
                for column, value in row.items():
                    found[f"{table}.{column}"].append(_readable(value))
    assert "day.processed" in found
    return found


def _readable(value: Any) -> str:
    """What a value says; bytes are shown in hexadecimal digits, in which nobody would see a name."""
    if isinstance(value, str) and value.startswith("\\x"):
        return bytes.fromhex(value[2:]).decode(errors="replace")
    return json.dumps(value, ensure_ascii=False)


@asynccontextmanager
async def overheard(world: World) -> AsyncIterator[list[str]]:
    """All that is published from now on to any exchange: headers, properties and bodies."""
    wire: list[str] = []

    async def keep(message: AbstractIncomingMessage) -> None:
        wire.append(f"{message.headers} {message.properties} {message.body.decode(errors='replace')}")

    async with world.broker() as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for exchange in world.servers.exchanges(world.vhost):
            await queue.bind(exchange, "#")
        await queue.consume(keep, no_ack=True)
        yield wire


class Kept(logging.Handler):
    """Everything that is logged, as it would be written."""

    def __init__(self) -> None:
        super().__init__()
        chain: Any = [structlog.processors.dict_tracebacks, _without_values]
        renderer = structlog.processors.JSONRenderer()
        self.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=chain, processor=renderer))
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def __enter__(self) -> "Kept":
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
