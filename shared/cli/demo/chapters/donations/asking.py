"""Money that is asked for, and paid from what PayPal brought: hospital care, and visits to a helper in prison."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from shared.cli.demo.chapter import Stage, key
from shared.cli.demo.chapters.donations.recorded import written
from shared.cli.demo.settle import until
from shared.cli.demo.steps import Steps

CURRENCY = "USD"
SERVED_SECONDS = 60.0
CASE = {
    "people": [
        {"given_name": "Haram", "family_name": "Dosun", "role": "imprisoned"},
        {"given_name": "Nabi", "family_name": "Dosun", "role": "family"},
    ],
    "topics": ["arrest", "family"],
}
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


class Asking(Steps):
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
        await self._pay(await self._asked_for(visit), visit.cost, "courier-1", f"visit-{visit.name}")

    async def _made(self, visit: Visit) -> None:
        path = f"/cases/{await self._case()}/visits/{await self._visit(visit)}/done"
        await self.post("intake", path, f"visited/{visit.name}", None)

    async def _ask_for_hospital(self) -> None:
        await self._hospital()

    async def _pay_hospital(self) -> None:
        """The hospital wants a part now; what it asks for later stays set aside."""
        await self._pay(await self._hospital(), FIRST_PART, "clinic-02", "hospital-1")

    # Asked for again under its key, each of these is what it was the first time.

    async def _case(self) -> str:
        return str((await self.post("intake", "/cases", "case", CASE))["case_id"])

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

    async def _pay(self, grant: str, minor: int, payee: str, reference: str) -> None:
        """Pay so much of a grant once that is set aside, and once as many have agreed as have to."""
        await until(partial(self._unserved, grant, minor), SERVED_SECONDS)
        await self._agree(grant)
        body = {
            "amount": written(minor, CURRENCY),
            "currency": CURRENCY,
            "place": "paypal",
            "payee": payee,
            "reference": f"{self.stage.plan.name}/{reference}",
        }
        await self.post("donations", f"/grants/{grant}/pay", f"pay/{reference}", body)

    async def _agree(self, grant: str) -> None:
        """As many treasurers agree as have to, each in their own name; by the demo's low limit one has to."""
        found = await self._grant(grant)
        for number in range(found["agreed"], found["have_to_agree"]) if found else ():
            who = f"treasurer-{number + 1}"
            once = key(self.stage.plan, f"agree/{grant}/{number}", None)
            await self.services.post("donations", f"/grants/{grant}/approve", None, once, who=who)

    async def _grant(self, grant: str) -> Mapping[str, Any] | None:
        async for each in self.services.each("donations", "/grants"):
            if each["grant_id"] == grant:
                return each
        return None

    async def _unserved(self, grant: str, minor: int) -> str | None:
        """None once so much is set aside or paid, else what is waited for."""
        found = await self._grant(grant)
        if found is None:
            return "donations knows nothing of a grant yet"
        there = found["set_aside"]["minor"] + found["paid"]["minor"]
        words = f"{found['set_aside']['words']} are set aside for a {found['kind']} grant"
        return None if there >= minor else words
