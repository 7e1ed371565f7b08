"""What changes seldom and is read by every unit, kept in memory: a catalogue, say.

    catalogue = await unit.recall("catalogue", load_catalogue)

Whoever changes it opens the unit with `alone=True` and calls `await unit.renew()`. Then no unit of any process is under
way while it changes, and each unit that begins afterwards learns of the new edition together with the day it holds. So
nobody works by what was true before, and nothing is asked that was not asked already.

An edition is a random number. If it were counted, a database that is restored under running processes would count on
from an earlier number, and come to one under which a process keeps something else.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncSession

T = TypeVar("T")
Load = Callable[[AsyncSession], Awaitable[T]]


class Memory:
    """What one process keeps. A value that is kept must not be changed by whoever recalls it."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[int, object]] = {}

    async def recall(self, name: str, edition: int | None, load: Load[T], session: AsyncSession) -> T:
        """The value of this edition; it is loaded if another is kept. With None it is loaded, and not kept."""
        kept, value = self._kept.get(name, (None, None))
        if edition is not None and kept == edition:
            return cast(T, value)
        loaded = await load(session)
        if edition is not None:
            self._kept[name] = (edition, loaded)
        return loaded
