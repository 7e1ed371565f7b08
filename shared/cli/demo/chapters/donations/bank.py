"""Gifts by bank for what the store runs short of: two donors give half of it each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from shared.cli.demo.chapter import Stage, key
from shared.cli.demo.chapters.donations.recorded import written
from shared.cli.demo.settle import until

BANK_DAYS = (10, 20)
"""Days of the month on which the bank's statement comes. Both lie well after the turn of a month, from which on the
forecast of the demo's plan sees the next short day, and the goods take three weeks."""
ROUND = 100
"""Whole yen or dollars: donors give round sums."""
GIVERS = {10: "Example Choir", 20: "Example Reading Circle"}
KNOWN_SECONDS = 60.0


class Bank:
    """What comes by bank for the plan's food."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.services = stage.services
        self.plan = stage.plan

    async def gifts_come(self, day: date) -> bool:
        """On a day of the bank's statement a donor gives half of what each appeal for food still asks for at first."""
        if day.day not in BANK_DAYS or self.plan.food.priced is None:
            return False
        await until(self._unheard, KNOWN_SECONDS)
        going = await self._appeals("open")
        for appeal in going:
            await self._give(appeal, day)
        await until(self._unproposed, KNOWN_SECONDS)
        return bool(going)

    async def _give(self, appeal: Mapping[str, Any], day: date) -> None:
        target = appeal["target"]
        body = {
            "donor_id": await donor(self.stage, GIVERS[day.day]),
            "way": "bank",
            "reference": f"{self.plan.name}/bank/{day}",
            "amount": written(half(target["minor"]), target["currency"]),
            "currency": target["currency"],
            "purpose": appeal["purpose"],
            "appeal_id": appeal["appeal_id"],
            "received_on": day.isoformat(),
        }
        await self.services.post("donations", "/gifts", body, key(self.plan, f"gift/{day}", body))

    async def _unheard(self) -> str | None:
        """None once the appeal for food is for what inventory foresees today, else what is waited for.

        An appeal for which money came goes on for what it was for, even if nothing is missing any more.
        """
        food = self.plan.food.code
        made = await self.services.get("inventory", "/forecast", item=food)
        missing = sum(each["grams"] for each in made["short_days_after_transfers"])
        live = await self._appeals("open", "funded")
        asked = sum(each["quantity"] for each in live)
        over = not missing and all(each["raised"]["minor"] for each in live)
        words = f"{missing:,} g of {food} will be missing, and {asked:,} g are appealed for"
        return None if over or asked == missing else words

    async def _unproposed(self) -> str | None:
        """None once a purchase is proposed for each appeal that is funded, else what is waited for."""
        funded = {each["appeal_id"] for each in await self._appeals("funded")}
        purchases = self.services.each("inventory", "/purchases")
        bought = {each["appeal_id"] async for each in purchases if each["status"] != "cancelled"}
        left = len(funded - bought)
        return f"{left} appeals are funded, and no purchase is proposed" if left else None

    async def _appeals(self, *statuses: str) -> list[dict[str, Any]]:
        """Those for the plan's food that stand so."""
        every = self.services.each("donations", "/appeals")
        food = self.plan.food.code
        return [each async for each in every if each["item"] == food and each["status"] in statuses]


async def donor(stage: Stage, name: str) -> str:
    """The id of a donor, who is written down once."""
    body = {"contact": {"name": name}, "kind": "organisation", "language": "en"}
    made = await stage.services.post("donations", "/donors", body, key(stage.plan, f"donor/{name}", body))
    return str(made["donor_id"])


def half(minor: int) -> int:
    """Half an amount, up to the next round sum: two of them are enough."""
    return -(-minor // (2 * ROUND)) * ROUND
