"""Whoever changes the store locks in the order of inventory's README, and of two who meet nobody waits for ever."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.inventory.commands import bringing_back, goods, handing_out, planning, purchases, undoing
from services.inventory.commands.planning import NewValues
from services.inventory.commands.purchases import Changes, Order
from services.inventory.domain.purchases import Price
from services.inventory.handlers import on_appeal_changed
from shared.contracts.base import Money
from shared.contracts.donations import AppealChanged
from shared.contracts.intake import NeedKind
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.meeting import Locks, meets
from tests.support.registrations import said
from tests.support.store_room import StoreRoom
from tests.support.world import FIRST_DAY

NORTH, DUE = "depot-north", FIRST_DAY + timedelta(days=5)
WITH_FOOD = said(needs=frozenset({NeedKind.FOOD}))
ORDER: Mapping[str, str] = {
    "household": "SELECT id FROM household FOR UPDATE",
    "appeal": "SELECT id FROM appeal FOR UPDATE",
    "hand-out": "SELECT id FROM delivery FOR UPDATE",
    "receipt": "SELECT id FROM receipt FOR UPDATE",
    "item": "SELECT code FROM item WHERE code = 'rice' FOR UPDATE",
    "shelf": "SELECT depot FROM shelf WHERE item = 'rice' FOR UPDATE",
    "planned delivery": "SELECT id FROM planned_delivery FOR UPDATE",
    "earlier purchase": "SELECT id FROM purchase WHERE status = 'cancelled' FOR UPDATE",
    "purchase": "SELECT id FROM purchase WHERE status <> 'cancelled' FOR UPDATE",
    "price": "SELECT pg_advisory_xact_lock(hashtext('price rice'))",
}
"""Kinds of locks, as the README has them. Of an appeal the cancelled purchase comes first: it has the smaller id."""
STORE = ("item", "shelf")
BUYING = ("planned delivery", "earlier purchase", "purchase", "price")

Work = Callable[[Unit], Awaitable[Any]]


@pytest.fixture
async def room(room_url: str) -> AsyncIterator[StoreRoom]:
    async with StoreRoom.open(room_url, FIRST_DAY) as room:
        await room.do(partial(purchases.set_price, item="rice", price=Price(400, "JPY", 1_000)))
        await room.hears(WITH_FOOD)
        yield room
        assert await room.breaches() == set()


class Store:
    """What is done to the store by people and other services: each prepares something, and gives the work."""

    def __init__(self, room: StoreRoom) -> None:
        self.room = room
        self._appeals = self._told = self._waybills = 0

    def told(self, status: str) -> Work:
        """What donations says of the newest appeal."""
        self._told += 1
        some = Money(amount=400, currency="JPY")
        wanted = {"item": "rice", "quantity": 1_000, "target": some, "raised": some, "on": FIRST_DAY}
        fact = AppealChanged(appeal_id=UUID(int=self._appeals), version=self._told, status=status, **wanted)
        return partial(on_appeal_changed, [fact])

    async def proposed(self) -> UUID:
        """A purchase that nobody has ordered, and one of the same appeal that was cancelled before it."""
        self._appeals += 1
        for status in ("funded", "withdrawn", "funded"):
            await self.room.do(self.told(status))
        return UUID(str((await self.room.rows("SELECT max(id::text) AS id FROM purchase"))[0]["id"]))

    async def ordered(self) -> Any:
        """A purchase that was ordered; nothing has come of it."""
        key = await self.proposed()
        await self.room.do(partial(purchases.order, purchase_id=key, wanted=Order("mill-1", NORTH, DUE, 390)))
        return (await self.room.rows("SELECT * FROM purchase WHERE id = :key", key=key))[0]

    async def receiving(self, grams: int = 400) -> Work:
        self._waybills += 1
        planned, reference = (await self.ordered())["planned_id"], f"waybill {self._waybills}"
        lines, rules = [goods.GoodsLine("rice", grams)], self.room.rules
        return partial(
            goods.receive, rules=rules, depot=NORTH, reference=reference, lines=lines, planned=planned
        )

    async def received(self) -> UUID:
        done = await self.room.do(await self.receiving())
        return UUID(str(done.id))

    async def news_of_an_appeal(self) -> Work:
        await self.proposed()
        return self.told("funded")

    async def undoing_a_paper(self) -> Work:
        paper = await self.received()
        return partial(undoing.undo_paper, rules=self.room.rules, document_id=paper, note="wrong")

    async def undoing_a_line(self) -> Work:
        line = "SELECT id FROM movement WHERE document_id = :paper AND on_hand > 0"
        key = (await self.room.rows(line, paper=await self.received()))[0]["id"]
        return partial(undoing.reverse, rules=self.room.rules, movement_id=key, note="wrong")

    async def undoing_all_that_came(self) -> Work:
        """No more comes of it, so that the purchase is cancelled, and proposed anew."""
        paper, planned = await self.received(), "SELECT planned_id FROM receipt WHERE id = :paper"
        key = (await self.room.rows(planned, paper=paper))[0]["planned_id"]
        await self.room.do(partial(planning.close, planned=key, reason="less_came"))
        return partial(undoing.undo_paper, rules=self.room.rules, document_id=paper, note="wrong")

    async def another_day(self) -> Work:
        key = (await self.ordered())["id"]
        return partial(purchases.change, purchase_id=key, wanted=Changes(380, DUE + timedelta(days=1)))

    async def another_quantity(self) -> Work:
        planned = (await self.ordered())["planned_id"]
        return partial(planning.change, planned=planned, values=NewValues(quantity=900))

    async def cancelling(self) -> Work:
        return partial(purchases.cancel, purchase_id=(await self.ordered())["id"])

    async def ordering(self) -> Work:
        wanted = Order("mill-1", NORTH, DUE, 380)
        return partial(purchases.order, purchase_id=await self.proposed(), wanted=wanted)

    async def handing_out(self) -> Work:
        await self.received()
        receiver = WITH_FOOD.members[0].member_id
        home = WITH_FOOD.household_id
        return partial(
            handing_out.hand_out, rules=self.room.rules, household_id=home, received_by=receiver, wanted=()
        )

    async def bringing_back(self) -> Work:
        done = await self.room.do(await self.handing_out())
        return partial(bringing_back.undo_hand_out, rules=self.room.rules, delivery_id=done.id, note="wrong")


DONE: Mapping[Callable[[Store], Awaitable[Work]], tuple[str, ...]] = {
    Store.receiving: (*STORE, *BUYING[:-1]),
    Store.undoing_a_paper: ("receipt", *STORE, *BUYING[:-1]),
    Store.undoing_a_line: ("receipt", *STORE, *BUYING[:-1]),
    Store.undoing_all_that_came: ("receipt", *STORE, *BUYING),
    Store.another_day: BUYING,
    Store.another_quantity: BUYING[:-1],
    Store.cancelling: BUYING,
    Store.ordering: ("purchase", "price"),
    Store.news_of_an_appeal: ("appeal", "earlier purchase", "purchase"),
    Store.handing_out: ("household", *STORE),
    Store.bringing_back: ("household", "hand-out", *STORE),
}
"""What is done, and the kinds that it locks."""


def locking(kind: str) -> Locks:
    return lambda unit: unit.session.execute(text(ORDER[kind]))


@pytest.mark.parametrize("prepare", DONE, ids=lambda each: each.__name__)
async def test_whoever_waits_for_a_lock_holds_none_that_comes_later(
    room: StoreRoom, prepare: Callable[[Store], Awaitable[Work]]
) -> None:
    """Each kind that something locks is held by another unit, which then locks all kinds that come after it."""
    store, kinds = Store(room), list(ORDER)
    for kind in DONE[prepare]:
        later = [locking(each) for each in kinds[kinds.index(kind) + 1 :]]
        work = await prepare(store)
        done = await meets(room, partial(room.do, work), locking(kind), *later)
        assert not isinstance(done, Refused), (kind, done)


async def test_of_two_lines_of_a_receipt_that_are_undone_at_once_the_second_frees_its_reference(
    room: StoreRoom,
) -> None:
    lines = [goods.GoodsLine("rice", 400), goods.GoodsLine("first-aid-kit", 2)]
    receive = partial(
        goods.receive, rules=room.rules, depot=NORTH, reference="all", lines=lines, planned=None
    )
    await room.do(receive)
    first, second = [
        partial(undoing.reverse, rules=room.rules, movement_id=row["id"], note="wrong")
        for row in await room.rows("SELECT id FROM movement WHERE kind = 'received' ORDER BY id")
    ]
    await meets(room, lambda: room.do(second), first)
    assert not isinstance(await room.do(receive), Refused)
