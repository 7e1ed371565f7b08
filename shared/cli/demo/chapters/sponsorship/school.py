"""A child without a sponsor goes to school, and the education fund pays."""

from functools import partial

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations.paying import Payee, Paying

PLANNED, MONTHS, PAID, REPORTED = 92, 2, (95, 123), 151
"""Days after the first one. The term has two months; the first one is due on the day on which it begins."""
TERM_DAYS = 59
SCHOOL = Payee("school", "CN")
FEE, CURRENCY = 12_000, "JPY"
REPORT = {"grade": "good", "attendance": 96, "note": "Reads and writes well; arithmetic needs practice."}


class School(Paying):
    """The child of the stage's first day who comes last in line: no sponsor is shown it, or none is left for it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        paid = {day: partial(self._pay_month, number) for number, day in enumerate(PAID)}
        self.steps = {PLANNED: self._plan, **paid, REPORTED: self._report}

    async def _plan(self) -> None:
        waits = [
            each
            for each in await self.all_of("sponsorship", "/children")
            if each["waiting_since"] <= self.stage.first.isoformat()
        ]
        if not waits:
            return
        body = {
            "child_id": waits[-1]["child_id"],
            "level": "primary",
            "starts_on": self.day(PLANNED).isoformat(),
            "ends_on": self.day(PLANNED + TERM_DAYS - 1).isoformat(),
            "fee": FEE,
            "currency": CURRENCY,
        }
        await self.post("sponsorship", "/school/terms", "term", body)

    async def _pay_month(self, number: int) -> None:
        """The grant bears the id of the payment that is asked for. Without gifts there is nothing to pay it from."""
        asked = await self.all_of("sponsorship", "/school/payments")
        if self.stage.gifts and len(asked) > number:
            once = f"school-{number + 1}"
            await self.pay(asked[number]["payment_id"], FEE, SCHOOL, once, CURRENCY, place="bank")

    async def _report(self) -> None:
        for child in {each["child_id"] for each in await self.all_of("sponsorship", "/school/payments")}:
            for term in await self.services.get("sponsorship", f"/school/children/{child}/terms"):
                path = f"/school/terms/{term['term_id']}/report"
                await self.post("sponsorship", path, "report", REPORT)
