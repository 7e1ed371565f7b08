"""Waiting for a condition with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

DEADLINE_SECONDS = 30.0
POLL_SECONDS = 0.03


async def until(
    look: Callable[[], Awaitable[T]],
    enough: Callable[[T], Any],
    seconds: float = DEADLINE_SECONDS,
    every: float = POLL_SECONDS,
) -> T:
    """Look until it is enough; after the deadline an AssertionError that tells what was seen last."""
    deadline = time.monotonic() + seconds
    while not enough(seen := await look()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s; seen last: {str(seen)[:2000]}"
        await asyncio.sleep(every)
    return seen
