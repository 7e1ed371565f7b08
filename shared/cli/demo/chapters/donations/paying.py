"""Grants that are paid once as many have agreed as have to, and money is set aside for them."""

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from shared.cli.demo.chapter import key
from shared.cli.demo.chapters.donations.recorded import written
from shared.cli.demo.settle import until
from shared.cli.demo.steps import Steps

SERVED_SECONDS = 60.0


class Payee(NamedTuple):
    """Who is paid, by a code, and in which country, by its code of ISO 3166."""

    code: str
    country: str


class Paying(Steps):
    """Steps in which grants are paid."""

    async def pay(
        self,
        grant: str,
        minor: int,
        payee: Payee,
        reference: str,
        currency: str = "USD",
        place: str = "paypal",
    ) -> None:
        """Pay so much of a grant. Trouble if it is not set aside in time."""
        await until(partial(self._unheard, grant), SERVED_SECONDS)
        await self._agree(grant)
        await until(partial(self._unserved, grant, minor), SERVED_SECONDS)
        body = {
            "amount": written(minor, currency),
            "currency": currency,
            "place": place,
            "payee": payee.code,
            "country": payee.country,
            "reference": f"{self.stage.plan.name}/{reference}",
        }
        await self.post("donations", f"/grants/{grant}/pay", f"pay/{reference}", body)

    async def _agree(self, grant: str) -> None:
        """As many treasurers agree as have to, each in their own name; by the demo's low limit one has to."""
        found = await self._grant(grant)
        if found is None:
            return
        for number in range(found["agreed"], found["have_to_agree"]):
            who, seen = f"treasurer-{number + 1}", {"version": found["version"]}
            once = key(self.stage.plan, f"agree/{grant}/{number}", None)
            await self.services.post("donations", f"/grants/{grant}/approve", seen, once, who=who)

    async def _grant(self, grant: str) -> Mapping[str, Any] | None:
        found = await self.all_of("donations", "/grants")
        return next((each for each in found if each["grant_id"] == grant), None)

    async def _unheard(self, grant: str) -> str | None:
        """None once donations knows of the grant, else what is waited for."""
        return None if await self._grant(grant) else "donations knows nothing of a grant yet"

    async def _unserved(self, grant: str, minor: int) -> str | None:
        """None once so much is set aside or paid, else what is waited for."""
        found = await self._grant(grant)
        if found is None:
            return "donations does not list a grant any more"
        there = found["set_aside"]["minor"] + found["paid"]["minor"]
        words = f"{found['set_aside']['words']} are set aside for a {found['kind']} grant"
        return None if there >= minor else words
