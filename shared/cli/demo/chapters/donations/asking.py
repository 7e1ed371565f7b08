"""Money that is asked for, and paid from what PayPal brought: hospital care, and visits to a helper in prison."""

from functools import partial
from typing import NamedTuple

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations.paying import Payee, Paying
from shared.cli.demo.chapters.intake.people import case_of

CURRENCY = "USD"
"""Invented people: a helper in prison, and somebody of the family."""


class Visit(NamedTuple):
    """A visit of the family, in days after the stage's first one, and what it costs in minor units."""

    name: str
    asked: int
    paid: int
    made: int
    cost: int = 50_00


FIRST, SECOND = Visit("first", 34, 75, 80), Visit("second", 120, 165, 170)
HOSPITAL_ASKED, HOSPITAL_PAID = 139, 149
HOSPITAL_COST, FIRST_PART = 250_00, 100_00
COURIER, CLINIC = Payee("courier-1", "CN"), Payee("clinic-02", "CN")


class Asking(Paying):
    """What is asked for and paid on some days of a stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {
            FIRST.asked: partial(self._plan, FIRST),
            FIRST.paid: partial(self._pay_for, FIRST),
            FIRST.made: partial(self._made, FIRST),
            SECOND.asked: partial(self._plan, SECOND),
            HOSPITAL_ASKED: self._ask_for_hospital,
            HOSPITAL_PAID: self._pay_hospital,
            SECOND.paid: partial(self._pay_for, SECOND),
            SECOND.made: partial(self._made, SECOND),
        }

    async def _plan(self, visit: Visit) -> None:
        """A visit is planned, and the money for it asked for."""
        await self._visit(visit)
        await self._asked_for(visit)

    async def _pay_for(self, visit: Visit) -> None:
        await self.pay(await self._asked_for(visit), visit.cost, COURIER, f"visit-{visit.name}")

    async def _made(self, visit: Visit) -> None:
        path = f"/cases/{await self._case()}/visits/{await self._visit(visit)}/done"
        await self.post("intake", path, f"visited/{visit.name}", None)

    async def _ask_for_hospital(self) -> None:
        await self._hospital()

    async def _pay_hospital(self) -> None:
        """The hospital wants a part now; what it asks for later stays set aside."""
        await self.pay(await self._hospital(), FIRST_PART, CLINIC, "hospital-1")

    # Asked for again under its key, each of these is what it was the first time.

    async def _case(self) -> str:
        return await case_of(self)

    async def _visit(self, visit: Visit) -> str:
        body = {"planned_for": self.day(visit.made).isoformat()}
        path = f"/cases/{await self._case()}/visits"
        return str((await self.post("intake", path, f"visit/{visit.name}", body))["visit_id"])

    async def _asked_for(self, visit: Visit) -> str:
        body = {"kind": "family_visit", "amount": visit.cost, "currency": CURRENCY}
        path = f"/cases/{await self._case()}/grants"
        return str((await self.post("intake", path, f"visit-money/{visit.name}", body))["request_id"])

    async def _hospital(self) -> str:
        """Asked for by the household whose code is the lowest."""
        every = await self.all_of("intake", "/households")
        household = min(every, key=lambda each: each["code"])["household_id"]
        body = {"kind": "hospital", "amount": HOSPITAL_COST, "currency": CURRENCY, "urgency": 1}
        path = f"/households/{household}/grants"
        return str((await self.post("intake", path, "hospital", body))["request_id"])
