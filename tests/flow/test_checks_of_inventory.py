"""Checks of inventory find what they are there for; of the others the test of what they are about has them."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from services.inventory.checks import check
from services.inventory.checks.prices import PRICES
from services.inventory.commands import goods, purchases
from services.inventory.commands.purchases import Order
from services.inventory.domain.purchases import Price
from services.inventory.handlers import on_appeal_changed
from shared.contracts.base import Money
from shared.contracts.donations import AppealChanged
from tests.support.breaking import found_of
from tests.support.store_room import StoreRoom
from tests.support.world import FIRST_DAY

PURCHASES = "purchases are as their planned deliveries say"

RECEIPTS = "the newest state of each receipt was said"

SHELTERS = "nothing that was said names a shelter"
TOLD = "UPDATE journal SET data = replace(data, '\"rice\"', '\"{}\"') WHERE contract LIKE '%goods_received%'"

BROKEN: dict[str, set[str]] = {
    "UPDATE price SET minor = minor * 2": {PRICES},
    "UPDATE price SET per = per + 1": {PRICES},
    "DELETE FROM price": {PRICES},
    "UPDATE purchase SET cost_for = cost_for / 2": {PRICES},
    "UPDATE purchase SET cost = cost + 1": {PRICES},
    "UPDATE purchase SET quantity = quantity + 1": {PURCHASES},
    "UPDATE receipt SET version = version + 1": {RECEIPTS},
    TOLD.format("bed"): set(),
    TOLD.format("house-bed"): {SHELTERS},
    TOLD.format("not-in-the-catalogue"): {SHELTERS},
}
"""What is changed past the service, and the checks that find it."""


async def prepare(room: StoreRoom) -> None:
    """Rice is ordered for an appeal, at another price than the one that was set; and some came without an order."""
    bed = {"code": "house-bed", "name": "Bed", "kind": "bed", "unit": "place"}
    await room.load({"items": [bed], "depots": []})
    money = Money(amount=400, currency="JPY")
    wanted = {"item": "rice", "quantity": 1_000, "target": money, "raised": money, "on": FIRST_DAY}
    fact = AppealChanged(appeal_id=UUID(int=1), version=1, status="funded", **wanted)
    await room.do(partial(purchases.set_price, item="rice", price=Price(400, "JPY", 1_000)))
    await room.do(partial(on_appeal_changed, [fact]))
    (row,) = await room.rows("SELECT id FROM purchase")
    order = Order("mill-1", "depot-north", FIRST_DAY + timedelta(days=5), cost=390)
    await room.do(partial(purchases.order, purchase_id=row["id"], wanted=order))
    lines, rules = [goods.GoodsLine("rice", 500)], room.rules
    receive = partial(goods.receive, rules=rules, depot="depot-north", reference="gift", lines=lines)
    await room.do(partial(receive, planned=None))


async def test_each_check_finds_what_it_is_there_for(room_url: str) -> None:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        await prepare(room)
        found, _ = await found_of(room.engine, check(room.settings), [*BROKEN])
        assert found == BROKEN
