"""What is asked at the same time is done in one unit, and each is answered once that unit has committed.

    taking = Gathered(take, actor)                      # take(unit, notices) gives an answer for each
    answer = await taking.ask(units, notice)

While one unit is under way, the next ones gather. So what comes alone is done at once, and of what comes in hundreds
one commit serves many. Nothing waits for a clock.

A unit that fails is halved until the one to blame stands alone (decision 3): that one gets the error, and no other.
While the database is away none is to blame: all that were in the unit get the error at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, TypeVar

from shared.database.errors import is_outage
from shared.database.trying import tried
from shared.messaging.unit import Unit, Units
from shared.principals import Principal

A = TypeVar("A")
B = TypeVar("B")
MOST = 100
"""So many are done in one unit."""


@dataclass(frozen=True)
class _Asked(Generic[A, B]):
    """Something that somebody waits for."""

    what: A
    answer: "asyncio.Future[B]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Gathered(Generic[A, B]):
    """Does work of one kind for one process, some at a time."""

    def __init__(
        self, work: Callable[[Unit, Sequence[A]], Awaitable[Sequence[B]]], actor: Principal, most: int = MOST
    ) -> None:
        """`work` gives an answer for each that was asked, in the same order. What it raises undoes its unit."""
        self._work = work
        self._actor = actor
        self._most = most
        self._waiting: list[_Asked[A, B]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, units: Units, what: A) -> B:
        """The answer, once it is committed. Raises what the work raised, or an error of the database."""
        asked = _Asked[A, B](what)
        self._waiting.append(asked)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work_off(units))
        return await asked.answer

    async def _work_off(self, units: Units) -> None:
        """Until nothing waits any more."""
        while self._waiting:
            batch, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
            try:
                await self._do(units, batch)
            finally:
                for each in batch:
                    # Only if this task is cancelled is one left without its answer.
                    each.answer.cancel()

    async def _do(self, units: Units, batch: Sequence[_Asked[A, B]]) -> None:
        try:
            answers = await tried(partial(self._in_unit, units, [each.what for each in batch]))
        except Exception as error:
            await self._blame(units, batch, error)
            return
        for each, answer in zip(batch, answers, strict=True):
            # Who does not wait any more has cancelled it.
            if not each.answer.done():
                each.answer.set_result(answer)

    async def _in_unit(self, units: Units, batch: Sequence[A]) -> Sequence[B]:
        async with units.open(actor=self._actor) as unit:
            return await self._work(unit, batch)

    async def _blame(self, units: Units, batch: Sequence[_Asked[A, B]], error: Exception) -> None:
        """Halve until the one to blame stands alone. A database that answers others found the unit too much."""
        if len(batch) > 1 and not (is_outage(error) and not await units.answer()):
            middle = len(batch) // 2
            await self._do(units, batch[:middle])
            await self._do(units, batch[middle:])
            return
        for each in batch:
            if not each.answer.done():
                each.answer.set_exception(error)
