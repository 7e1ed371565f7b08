"""What happens with money from the first day to the last."""

from datetime import date

from shared.cli.demo.chapter import Chapter, Results, Stage
from shared.cli.demo.chapters.donations.bank import Bank
from shared.cli.demo.chapters.donations.figures import money_of


class Donations(Chapter):
    """Money through the winter; nothing of it where the stage has no gifts."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._bank = Bank(stage)

    async def money_moves(self, day: date) -> bool:
        return self.stage.gifts and await self._bank.gifts_come(day)

    async def gather(self) -> Results:
        return await money_of(self.stage) if self.stage.gifts else Results()
