"""What tests do with donations."""

from collections.abc import Mapping
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

import httpx

from tests.support.driver import Driver


def paying(amount: str, **more: Any) -> dict[str, Any]:
    """The body that pays a part of a grant, by bank and in yen unless something else is said."""
    usual = {"currency": "JPY", "place": "bank", "payee": "clinic-02", "country": "JP", "reference": "1"}
    return {"amount": amount, **usual, **more}


class Donations(Driver):
    """`world.donations`"""

    settings: ClassVar[Mapping[str, Any]] = {
        "organisation_name": {"ja": "例示救援会", "en": "Example Relief"},
        "organisation_address": {"ja": "東京都例示区1-2-3", "en": "1-2-3 Example, Tokyo"},
    }
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

    async def giver(self, name: str = "Yamada", address: str = "Street 1", **more: Any) -> str:
        """The id of a donor who can be written to, in English."""
        contact = {"name": name, "address": address}
        return str((await self.post("/donors", {"language": "en", **more, "contact": contact}))["donor_id"])

    async def receipt(self, payment: Any, **body: str) -> Any:
        """The receipt of a payment."""
        return await self.post(f"/payments/{payment['payment_id']}/receipt", body)

    async def receipts(self, **which: Any) -> list[dict[str, Any]]:
        """All receipts, by their numbers."""
        return cast(list[dict[str, Any]], (await self.get("/receipts", **which))["items"])

    async def pdf(self, letter_id: str, what: str = "original", reason: str = "sending") -> bytes:
        """A letter as it was issued, or a copy of it."""
        answer = await self.try_post(f"/letters/{letter_id}/{what}", {"reason": reason})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/pdf"
        return answer.content

    async def fund(self, fund: str, currency: str = "JPY") -> dict[str, int]:
        """Balance, held, set aside and free of a fund, in minor units."""
        found = [
            each for each in await self.get("/funds") if (each["fund"], each["currency"]) == (fund, currency)
        ]
        names = ("balance", "held", "set_aside", "free")
        return {name: sum(each[name]["minor"] for each in found) for name in names}

    async def pay(self, grant_id: object, amount: str, **more: Any) -> Any:
        """The grant once a part of it was paid, as `paying` says."""
        return await self.post(f"/grants/{grant_id}/pay", paying(amount, **more))

    async def approve(
        self, grant_id: object, who: str | None = "treasurer-2", version: int = 1
    ) -> httpx.Response:
        """Whatever somebody is answered who agrees to a grant; nobody is named if `who` is None."""
        said = {"X-Relief-As": who} if who is not None else {}
        headers = {"Idempotency-Key": str(uuid4()), **said}
        return await self.client.post(
            f"/grants/{grant_id}/approve", json={"version": version}, headers=headers
        )

    async def grants(self, household: Any) -> list[dict[str, Any]]:
        """All grants of a household."""
        found = await self.get("/grants", household_id=household["household_id"])
        return cast(list[dict[str, Any]], found["items"])
