"""What a chapter does on some days, counted from the first one."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

from shared.cli.demo.chapter import Stage, key

Step = Callable[[], Awaitable[None]]


class Steps:
    """Steps by the number of days after the stage's first one.

    A day on which the demo was broken off is done again: each step asks under its key for what it asked the first time.
    """

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.services = stage.services
        self.steps: Mapping[int, Step] = {}

    async def goes_on(self, day: date) -> bool:
        """What is done on a day; whether anything was."""
        step = self.steps.get((day - self.stage.first).days)
        if step is not None:
            await step()
        return step is not None

    def day(self, number: int) -> date:
        """The day so many days after the first one."""
        return self.stage.first + timedelta(days=number)

    async def post(self, service: str, path: str, what: str, body: Any) -> Any:
        """Ask once for something: `what` names it among all that the plan has."""
        return await self.services.post(service, path, body, key(self.stage.plan, what, body))

    async def all_of(self, service: str, path: str, **query: Any) -> list[dict[str, Any]]:
        """A whole list."""
        return [each async for each in self.services.each(service, path, **query)]
