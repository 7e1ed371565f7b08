"""The days of the winter: goods come, kits are put together, households fetch, the day turns."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from shared.cli.client import Services
from shared.cli.demo.fetching import to_fetch
from shared.cli.demo.loading import key, receipt, take_in
from shared.cli.demo.plan import Delivery, Plan
from shared.cli.demo.results import Arrival, filled_of
from shared.cli.demo.settle import Quiet, until
from shared.cli.operate.clock import turn
from shared.contracts import SERVICES

# The other services have no rules by date yet and are turned along at each step.
BY_DATE = ("intake", "inventory")
SETTLE_SECONDS = 300.0


@dataclass
class Winter:
    """The days from `first` to `last`; `today` is the services' own, and what lies before it has been lived already."""

    services: Services
    plan: Plan
    first: date
    last: date
    today: date
    arrivals: list[Arrival] = field(default_factory=list)
    _planned: dict[str, str] = field(default_factory=dict)
    _fetchers: dict[str, str] = field(default_factory=dict)

    async def first_day(self) -> None:
        """What comes before anybody is registered: the goods of the first day and the kits they make."""
        async for delivery in self.services.each("inventory", "/planned-deliveries"):
            self._planned[delivery["reference"]] = delivery["id"]
        await self._receive(self.first)

    async def live(self, turned: Callable[[], None]) -> None:
        """Live through all days; `turned` is called after each. Days lived before are only read again."""
        for day in days(self.first, self.last):
            if day > self.today:
                await turn(self.services, day, BY_DATE)
                self.today = day
            came = day > self.first and await self._receive(day)
            if day == self.today and (came or day == self.first or self.plan.fetches_on(day)):
                await turn(self.services, day, [name for name in SERVICES if name not in BY_DATE])
                await self._fetch()
            turned()
        await turn(self.services, self.today)
        await until(Quiet(self.services), SETTLE_SECONDS)

    async def _receive(self, day: date) -> bool:
        """Take in what is due; the answer to goods taken in before is given again and changes nothing."""
        due: dict[str, list[Delivery]] = {}
        for delivery in self.plan.planned():
            if delivery.due_on == day:
                due.setdefault(delivery.name, []).append(delivery)
        for name, deliveries in due.items():
            filled: list[dict[str, Any]] = []
            for each in deliveries:
                filled += await self._take_in(each)
            came = {each.item: each.quantity for each in deliveries}
            self.arrivals.append(Arrival(day, name, came, filled_of(filled)))
        async for arrival in self._assemble(day):
            self.arrivals.append(arrival)
        return bool(due)

    async def _take_in(self, due: Delivery) -> list[dict[str, Any]]:
        planned = self._planned[due.reference]
        goods = receipt(self.plan, due.reference, due.depot, [(due.item, due.quantity)], due.due_on, planned)
        return await take_in(self.services, self.plan, goods)

    async def _assemble(self, day: date) -> AsyncIterator[Arrival]:
        """As many kits as the parts of this day allow; those who wait for one get it."""
        for kit in self.plan.kits:
            if quantity := self.plan.kits_from(kit, day, self.first):
                body = {"depot": kit.depot, "kit": kit.kit, "quantity": quantity}
                asked = key(self.plan, f"assemble/{day}/{kit.kit}", body)
                made = await self.services.post("inventory", "/kits/assemble", body, asked)
                ledger = [each async for each in self._ledger(kit.kit, day)]
                yield Arrival(
                    day, "put together", {kit.kit: made["assembled"]}, filled_of(by_assembly(ledger))
                )

    def _ledger(self, item: str, day: date) -> AsyncIterator[dict[str, Any]]:
        return self.services.each("inventory", "/movements", item=item, from_day=day, to=day)

    async def _fetch(self) -> None:
        """Every household takes home what is set aside for it until it comes again."""
        found = [each async for each in self.services.each("inventory", "/reservations", state="open")]
        for household, lines in to_fetch(found, self.plan.next_fetch_day(self.today)).items():
            body = {"received_by": await self._fetcher(household), "lines": lines}
            path = f"/households/{household}/deliveries"
            await self.services.post(
                "inventory", path, body, key(self.plan, f"fetch/{self.today}/{household}", body)
            )

    async def _fetcher(self, household: str) -> str:
        """The member who comes to fetch: the first one registered who has not left."""
        if household not in self._fetchers:
            members = (await self.services.get("intake", f"/households/{household}"))["members"]
            self._fetchers[household] = next(each["member_id"] for each in members if each["left_on"] is None)
        return self._fetchers[household]


def by_assembly(ledger: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Out of one item's ledger, what was set aside for households by the same paper that put the kits together."""
    lines = list(ledger)
    papers = {line["document_id"] for line in lines if line["kind"] == "assembled"}
    return [
        {"item": line["item"], "quantity": line["reserved"], "household_id": line["household_id"]}
        for line in lines
        if line["kind"] == "reserved" and line["document_id"] in papers
    ]


def days(first: date, last: date) -> Iterator[date]:
    """Each day, both ends included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
