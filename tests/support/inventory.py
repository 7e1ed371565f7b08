"""What tests do with inventory."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, cast

from tests.support.catalogue import CATALOGUE, depot_of
from tests.support.driver import Driver


class Inventory(Driver):
    """`world.inventory`"""

    settings: ClassVar[Mapping[str, Any]] = {"deal_after_seconds": 0.1}
    _references = 0

    async def prepare(self) -> None:
        await self.load_catalogue()

    async def load_catalogue(self) -> None:
        await self.post("/catalogue", CATALOGUE)

    async def stock(self, region: str = "north", **quantities: int) -> Any:
        """Goods received: `stock(rice=5_000, winter_M=2, bed=4)`; returns the last answer."""
        by_depot: dict[str, list[dict[str, Any]]] = {}
        for name, quantity in quantities.items():
            item = name.replace("_", "-")
            by_depot.setdefault(depot_of(item, region), []).append({"item": item, "quantity": quantity})
        answers = [await self.receive(depot, lines) for depot, lines in by_depot.items()]
        return answers[-1]

    async def receive(self, depot: str, lines: Sequence[dict[str, Any]], **more: Any) -> Any:
        self._references += 1
        body = {"depot": depot, "reference": f"waybill {self._references}", "lines": list(lines), **more}
        return await self.post("/receipts", body)

    async def hand_out(self, household: Any, **body: Any) -> Any:
        """The household fetches everything that is set aside for it."""
        receiver = household["members"][0]["member_id"]
        path = f"/households/{household['household_id']}/deliveries"
        return await self.post(path, {"received_by": receiver, **body})

    async def reservations(self, household: Any) -> list[dict[str, Any]]:
        """Everything that was ever asked for a household."""
        path = f"/households/{household['household_id']}/reservations"
        found = await self.get(path)
        return cast(list[dict[str, Any]], found)

    async def set_aside(self, household: Any) -> dict[str, int]:
        """What is set aside for a household now, by the item given; what is not there is 0."""
        totals: dict[str, int] = {}
        for row in await self.reservations(household):
            totals[row["given_item"]] = totals.get(row["given_item"], 0) + row["reserved"]
        return {item: total for item, total in totals.items() if total}

    async def missing(self, household: Any) -> dict[str, int]:
        """What is backordered for a household now, by the item asked for."""
        totals: dict[str, int] = {}
        for row in await self.reservations(household):
            totals[row["item"]] = totals.get(row["item"], 0) + row["short"]
        return {item: total for item, total in totals.items() if total}

    async def shelf(self, item: str, depot: str | None = None) -> dict[str, int]:
        """On hand, reserved and free of an item, over all depots or in one."""
        params = {"item": item} if depot is None else {"item": item, "depot": depot}
        found = (await self.get("/stock", **params))["items"]
        return {name: sum(row[name] for row in found) for name in ("on_hand", "reserved", "free")}

    async def items(self) -> dict[str, dict[str, Any]]:
        """Inventory's totals by item."""
        return {each["item"]: each for each in (await self.get("/summary"))["items"]}
