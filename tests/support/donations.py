"""What tests do with donations."""

from typing import Any, cast
from uuid import UUID

from tests.support.driver import Driver


class Donations(Driver):
    """`world.donations`"""

    has_run_before = True
    """Most tests start intake and inventory alone."""
    _slips = 0

    async def donor(self, name: str = "Example Society", **contact: str) -> str:
        """A donor's id."""
        made = await self.post("/donors", {"contact": {"name": name, **contact}})
        return str(made["donor_id"])

    async def gift(self, amount: str, purpose: str = "general", currency: str = "JPY", **more: Any) -> Any:
        """A gift by bank, on a slip of its own."""
        self._slips += 1
        body = {
            "donor_id": more.pop("donor_id", None) or await self.donor(),
            "way": "bank",
            "reference": f"slip {self._slips}",
            "amount": amount,
            "currency": currency,
            "purpose": purpose,
            "received_on": "2006-11-01",
            **more,
        }
        return await self.post("/gifts", body)

    async def monthly(self, subscription_id: str, purpose: str = "education") -> UUID:
        """A gift that PayPal collects each month under this id."""
        made = await self.post("/monthly-gifts", {"reference": subscription_id, "purpose": purpose})
        return UUID(made["gift_id"])

    async def fund(self, fund: str, currency: str = "JPY") -> dict[str, int]:
        """Balance, held, set aside and free of a fund, in minor units."""
        found = [
            each for each in await self.get("/funds") if (each["fund"], each["currency"]) == (fund, currency)
        ]
        names = ("balance", "held", "set_aside", "free")
        return {name: sum(each[name]["minor"] for each in found) for name in names}

    async def grants(self, household: Any) -> list[dict[str, Any]]:
        """All grants of a household."""
        found = await self.get("/grants", household_id=household["household_id"])
        return cast(list[dict[str, Any]], found["items"])
