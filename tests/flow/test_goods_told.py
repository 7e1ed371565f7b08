"""Inventory tells what came in under a receipt and what of it was undone; donations compares gifts in kind with it."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from services.donations.api.in_kind import GiftInKindListed, NewGiftInKind
from services.donations.commands.in_kind import acknowledge, see
from services.donations.domain.in_kind import GiftInKind, Goods, differing
from services.donations.queries.in_kind import gifts_in_kind
from services.inventory.api.goods import NewReceipt
from services.inventory.commands import goods, undoing
from services.inventory.day import TELL_RECEIPTS, timers
from services.inventory.domain.items import Catalogue
from services.inventory.domain.receipts import Came, fact_of
from shared.contracts.inventory import CameLine, GoodsReceived
from shared.outcomes import Refused
from tests.support.properties import tried_with
from tests.support.store_room import StoreRoom
from tests.support.till import Till
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World

DAY = date(2006, 11, 1)
NORTH = "depot-north"
Told = tuple[int, dict[str, int]]
"""A version, and what stands of each item."""


async def told(room: StoreRoom) -> list[Told]:
    """What the others were told of receipts."""
    query = "SELECT CAST(data AS json) AS fact FROM journal WHERE contract = :wire ORDER BY message_id"
    found = [row["fact"] for row in await room.rows(query, wire=GoodsReceived.wire)]
    return [(each["version"], {line["item"]: line["quantity"] for line in each["lines"]}) for each in found]


def receiving(room: StoreRoom, depot: str, *lines: goods.GoodsLine) -> Any:
    return partial(goods.receive, rules=room.rules, depot=depot, reference="gift", lines=lines, planned=None)


async def test_a_receipt_is_told_whole_with_each_line_that_is_undone(room_url: str) -> None:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        dated = goods.GoodsLine("rice", 100, date(2007, 3, 1))
        came = receiving(
            room, NORTH, goods.GoodsLine("rice", 400), dated, goods.GoodsLine("first-aid-kit", 2)
        )
        await room.do(came)
        lines = await room.rows("SELECT id FROM movement WHERE kind = 'received' ORDER BY id")
        for line in lines:
            undo = partial(undoing.reverse, rules=room.rules, movement_id=line["id"], note="wrong")
            await room.do(undo)
            await room.do(undo)
        assert await told(room) == [
            (1, {"rice": 500, "first-aid-kit": 2}),
            (2, {"rice": 100, "first-aid-kit": 2}),
            (3, {"first-aid-kit": 2}),
            (4, {}),
        ]
        await room.do(came)
        assert (await told(room))[-1] == (1, {"rice": 500, "first-aid-kit": 2})
        assert await room.breaches() == set()


async def test_beds_are_told_without_their_shelter(room_url: str) -> None:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        shelter = "shelter-a"
        await room.load(
            {
                "items": [{"code": f"{shelter}-bed", "name": "Bed", "kind": "bed", "unit": "place"}],
                "depots": [{"code": shelter, "name": "A", "kind": "shelter", "region": "north"}],
            }
        )
        await room.do(
            receiving(room, shelter, goods.GoodsLine(f"{shelter}-bed", 3), goods.GoodsLine("bed", 2))
        )
        (row,) = await room.rows(
            "SELECT CAST(data AS text) AS data FROM journal WHERE contract = :wire", wire=GoodsReceived.wire
        )
        assert shelter not in row["data"]
        assert await told(room) == [(1, {"bed": 5})]


def test_what_is_not_in_the_catalogue_is_not_named() -> None:
    """Its code may tell of a shelter."""
    (line,) = fact_of(Came(uuid4(), 1, DAY, {"house-bed": 2}), Catalogue([]), DAY).lines
    assert (line.item, line.quantity) == ("bed", 2)


async def test_receipts_from_before_anybody_was_told_of_them_are_told_once(room_url: str) -> None:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        await room.do(receiving(room, NORTH, goods.GoodsLine("rice", 400)))
        await room.rows("UPDATE receipt SET version = 0; ")
        await room.rows("DELETE FROM journal")
        tell = timers(room.settings)[TELL_RECEIPTS]
        for _ in range(2):
            await room.do(partial(tell, {}))
        assert await told(room) == [(1, {"rice": 400})]


ITEMS, UNITS = st.sampled_from(("rice", "kit")), st.sampled_from(("g", "G", "set"))
SOME = st.lists(st.tuples(ITEMS, st.sampled_from((1, 2, 3)), UNITS), max_size=3)
RICE = ("rice", 2, "g")


@tried_with(20)
@given(SOME.filter(bool), st.none() | SOME)
@example([RICE], None)
@example([RICE], [])
@example([RICE], [RICE])
@example([RICE, RICE], [("rice", 4, "g")])
@example([RICE], [RICE, ("kit", 1, "set")])
@example([("rice", 2, "G")], [RICE])
def test_the_list_shows_each_gift_that_is_not_what_came(
    till_url: str, given_goods: Sequence[Any], came: Sequence[Any] | None
) -> None:
    """The database finds exactly those of which the rule says in what they differ: nobody is left out of either."""

    async def telling() -> None:
        async with Till.open(till_url, DAY) as till:
            gift = GiftInKind(uuid4(), uuid4(), DAY, tuple(Goods(*each) for each in given_goods))
            await till.do(lambda unit: acknowledge(unit, gift))
            lines = None if came is None else [Goods(item, many, unit.lower()) for item, many, unit in came]
            if lines is not None:
                await till.hears(fact(gift.receipt_id, 2, lines))
                await till.hears(fact(gift.receipt_id, 1, gift.goods))
            async with till.units.read() as session:
                found = await gifts_in_kind(session, None, 9, differing=True)
            assert bool(found) == bool(differing(gift.goods, lines))

    asyncio.run(telling())


def fact(receipt: UUID, version: int, lines: Sequence[Goods]) -> GoodsReceived:
    came = tuple(CameLine(item=each.item, quantity=each.quantity, unit=each.unit.lower()) for each in lines)
    return GoodsReceived(receipt_id=receipt, version=version, lines=came, received_on=DAY, on=DAY)


async def test_what_is_right_so_is_listed_again_once_inventory_tells_news(till_url: str) -> None:
    async with Till.open(till_url, DAY) as till:
        gift = GiftInKind(uuid4(), uuid4(), DAY, (Goods(*RICE),))
        await till.do(lambda unit: acknowledge(unit, gift))

        async def listed() -> list[tuple[int, bool]]:
            async with till.units.read() as session:
                found = await gifts_in_kind(session, None, 9, differing=True)
                every = await gifts_in_kind(session, None, 9)
            shown = [GiftInKindListed.in_list(each) for each in every]
            assert [each.seen for each in shown] == [not found and bool(shown[0].differs)]
            return [(each["told"], each["seen"]) for each in found]

        async def seen(version: int) -> bool:
            return not isinstance(
                await till.do(partial(see, gift_id=gift.id, version=version, note="so")), Refused
            )

        assert await listed() == [(0, False)]
        assert (await seen(1), await seen(0), await listed()) == (False, True, [])
        # What somebody has looked at is not what inventory tells since.
        await till.hears(fact(gift.receipt_id, 1, [Goods("rice", 3, "g")]))
        assert await listed() == [(1, False)]
        assert (await seen(0), await seen(1), await listed()) == (False, True, [])
        await till.hears(fact(gift.receipt_id, 2, gift.goods))
        assert (await seen(2), await listed()) == (False, [])
        await till.hears(fact(gift.receipt_id, 3, []))
        assert await listed() == [(3, False)]
        assert (await seen(3), await seen(3), await listed()) == (True, True, [])


def test_a_whole_receipt_can_be_acknowledged() -> None:
    most = [NewGiftInKind.model_json_schema()["properties"]["goods"]["maxItems"]]
    assert most == [NewReceipt.model_json_schema()["properties"]["lines"]["maxItems"]]


async def test_a_gift_in_kind_is_compared_with_what_the_store_received(world: World) -> None:
    receipt = await world.inventory.receive(NORTH, [{"item": "rice", "quantity": 40_000}])
    rice, paths = {"item": "rice", "quantity": 40_000, "unit": "g"}, "/gifts-in-kind"

    async def acknowledged(receipt_id: str, *lines: dict[str, Any]) -> Any:
        body = {"receipt_id": receipt_id, "received_on": str(FIRST_DAY), "goods": lines}
        return await world.donations.post(paths, body)

    async def differs() -> list[list[str]]:
        found = (await world.donations.get(paths, differing=True))["items"]
        return [each["differs"] for each in found]

    gift = await acknowledged(receipt["receipt_id"], rice)
    await until(differs, lambda found: found == [])
    await acknowledged(str(uuid4()), rice)
    assert await differs() == [["Inventory has no such receipt: 40,000 g of rice were acknowledged."]]
    (lost,) = (await world.donations.get(paths, differing=True))["items"]
    right = {"version": lost["told"], "note": "of before inventory told"}
    assert (await world.donations.post(f"{paths}/{lost['gift_id']}/seen", right))["gift_id"] == lost[
        "gift_id"
    ]
    assert await differs() == []
    await world.donations.post(f"{paths}/{gift['gift_id']}/undo", {"note": "more came"})
    await acknowledged(receipt["receipt_id"], {**rice, "quantity": 50_000})
    words = "50,000 g of rice are acknowledged, and 40,000 came under this receipt."
    await until(differs, lambda found: [words] in found)
    await world.inventory.post(f"/papers/{receipt['receipt_id']}/undo", {"reason": "never came"})
    words = "Inventory has received no rice in g under this receipt, or that was undone."
    await until(differs, lambda found: [words] in found)
    assert len((await world.donations.get(paths))["items"]) == 3
