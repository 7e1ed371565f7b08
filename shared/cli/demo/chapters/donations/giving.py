"""Gifts by bank for what the funds are to have later: one for those who settle, one for schools."""

from functools import partial
from typing import NamedTuple

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations.bank import donor
from shared.cli.demo.chapters.donations.recorded import written
from shared.cli.demo.steps import Steps

CURRENCY = "JPY"


class Given(NamedTuple):
    """One gift by bank, in days after the stage's first one and in minor units."""

    day: int
    purpose: str
    giver: str
    minor: int


GIFTS = (
    Given(70, "education", "Example Teachers' Circle", 60_000),
    Given(130, "resettlement", "Example Neighbourhood", 50_000),
)


class Giving(Steps):
    """What is given by bank on some days of a stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {each.day: partial(self._give, each) for each in GIFTS}

    async def _give(self, gift: Given) -> None:
        body = {
            "donor_id": await donor(self.stage, gift.giver),
            "way": "bank",
            "reference": f"{self.stage.plan.name}/bank/{gift.purpose}",
            "amount": written(gift.minor, CURRENCY),
            "currency": CURRENCY,
            "purpose": gift.purpose,
            "received_on": self.day(gift.day).isoformat(),
        }
        await self.post("donations", "/gifts", f"given/{gift.purpose}", body)
