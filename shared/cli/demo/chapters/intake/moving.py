"""Who comes and who leaves after the winter, so that its figures are those of the people who were there."""

from datetime import timedelta
from functools import partial

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.intake.people import couples
from shared.cli.demo.steps import Steps

COMES, SETTLES, MOVES_ON = 2, 15, 20
"""Days after the evening on which the winter ends."""
FAMILY = (
    {
        "given_name": "Solmok",
        "family_name": "Tolbyeo",
        "sex": "female",
        "age": 34,
        "size": "M",
        "relation": "head",
    },
    {
        "given_name": "Haewol",
        "family_name": "Tolbyeo",
        "sex": "male",
        "age": 36,
        "size": "L",
        "relation": "spouse",
    },
    {
        "given_name": "Nurdan",
        "family_name": "Tolbyeo",
        "sex": "female",
        "age": 4,
        "size": "110",
        "relation": "child",
    },
    {
        "given_name": "Rinsil",
        "family_name": "Tolbyeo",
        "sex": "female",
        "age": 62,
        "size": "S",
        "relation": "parent",
    },
)
"""Invented people, as many as those who leave."""


class Moving(Steps):
    """The demo's headcount, after the winter alone."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        ends = (stage.evening - stage.first).days
        self.steps = {
            ends + COMES: self._comes,
            ends + SETTLES: partial(self._leaves, 0, "settled"),
            ends + MOVES_ON: partial(self._leaves, 1, "moved_on"),
        }

    async def _comes(self) -> None:
        """A family is registered on the day after it came."""
        body = {
            "region": "river",
            "arrived_on": (self.stage.today - timedelta(days=1)).isoformat(),
            "needs": ["food"],
            "members": [{**each, "languages": ["ko"]} for each in FAMILY],
        }
        await self.post("intake", "/households", "family", body)

    async def _leaves(self, number: int, outcome: str) -> None:
        for each in (await couples(self))[number : number + 1]:
            path = f"/households/{each['household_id']}/close"
            await self.post("intake", path, f"leaves/{number}", {"outcome": outcome})
