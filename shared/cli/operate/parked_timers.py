"""Timers that failed too often: looking at them, putting them back to work, giving them up.

They lie in their service's own database, as rows, and are named like messages: the queue is `timer:NAME`, the id is the
timer's key. Two services may have a timer of one name: a key that both have means both.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.cli.operate.journal import database_of
from shared.cli.stack import Stack
from shared.database.tables import discard, timer

TIMER = "timer:"


@dataclass(frozen=True)
class ParkedTimer:
    """One timer that waits for an operator."""

    service: str
    queue: str
    key: str
    payload: Mapping[str, Any]
    due: str
    tries: int
    reason: str
    parked_at: datetime

    @property
    def body(self) -> bytes:
        return orjson.dumps(self.payload)

    @property
    def digest(self) -> bytes:
        """16 bytes, another each time that it is parked: the same key may be given up again and again."""
        said = b"\0".join((self.queue.encode(), self.parked_at.isoformat().encode(), self.body))
        return hashlib.blake2b(said, digest_size=16).digest()


def is_timer(queue: str) -> bool:
    return queue.startswith(TIMER)


async def parked_in(stack: Stack, service: str) -> list[ParkedTimer]:
    """What is parked in one service, the longest first."""
    async with database_of(stack.services[service]) as database:
        return [each async for each in _rows(database, service, timer.c.parked_at.is_not(None))]


async def _rows(
    database: AsyncConnection, service: str, which: ColumnElement[bool]
) -> AsyncIterator[ParkedTimer]:
    for row in await database.execute(select(timer).where(which).order_by(timer.c.parked_at, timer.c.key)):
        yield ParkedTimer(
            service=service,
            queue=f"{TIMER}{row.name}",
            key=row.key,
            payload=row.payload,
            due=str(row.due_at or row.due_on),
            tries=row.tries,
            reason=row.reason,
            parked_at=row.parked_at,
        )


def _named(queue: str, key: str | None) -> ColumnElement[bool]:
    mine = (timer.c.name == queue.removeprefix(TIMER)) & timer.c.parked_at.is_not(None)
    return mine if key is None else mine & (timer.c.key == key)


async def replay(stack: Stack, queue: str, key: str | None) -> int:
    """Have a parked timer, or all of this name (None), done as if it had never failed; how many."""
    count = 0
    again = (
        update(timer)
        .where(_named(queue, key))
        .values(parked_at=None, tries=0, reason="", ready_at=func.now())
    )
    for service in stack.services.values():
        async with database_of(service) as database:
            count += (await database.execute(again)).rowcount
            await database.commit()
    return count


async def give_up(stack: Stack, queue: str, key: str, reason: str, by: str) -> int:
    """Take a parked timer away for good, after a line in the `discard` table of its service; how many."""
    count = 0
    for name, service in stack.services.items():
        async with database_of(service) as database:
            for each in [each async for each in _rows(database, name, _named(queue, key))]:
                line = {"message_id": key, "digest": each.digest, "contract": queue, "subject": ""}
                await database.execute(insert(discard).values(**line, reason=reason, discarded_by=by))
                await database.execute(delete(timer).where(_named(queue, key)))
                count += 1
            await database.commit()
    return count
