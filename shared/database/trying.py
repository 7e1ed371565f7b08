"""Work in a unit of its own that was in somebody else's way is done once more."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.database.errors import is_conflict

T = TypeVar("T")
TRIES = 5
"""So often work is done that is in the way of somebody else each time."""


async def tried(work: Callable[[], Awaitable[T]], passing: Callable[[Exception], bool] = is_conflict) -> T:
    """What the work comes to. An error that is `passing` has it done from the beginning; the last try's is raised."""
    for _ in range(TRIES - 1):
        try:
            return await work()
        except Exception as error:
            if not passing(error):
                raise
    return await work()
