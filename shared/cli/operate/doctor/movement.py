"""What is moving: rows in outboxes, messages in queues, work that a service put off. Parked messages do not move."""

import asyncio
import time
from dataclasses import dataclass

import httpx
from sqlalchemy import func, select, text

from shared.cli.operate.journal import database_of
from shared.cli.stack import Stack
from shared.database.tables import outbox

# The management API tells queue lengths that are this old at most; two quiet looks that far apart mean quiet.
STATISTICS_SECONDS = 6.0
LOOK_AGAIN_SECONDS = 0.5
RETRY = ".retry."


@dataclass(frozen=True)
class Movement:
    """How much is on its way: `moving` in outboxes and queues or put off by a service, `retrying` in queues where it
    waits for another try.
    """

    moving: int
    retrying: int


STILL = Movement(0, 0)


async def moving(stack: Stack, client: httpx.AsyncClient) -> Movement:
    """What moves now: outbox rows, what is put off, and messages that wait, are in hand, or wait for another try."""
    rows = await asyncio.gather(*(_outbox_rows(stack, name) for name in stack.services))
    put_off = await asyncio.gather(*(_put_off(client, each.url) for each in stack.services.values()))
    lengths = await queue_lengths(stack)
    retrying = sum(count for name, count in lengths.items() if RETRY in name)
    return Movement(sum(rows) + sum(put_off) + sum(lengths.values()) - retrying, retrying)


async def _put_off(client: httpx.AsyncClient, url: str) -> int:
    """What a service does by itself in a moment; nothing if it does not answer, which is a finding of its own."""
    try:
        answer = (await client.get(f"{url}/status")).raise_for_status()
    except httpx.HTTPError:
        return 0
    return sum(answer.json()["put_off"].values())


async def _outbox_rows(stack: Stack, name: str) -> int:
    async with database_of(stack.services[name]) as database:
        if not await database.scalar(text("SELECT to_regclass('outbox')")):
            return 0
        return int(await database.scalar(select(func.count()).select_from(outbox)) or 0)


async def queue_lengths(stack: Stack) -> dict[str, int]:
    """Messages in each queue but the parked ones, by the management API."""
    async with httpx.AsyncClient(timeout=30, trust_env=False) as client:
        answer = await client.get(f"{stack.broker_admin_url}/api/queues/{stack.vhost}")
        answer.raise_for_status()
    return {
        each["name"]: int(each.get("messages", 0))
        for each in answer.json()
        if not each["name"].endswith(".parked")
    }


async def until_quiet(stack: Stack, client: httpx.AsyncClient, seconds: float) -> Movement:
    """Wait until nothing moves and nothing waits for another try, at most so long; returns what is left."""
    deadline = time.monotonic() + seconds
    # Nobody tells us.
    while (left := await moving(stack, client)) != STILL and time.monotonic() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return left
