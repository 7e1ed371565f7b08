"""What happens in the store from the first day to the last."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from shared.cli import Trouble, typed
from shared.cli.demo.chapter import Chapter, Stage, key
from shared.cli.demo.chapters.inventory.buying import Bought, bought, order_all
from shared.cli.demo.chapters.inventory.fetching import to_fetch
from shared.cli.demo.chapters.inventory.figures import (
    by_assembly,
    figures_of,
    forecast_of,
    left_on_the_evening,
    overdue,
    what_came_to_pass,
)
from shared.cli.demo.chapters.inventory.goods import load_store, receipt, take_in
from shared.cli.demo.chapters.inventory.promised import Late, Shortage, met_by
from shared.cli.demo.chapters.inventory.store import Arrival, Store, filled_of
from shared.cli.demo.kits import kits_from
from shared.cli.demo.plan import Delivery
from shared.cli.demo.settle import until

DEAL_SECONDS = 120.0


class Inventory(Chapter):
    """The store through the winter."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.arrivals: list[Arrival] = []
        self._forecast = Shortage((), 0)
        self._left_grams = 0
        self._late: dict[date, Shortage] = {}
        self._planned: dict[str, str] = {}
        self._fetchers: dict[str, str] = {}

    async def started(self) -> bool:
        """Known by its planned deliveries; a plan without any by its items. Trouble if they are another plan's."""
        planned = {each.reference: each for each in self.plan.planned()}
        found = False
        async for delivery in self.services.each("inventory", "/planned-deliveries"):
            if self.plan.owns(reference := delivery["reference"]):
                self._same(reference, delivery, planned.get(reference))
                found = True
        if found or planned:
            return found
        known = {each["code"] for each in await self.services.get("inventory", "/items")}
        return known >= {item.code for item in self.plan.items}

    def _same(self, reference: str, there: dict[str, Any], planned: Delivery | None) -> None:
        """Trouble if a delivery that is there says something else than the plan does."""
        names = ("depot", "item", "quantity")
        if planned is None or any(there.get(name) not in (None, getattr(planned, name)) for name in names):
            raise Trouble(
                f"Another plan of the name {self.plan.name} was started on this stack: its delivery {reference} is not "
                f"that of {self.plan.title}. Give the plan a name of its own, or begin anew: {typed('down --erase')}"
            )

    async def load(self) -> None:
        await load_store(self.services, self.plan, self.stage.first)

    async def first_day(self) -> None:
        """The goods of the first day and the kits they make."""
        async for delivery in self.services.each("inventory", "/planned-deliveries"):
            self._planned[delivery["reference"]] = delivery["id"]
        await self.goods_come(self.stage.first)

    async def look_ahead(self) -> None:
        self._forecast = await forecast_of(self.stage, self.stage.first)

    async def households(self) -> int | None:
        return int((await self.services.get("inventory", "/summary"))["households"])

    async def last_reservation(self, day: str) -> datetime | None:
        ledger = self.services.each("inventory", "/movements", kind="reserved", from_day=day, to=day)
        times = [datetime.fromisoformat(line["at"]) async for line in ledger]
        return max(times, default=None)

    async def order_goods(self) -> None:
        await order_all(self.services, self.plan, self.stage.today)

    async def winter_ends(self) -> None:
        self._left_grams = await left_on_the_evening(self.stage)

    async def gather(self) -> Store:
        summary = await self.services.get("inventory", "/summary")
        actual = await what_came_to_pass(self.stage, self.stage.first, self._left_grams)
        if self.stage.gifts:
            actual = replace(actual, met=met_by(self._forecast, await self._food_that_came()))
        return Store(
            plan=self.plan,
            items=figures_of(summary["items"], self.plan),
            arrivals=self.arrivals,
            forecast=self._forecast,
            actual=actual,
            first=self.stage.first,
            last=self.stage.evening,
            late=[await self._came_of(day, made) for day, made in self._late.items()],
            overdue=await overdue(self.stage),
        )

    async def _food_that_came(self) -> list[tuple[date, int]]:
        """The day and the grams of each purchase of food that was received."""
        return [
            (each.received_on, each.quantity)
            for each in await self._bought()
            if each.item == self.plan.food.code
            and each.received_on
            and each.received_on <= self.stage.evening
        ]

    async def _came_of(self, day: date, made: Shortage) -> Late:
        names = [f"{each.name} of {each.due_on}" for each in self.plan.foods_late_on(day)]
        return Late(
            day, list(dict.fromkeys(names)), made, await what_came_to_pass(self.stage, day, self._left_grams)
        )

    async def goods_come(self, day: date) -> bool:
        """The answer to goods taken in before is given again and changes nothing. The food is forecast anew on a day
        from which on some of it is late.
        """
        if day > self.stage.first and self.plan.foods_late_on(day):
            self._late[day] = await forecast_of(self.stage, day)
        due: dict[str, list[Delivery]] = {}
        for delivery in self.plan.coming():
            if delivery.due_on == day:
                due.setdefault(delivery.name, []).append(delivery)
        for name, deliveries in due.items():
            filled: list[dict[str, Any]] = []
            for each in deliveries:
                filled += await self._take_in(each)
            came = {each.item: each.quantity for each in deliveries}
            self.arrivals.append(Arrival(day, name, came, filled_of(filled)))
        purchases = [each for each in await self._bought() if each.due_on == day]
        for purchase in purchases:
            self.arrivals.append(await self._take_in_bought(purchase))
        async for arrival in self._assemble(day):
            self.arrivals.append(arrival)
        return bool(due or purchases)

    async def _bought(self) -> list[Bought]:
        return await bought(self.services, self.plan) if self.stage.gifts else []

    async def _take_in_bought(self, purchase: Bought) -> Arrival:
        lines = [(purchase.item, purchase.quantity)]
        goods = receipt(
            self.plan, purchase.reference, purchase.depot, lines, purchase.due_on, purchase.planned_id
        )
        filled = await take_in(self.services, self.plan, goods)
        return Arrival(purchase.due_on, "bought", dict(lines), filled_of(filled))

    async def _take_in(self, due: Delivery) -> list[dict[str, Any]]:
        planned = self._planned[due.reference]
        goods = receipt(self.plan, due.reference, due.depot, [(due.item, due.quantity)], due.due_on, planned)
        return await take_in(self.services, self.plan, goods)

    async def _assemble(self, day: date) -> AsyncIterator[Arrival]:
        """As many kits as the parts of this day allow; those who wait for one get it."""
        for kit in self.plan.kits:
            if quantity := kits_from(self.plan, kit, day, self.stage.first):
                body = {"depot": kit.depot, "kit": kit.kit, "quantity": quantity}
                asked = key(self.plan, f"assemble/{day}/{kit.kit}", body)
                made = await self.services.post("inventory", "/kits/assemble", body, asked)
                ledger = [each async for each in self._ledger(kit.kit, day)]
                yield Arrival(
                    day, "put together", {kit.kit: made["assembled"]}, filled_of(by_assembly(ledger))
                )

    def _ledger(self, item: str, day: date) -> AsyncIterator[dict[str, Any]]:
        return self.services.each("inventory", "/movements", item=item, from_day=day, to=day)

    async def people_fetch(self) -> None:
        """Every household takes home what is set aside for it until it comes again, once that is dealt."""
        await until(self._undealt, DEAL_SECONDS)
        found = [each async for each in self.services.each("inventory", "/reservations", state="open")]
        for household, lines in to_fetch(found, self.plan.next_fetch_day(self.stage.today)).items():
            body = {"received_by": await self._fetcher(household), "lines": lines}
            path = f"/households/{household}/deliveries"
            await self.services.post(
                "inventory", path, body, key(self.plan, f"fetch/{self.stage.today}/{household}", body)
            )

    async def _undealt(self) -> str | None:
        """None when no shelf is to be dealt and all rations of a new period are made, else what is waited for."""
        put_off = (await self.services.get("inventory", "/status"))["put_off"]
        left = [
            f"{count:,} {what.replace('_', ' ')} are to be done" for what, count in put_off.items() if count
        ]
        return ", ".join(left) or None

    async def _fetcher(self, household: str) -> str:
        """The member who comes to fetch: the first one registered who has not left."""
        if household not in self._fetchers:
            members = (await self.services.get("intake", f"/households/{household}"))["members"]
            self._fetchers[household] = next(each["member_id"] for each in members if each["left_on"] is None)
        return self._fetchers[household]
