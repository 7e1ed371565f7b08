"""Questions that may never get an answer, because the database or the broker fell silent."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
"""Whoever asks gets an answer within 3 s, so that monitoring and people see which part is silent."""


class Look(Generic[T]):
    """One question, asked once at a time: those who come while it is under way wait for the same answer.

    A question without an answer is left alone until its connection is given up. To cancel it would take as long, since
    the client first asks the silent server to stop.
    """

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, T]]) -> None:
        self._ask = ask
        self._under_way: asyncio.Task[T] | None = None

    async def within(self, seconds: float = PATIENCE_SECONDS) -> T:
        """The answer, or the error that the question ended with. Raises TimeoutError if it takes longer."""
        task = self._under_way
        if task is None or task.done():
            self._under_way = task = asyncio.create_task(self._ask())
            task.add_done_callback(_looked_at)
        await asyncio.wait([task], timeout=seconds)
        if not task.done():
            raise TimeoutError
        return task.result()

    def give_up(self) -> None:
        """Leave the question that is under way, when the service stops."""
        if self._under_way is not None:
            self._under_way.cancel()


def _looked_at(task: asyncio.Task[Any]) -> None:
    """An error that nobody waits for any more is no news: the next who asks gets the next one."""
    if not task.cancelled():
        task.exception()
