"""What happens with money from the first day to the last."""

from datetime import date

from shared.cli.demo.chapter import Chapter, Results, Stage
from shared.cli.demo.chapters.donations.asking import Asking
from shared.cli.demo.chapters.donations.bank import Bank
from shared.cli.demo.chapters.donations.collected import Collected
from shared.cli.demo.chapters.donations.figures import money_of
from shared.cli.demo.chapters.donations.giving import Giving


class Donations(Chapter):
    """Money through the winter; nothing of it where the stage has no gifts.

    Without a PayPal there are gifts by bank alone, and nobody asks for money that would come from monthly gifts.
    """

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._bank = Bank(stage)
        self._giving = Giving(stage)
        self._collected = Collected(stage, stage.paypal) if stage.paypal else None
        self._asking = Asking(stage) if stage.paypal else None

    async def first_day(self) -> None:
        if self.stage.gifts and self._collected and self.stage.today == self.stage.first:
            await self._collected.register()

    async def money_moves(self, day: date) -> bool:
        """Money comes before it is asked for and paid."""
        if not self.stage.gifts:
            return False
        came = self._collected is not None and await self._collected.arrives(day)
        given = [await self._bank.gifts_come(day), await self._giving.goes_on(day)]
        asked = self._asking is not None and await self._asking.goes_on(day)
        return came or any(given) or asked

    async def gather(self) -> Results:
        return await money_of(self.stage) if self.stage.gifts else Results()
