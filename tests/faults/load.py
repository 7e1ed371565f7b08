"""What people do while things break: they register households, change and close them, ask for grants and give, ask to
settle in another country, and try again when told to.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from shared.service.addresses import address_of
from shared.web.walls import MEANT
from tests.faults.money import GRANT, MONTHLY, PAYING, Gifts
from tests.faults.replicas import Replica
from tests.faults.site import Site, until
from tests.support.catalogue import CATALOGUE
from tests.support.people import person

AT_ONCE = 8
SPREAD_SECONDS = 6.0
"""How long the registration of a site's households takes when nothing is in the way."""
ASKING = 0.3
"""Of the households so many ask for a grant; as many gifts arrive, each of which pays for one and more.
Some gifts are refunded, and some grants are paid in parts."""
SETTLING = 0.3
"""So many ask to settle in Japan with lessons and a helper: sponsorship and events have something to say."""
SETTLEMENT = {"wishes": ["lessons", "helper"], "languages": ["ko"], "region": "tokyo"}
AFTERWARDS = 4
"""So many times slower more are registered after that, while the faults last."""
PATIENCE_SECONDS = 240.0
PAUSE_SECONDS = 0.2
ANSWER_SECONDS = 60.0


class GaveUp(AssertionError):
    """A request that was not answered well however often it was sent."""


@dataclass
class Caller:
    """Sends a request to one replica, and with the same key to the next one when that fails, until it is answered."""

    site: Site
    client: httpx.AsyncClient
    retried: int = 0
    _turn: int = 0

    async def post(self, service: str, path: str, body: object = None, key: str = "") -> Any:
        """The answer; a key of its own if none is given. GaveUp when none came in time; AssertionError when the request
        itself is refused.
        """
        key = key or str(uuid4())
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while (answer := await self._try(self._next(service), path, body, key)) is None:
                    self.retried += 1
                    await asyncio.sleep(PAUSE_SECONDS)
        except TimeoutError:
            raise GaveUp(f"POST {path} to {service} was not answered in {PATIENCE_SECONDS:g} s") from None
        return answer

    async def post_to(self, replica: Replica, path: str, body: object) -> Any:
        """The answer of one replica; None if it gives none or an error of its own."""
        return await self._try(replica, path, body, str(uuid4()))

    async def _try(self, replica: Replica, path: str, body: object, key: str) -> Any:
        """None if it is worth another try."""
        try:
            answer = await self.client.post(
                f"{replica.url}{address_of(path)}", json=body, headers={"Idempotency-Key": key}
            )
        except httpx.TransportError:
            return None
        if answer.status_code >= 500:
            return None
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _next(self, service: str) -> Replica:
        self._turn += 1
        replicas = self.site.replicas[service]
        return replicas[self._turn % len(replicas)]


@asynccontextmanager
async def calling(site: Site) -> AsyncIterator[Caller]:
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
    async with httpx.AsyncClient(
        headers=MEANT, timeout=ANSWER_SECONDS, trust_env=False, limits=limits
    ) as client:
        yield Caller(site, client)


def household(site: Site) -> dict[str, Any]:
    """Who is registered: one to four people, some of them urgent."""
    urgent = ["medical"] if site.rng.random() < 0.1 else []
    return {
        "region": site.rng.choice(["north", "south"]),
        "arrived_on": "2006-10-20",
        "needs": ["food", "kit"],
        "priorities": urgent,
        "members": [person(number) for number in range(site.rng.randint(1, 4))],
    }


async def prepare(site: Site) -> None:
    """A catalogue, plenty of rice, and kits for two households in three: the others wait."""
    async with calling(site) as caller:
        await caller.post("inventory", "/catalogue", CATALOGUE)
        for region in ("north", "south"):
            lines = [
                {"item": "rice", "quantity": 200_000 * site.households},
                {"item": "first-aid-kit", "quantity": site.households // 3},
            ]
            body = {"depot": f"depot-{region}", "reference": f"opening stock {region}", "lines": lines}
            await caller.post("inventory", "/receipts", body)
        await caller.post("donations", "/monthly-gifts", MONTHLY)


@dataclass
class Load:
    """Registrations under way, at an even pace; some households are changed or closed right after."""

    site: Site
    caller: Caller
    gifts: Gifts
    done: int = 0
    ending: bool = False
    _begun: int = 0
    _next: float = 0.0

    async def run(self, at_once: int) -> None:
        """Register until told to end, and all of the site's households at least."""
        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(self._work())

    async def more(self, households: int) -> None:
        """Wait until so many more are registered."""
        wanted = self.done + households

        async def look() -> int:
            return self.done

        await until(look, lambda done: done >= wanted)

    async def _work(self) -> None:
        while self._begun < self.site.households or not self.ending:
            self._begun += 1
            await self._slot()
            chance, asks = self.site.rng.random(), self.site.rng.random() < ASKING
            made = await self.caller.post("intake", "/households", household(self.site))
            self.site.registered.add(made["household_id"])
            if asks:
                await self._ask(made["household_id"])
            if self.site.rng.random() < SETTLING:
                path = f"/households/{made['household_id']}/settlements"
                await self.caller.post("intake", path, SETTLEMENT)
            if chance < 0.2:
                await self._go_on(made["household_id"], closing=chance < 0.1)
            self.done += 1

    async def _ask(self, identity: str) -> None:
        asked = await self.caller.post("intake", f"/households/{identity}/grants", GRANT)
        self.site.grants.add(asked["request_id"])
        await self.gifts.one()
        if self.site.rng.random() < PAYING:
            await self.gifts.pay(self.site.rng.choice(sorted(self.site.grants)))

    async def pay_late(self) -> None:
        """Pay a part of a grant, unless that was done: donations may hear of all of them after the last one."""

        async def paid() -> int:
            await self.gifts.pay(self.site.rng.choice(sorted(self.site.grants)))
            return len(self.site.payouts)

        if self.site.grants and not self.site.payouts:
            await until(paid, bool)

    async def _slot(self) -> None:
        now = time.monotonic()
        slot = max(now, self._next)
        slower = 1 if self._begun <= self.site.households else AFTERWARDS
        self._next = slot + slower * SPREAD_SECONDS / self.site.households
        await asyncio.sleep(slot - now)

    async def _go_on(self, identity: str, *, closing: bool) -> None:
        self.site.settled.add(identity)
        path = f"/households/{identity}"
        if closing:
            await self.caller.post("intake", f"{path}/close", {"outcome": "moved_on"})
        else:
            await self.caller.post("intake", f"{path}/members", person(9))


@asynccontextmanager
async def under_load(site: Site, at_once: int = AT_ONCE, *, pays_late: bool = False) -> AsyncIterator[Load]:
    """Households are registered while the block runs, and afterwards until it was all of the site's; with `pays_late` a
    grant is paid then that could not be before.
    """
    async with calling(site) as caller:
        load = Load(site, caller, Gifts(site, caller.client))
        work = asyncio.create_task(load.run(at_once))
        try:
            yield load
            load.ending = True
            await work
            if pays_late:
                await load.pay_late()
        finally:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


async def register(site: Site) -> None:
    """Register all of the site's households, and pay what was asked for, in part."""
    async with under_load(site, pays_late=True):
        pass
