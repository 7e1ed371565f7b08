"""The days of the winter: what is due comes, people fetch, the day turns."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.cli.demo.chapter import Chapter, Stage
from shared.cli.demo.settle import Quiet, until
from shared.cli.operate.clock import turn
from shared.contracts import SERVICES, talking

SETTLE_SECONDS = 300.0


@dataclass(frozen=True)
class Winter:
    """The days of a stage, lived through with all chapters."""

    stage: Stage
    chapters: Sequence[Chapter]

    async def live(self, turned: Callable[[], None]) -> None:
        """Live through all days; `turned` is called after each. Days lived before are only read again.

        Services that say and hear nothing have no rules by date, and are turned along at each step.
        """
        stage, by_date = self.stage, talking()
        for day in days(stage.first, stage.last):
            if day > stage.today:
                await turn(stage.services, day, by_date)
                stage.today = day
            came = day > stage.first and any([await each.goods_come(day) for each in self.chapters])
            if day == stage.today and (came or day == stage.first or stage.plan.fetches_on(day)):
                await turn(stage.services, day, [name for name in SERVICES if name not in by_date])
                for each in self.chapters:
                    await each.people_fetch()
            if day == stage.today:
                await self._move_money(day)
                await self._act(day)
            if day == stage.evening:
                for each in self.chapters:
                    await each.winter_ends()
            turned()
        await turn(stage.services, stage.today)
        await self.settle()

    async def _move_money(self, day: date) -> None:
        """What is given today is known to all before anything is ordered, and an order before the next day begins."""
        if any([await each.money_moves(day) for each in self.chapters]):
            await self.settle()
            for each in self.chapters:
                await each.order_goods()
            await self.settle()

    async def _act(self, day: date) -> None:
        """What is done today is known to all before the next day begins."""
        if any([await each.people_act(day) for each in self.chapters]):
            await self.settle()

    async def settle(self) -> None:
        """Wait until the services have nothing more to tell each other. Trouble if that takes too long."""
        await until(Quiet(self.stage.services, self.chapters), SETTLE_SECONDS)


def days(first: date, last: date) -> Iterator[date]:
    """Each day, both ends included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
