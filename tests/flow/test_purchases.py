"""Purchases in inventory: what appeals and planned deliveries make of them, whatever the order in which it comes."""

import asyncio
import itertools
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.inventory.commands import goods, planning, purchases, undoing
from services.inventory.commands.purchases import Changes, Order
from services.inventory.day import timers
from services.inventory.domain.purchases import Price
from services.inventory.handlers import on_appeal_changed
from services.inventory.ledger import FORECAST
from shared.contracts.base import Money
from shared.contracts.donations import AppealChanged
from shared.contracts.intake import NeedKind
from shared.outcomes import Refused
from tests.support.registrations import said
from tests.support.store_room import StoreRoom
from tests.support.world import FIRST_DAY

NORTH, DUE = "depot-north", FIRST_DAY + timedelta(days=5)
ORDER = Order("mill-1", NORTH, DUE)
PRICE = Price(400, "JPY", 1_000)


@pytest.fixture
async def room(room_url: str) -> AsyncIterator[StoreRoom]:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        yield room
        assert await room.breaches() == set()


def appeal(
    version: int, status: str = "funded", quantity: int = 1_000, key: UUID | None = None
) -> AppealChanged:
    return AppealChanged(
        appeal_id=key or UUID(int=1),
        version=version,
        item="rice",
        quantity=quantity,
        target=Money(amount=max(1, quantity * 400 // 1_000), currency="JPY"),
        raised=Money(amount=0, currency="JPY"),
        status=status,
        on=FIRST_DAY,
    )


async def hears(room: StoreRoom, *facts: AppealChanged) -> None:
    await room.do(partial(on_appeal_changed, facts))


async def bought(room: StoreRoom) -> list[Any]:
    return await room.rows("SELECT * FROM purchase ORDER BY id")


async def statuses(room: StoreRoom) -> list[str]:
    return [each["status"] for each in await bought(room)]


async def order(room: StoreRoom, wanted: Order = ORDER) -> Any:
    key = (await bought(room))[-1]["id"]
    return await room.do(lambda unit: purchases.order(unit, key, wanted))


async def receive(room: StoreRoom, quantity: int, reference: str = "waybill") -> Any:
    planned, lines = (await bought(room))[-1]["planned_id"], [goods.GoodsLine("rice", quantity)]
    return await room.do(lambda unit: goods.receive(unit, room.rules, NORTH, reference, lines, planned))


async def facts(room: StoreRoom, contract: str) -> list[Any]:
    query = "SELECT CAST(data AS json) AS fact FROM journal WHERE contract = :contract ORDER BY message_id"
    return [row["fact"] for row in await room.rows(query, contract=f"inventory.{contract}.v1")]


async def test_an_appeal_has_one_purchase_in_whatever_order_and_however_often_it_is_told(
    room: StoreRoom,
) -> None:
    story = [
        appeal(1, "open"),
        appeal(2),
        appeal(3, "open"),
        appeal(4, quantity=2_000),
        appeal(5, quantity=3_000),
    ]
    for ways in random.Random(13).sample(list(itertools.permutations(story)), 20):
        key = uuid7()
        told = [each.model_copy(update={"appeal_id": key}) for each in (*ways, *ways)]
        await asyncio.gather(hears(room, *told[:3]), hears(room, *told[3:6]), hears(room, *told[6:]))
        live = [
            each for each in await bought(room) if each["appeal_id"] == key and each["status"] != "cancelled"
        ]
        assert [(each["quantity"], each["cost"]) for each in live] == [(3_000, 1_200)]


async def test_a_proposal_goes_with_the_money_and_comes_again(room: StoreRoom) -> None:
    await hears(room, appeal(1))
    await hears(room, appeal(2, "withdrawn"))
    assert await statuses(room) == ["cancelled"]
    assert isinstance(await order(room), Refused)
    await hears(room, appeal(3))
    assert await statuses(room) == ["cancelled", "proposed"]
    assert [each["status"] for each in await facts(room, "purchase_changed")] == [
        "proposed",
        "cancelled",
        "proposed",
    ]


async def test_of_two_who_order_at_once_one_does(room: StoreRoom) -> None:
    await hears(room, appeal(1))
    done = await asyncio.gather(*(order(room) for _ in range(3)))
    assert sum(isinstance(each, Refused) for each in done) == 2
    (plan,) = await room.rows("SELECT * FROM planned_delivery")
    assert (plan["quantity"], plan["due_on"], plan["item"]) == (1_000, DUE, "rice")
    await hears(room, appeal(2, "withdrawn"))
    assert await statuses(room) == ["ordered"]


async def test_goods_come_in_parts_and_are_undone(room: StoreRoom) -> None:
    await room.do(lambda unit: purchases.set_price(unit, "rice", PRICE))
    await hears(room, appeal(1))
    await order(room)
    seen = []
    first = await receive(room, 400)
    seen += await statuses(room)
    await receive(room, 700, "second")
    seen += await statuses(room)
    await room.do(lambda unit: undoing.undo_paper(unit, room.rules, first.id, "wrong"))
    seen += await statuses(room)
    assert await room.breaches() == set()
    planned = (await bought(room))[0]["planned_id"]
    await room.do(lambda unit: planning.close(unit, planned, "less_came"))
    seen += await statuses(room)
    assert seen == ["arrived_part", "arrived", "arrived_part", "arrived"]
    told = [each["lines"][0]["arrived"] for each in await facts(room, "purchase_changed")]
    assert told == [0, 0, 400, 1_100, 700, 700]


async def test_an_order_is_cancelled_before_anything_came_and_proposed_anew(room: StoreRoom) -> None:
    """Donations may have heard of the order or not: in the end there is one proposal."""
    await hears(room, appeal(1))
    key = (await bought(room))[0]["id"]
    assert isinstance(await room.do(lambda unit: purchases.cancel(unit, key)), Refused)
    await order(room)
    done = await room.do(lambda unit: purchases.cancel(unit, key))
    assert not isinstance(done, Refused)
    assert done.status == "cancelled"
    assert await statuses(room) == ["cancelled", "proposed"]
    (plan,) = await room.rows("SELECT * FROM planned_delivery")
    assert plan["closed_on"] == FIRST_DAY
    for late in (appeal(2, "ordered"), appeal(3)):
        await hears(room, late)
        assert await statuses(room) == ["cancelled", "proposed"]
    await order(room)
    await receive(room, 1)
    key = (await bought(room))[-1]["id"]
    assert isinstance(await room.do(lambda unit: purchases.cancel(unit, key)), Refused)
    assert await statuses(room) == ["cancelled", "arrived_part"]


async def test_an_order_changes_its_cost_and_its_day(room: StoreRoom) -> None:
    await hears(room, appeal(1))
    key = (await bought(room))[0]["id"]
    change = partial(
        room.do, lambda unit: purchases.change(unit, key, Changes(cost=380, due_on=date(2006, 12, 1)))
    )
    assert isinstance(await change(), Refused)
    await order(room, Order("mill-1", NORTH, DUE, cost=390))
    await change()
    (found,) = await bought(room)
    assert (found["cost"], found["due_on"], found["supplier"]) == (380, date(2006, 12, 1), "mill-1")
    costs = [each["cost"]["amount"] for each in await facts(room, "purchase_changed")]
    assert (costs[0], costs[1], costs[-1]) == (400, 390, 380)


async def test_a_price_is_told_with_a_version_when_it_changes(room: StoreRoom) -> None:
    for price in (PRICE, PRICE, Price(500, "JPY", 1_000)):
        await room.do(partial(purchases.set_price, item="rice", price=price))
    assert isinstance(await room.do(lambda unit: purchases.set_price(unit, "gold", PRICE)), Refused)
    told = await facts(room, "item_priced")
    assert [(each["version"], each["price"]["amount"]) for each in told] == [(1, 400), (2, 500)]
    assert len({each["price_id"] for each in told}) == 1


async def test_an_item_costs_what_was_paid_last_whatever_the_order_of_corrections(room: StoreRoom) -> None:
    """Two purchases; then the first and the second cost something else, twice, in any order; then one is cancelled."""
    first, second = UUID(int=1), UUID(int=2)
    await room.do(partial(purchases.set_price, item="rice", price=PRICE))
    keys = []
    for key, cost in ((first, 500), (second, 600)):
        await hears(room, appeal(1, key=key))
        keys.append((await bought(room))[-1]["id"])
        await order(room, replace(ORDER, cost=cost))

    async def price() -> tuple[int, int]:
        (row,) = await room.rows("SELECT minor, per FROM price WHERE item = 'rice'")
        return row["minor"], row["per"]

    assert await price() == (600, 1_000)
    changes = [(keys[0], 510), (keys[0], 510), (keys[1], 610), (keys[1], 610)]
    for ways in (changes, changes[::-1], changes[1::2] + changes[::2]):
        for key, cost in (*ways, (keys[1], 600), *ways):
            await room.do(partial(purchases.change, purchase_id=key, wanted=Changes(cost=cost)))
        assert await price() == (610, 1_000)
    said = len(await facts(room, "item_priced"))
    await room.do(partial(purchases.cancel, purchase_id=keys[1]))
    assert await price() == (510, 1_000)
    # What staff say after an order stays when that is corrected; what is paid then is the price again.
    await room.do(partial(purchases.set_price, item="rice", price=Price(7, "USD", 10)))
    await room.do(partial(purchases.change, purchase_id=keys[0], wanted=Changes(cost=520)))
    assert await price() == (7, 10)
    await room.turn()
    await order(room, replace(ORDER, cost=430))
    await receive(room, 1_000)
    assert await price() == (430, 1_000)
    told = await facts(room, "item_priced")
    assert [each["price"]["amount"] for each in told[said:]] == [510, 7, 430]
    assert [each["version"] for each in told] == [*range(1, len(told) + 1)]


async def test_a_purchase_at_the_price_that_is_known_says_none(room: StoreRoom) -> None:
    """999 g at 400 JPY per 1,000 g cost 400 JPY, rounded up: 1,000 g cost no more after that; nor if only half of them
    come. If that half cost all the same, it does.
    """
    await room.do(partial(purchases.set_price, item="rice", price=PRICE))
    await hears(room, appeal(1, quantity=999))
    await order(room)
    await receive(room, 500)
    assert len(await facts(room, "item_priced")) == 1
    planned = (await bought(room))[0]["planned_id"]
    await room.do(lambda unit: planning.close(unit, planned, "less_came"))
    assert len(await facts(room, "item_priced")) == 1
    (bill,) = await bought(room)
    await room.do(partial(purchases.change, purchase_id=bill["id"], wanted=Changes(cost=400)))
    (_, told) = await facts(room, "item_priced")
    assert (told["price"]["amount"], told["per"]) == (400, 500)


async def test_a_shortage_is_told_in_steps_and_exactly_on_the_next_day(room: StoreRoom) -> None:
    look = timers(room.settings)[FORECAST]
    kits = frozenset({NeedKind.KIT})

    async def told() -> list[tuple[int, int, int]]:
        await room.do(lambda unit: look({}, unit))
        found = await facts(room, "shortage_changed")
        return [(each["version"], each["missing"], each["households"]) for each in found]

    assert await told() == []
    for number in range(5):
        await room.hears(said(code=f"LF-06-000{number}", needs=kits))
        await told()
    assert await told() == [(1, 1, 1), (2, 2, 2), (3, 4, 4)]
    await room.turn()
    assert (await told())[-1] == (4, 5, 5)
    wanted = [planning.PlannedGoods(NORTH, "first-aid-kit", 2, DUE, "lorry")]
    await room.do(lambda unit: planning.plan_deliveries(unit, wanted))
    await told()
    newest = (await facts(room, "shortage_changed"))[-1]
    assert (newest["coming"], newest["missing"], newest["since"]) == (2, 5, "2006-11-01")
    lines = [goods.GoodsLine("first-aid-kit", 5)]
    await room.do(lambda unit: goods.receive(unit, room.rules, NORTH, "all", lines, None))
    assert (await told())[-1][1:] == (0, 0)
    assert len(await told()) == 6
