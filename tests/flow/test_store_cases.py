"""What storekeepers' cases broke elsewhere, each with its right value here; the numbers are of the list of cases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.inventory.commands import (
    bringing_back,
    catalogue,
    goods,
    moving,
    planning,
    recalling,
    stock,
    undoing,
)
from services.inventory.commands.catalogue import KitPart, Line
from services.inventory.domain.items import Item, Kind, Season
from services.inventory.domain.kits import Assembled
from services.inventory.domain.numbers import MOST
from services.inventory.queries import figures, forecasting, lists
from shared.contracts.intake import NeedKind
from shared.outcomes import Refused
from tests.support.store_room import StoreRoom
from tests.support.store_story import Step, Story
from tests.support.world import FIRST_DAY

FOOD, KIT = frozenset({NeedKind.FOOD}), frozenset({NeedKind.KIT})
NORTH = "depot-north"


def nov(day: int) -> date:
    return date(2006, 11, day)


class Store:
    """A room with a story, and what storekeepers do in it."""

    def __init__(self, room: StoreRoom) -> None:
        self.room, self.story = room, Story(room)

    async def tell(self, *steps: Step) -> None:
        for each in steps:
            await self.story.tell(each)

    async def receive(self, reference: str, *lines: tuple[str, int, date | None], **more: Any) -> Any:
        found = [goods.GoodsLine(*line) for line in lines]
        depot, planned = more.get("depot", NORTH), more.get("planned")
        rules = self.room.rules
        return await self.room.do(lambda unit: goods.receive(unit, rules, depot, reference, found, planned))

    async def plan(self, quantity: int, due: date, reference: str = "ship", item: str = "rice") -> Any:
        wanted = [planning.PlannedGoods(NORTH, item, quantity, due, reference)]
        return await self.room.do(lambda unit: planning.plan_deliveries(unit, wanted))

    async def planned(self) -> Any:
        return (await self.room.rows("SELECT * FROM planned_delivery"))[0]

    async def adjust(self, item: str, difference: int, found: stock.Found = stock.UNSEEN) -> Any:
        rules = self.room.rules
        return await self.room.do(
            lambda unit: stock.adjust(unit, rules, NORTH, item, difference, "why", found)
        )

    async def count(self, item: str, quantity: int, found: stock.Found = stock.UNSEEN) -> Any:
        rules, counts = self.room.rules, [stock.Counted(item, quantity, found)]
        return await self.room.do(lambda unit: stock.count(unit, rules, NORTH, counts, "why"))

    async def undo(self, document: UUID) -> Any:
        return await self.room.do(lambda unit: undoing.undo_paper(unit, self.room.rules, document, "wrong"))

    async def reverse(self, place: int = 0) -> Any:
        rows = await self.room.rows("SELECT id FROM movement WHERE on_hand <> 0 ORDER BY id DESC")
        found = rows[place]["id"]
        return await self.room.do(lambda unit: undoing.reverse(unit, self.room.rules, found, "wrong"))

    async def load(self, **found: Any) -> Any:
        given = [found.get(name, ()) for name in ("items", "depots", "kit_parts", "taken_out")]
        return await self.room.do(lambda unit: catalogue.load(unit, self.room.rules, *given), alone=True)

    async def lots(self, item: str) -> list[tuple[date | None, int]]:
        rows = await self.room.rows(
            "SELECT expires_on, on_hand FROM lot WHERE item = :item AND on_hand > 0 ORDER BY expires_on, on_hand",
            item=item,
        )
        return [(row["expires_on"], row["on_hand"]) for row in rows]

    async def aside(self, number: int) -> int:
        return sum(each.reserved for each in await self.story.rows(number))

    async def forecast(self) -> forecasting.Made:
        async with self.room.units.read() as session:
            return await forecasting.make(session, self.room.rules, "rice", await self.room.today(), nov(30))


def in_store(room_url: str, tale: Callable[[Store], Awaitable[None]]) -> None:
    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            await tale(Store(room))
            assert await room.breaches() == set()

    asyncio.run(telling())


def said(answer: Any) -> str:
    assert isinstance(answer, Refused), answer
    return " ".join([answer.words, *(f"{name} {why}" for name, why in answer.fields)])


async def case_3(store: Store) -> None:
    await store.receive("A", ("soap", 10, nov(10)))
    b = await store.receive("B", ("soap", 10, date(2007, 5, 1)))
    await store.undo(b.id)
    assert await store.lots("soap") == [(nov(10), 10)]
    await store.tell(("nights", (10,)))
    assert await store.lots("soap") == []
    assert not isinstance(await store.receive("B", ("soap", 1, None)), Refused)


async def case_4(store: Store) -> None:
    await store.receive("A", ("soap", 100, nov(5)))
    await store.adjust("soap", -40)
    await store.reverse()
    assert await store.lots("soap") == [(nov(5), 100)]
    await store.count("soap", 120)
    assert await store.lots("soap") == [(nov(5), 20), (nov(5), 100)]
    await store.adjust("soap", 5, stock.Found(expires=nov(9), dated=True))
    await store.adjust("soap", 5, stock.Found(dated=True))
    assert (await store.lots("soap"))[2:] == [(nov(9), 5), (None, 5)]
    await store.tell(("nights", (5,)))
    assert await store.lots("soap") == [(nov(9), 5), (None, 5)]


async def case_4_by_lot(store: Store) -> None:
    await store.receive("A", ("soap", 10, nov(5)), ("soap", 10, nov(9)))
    (row,) = await store.room.rows("SELECT id FROM lot WHERE expires_on = '2006-11-09'")
    await store.adjust("soap", -4, stock.Found(row["id"]))
    await store.count("soap", 7, stock.Found(row["id"]))
    assert await store.lots("soap") == [(nov(5), 10), (nov(9), 7)]
    assert "lot" in said(await store.adjust("soap", 1, stock.Found(UUID(int=9))))


async def case_6(store: Store) -> None:
    await store.receive("A", ("bandage", 4, nov(5)), ("bandage", 9, None), ("soap", 9, nov(8)))
    made = await store.room.do(
        lambda unit: moving.put_together(unit, store.room.rules, NORTH, "first-aid-kit", 4)
    )
    assert isinstance(made, Assembled)
    assert made.expires == nov(5)
    assert await store.lots("first-aid-kit") == [(nov(5), 2), (nov(8), 2)]
    await store.tell(("nights", (5,)), ("registers", (1, 1, "north", KIT)), ("fetches", (1, None)))
    assert await store.lots("first-aid-kit") == [(nov(8), 1)]
    assert made.document_id
    assert "This bandage expired on 2006-11-05" in said(await store.undo(made.document_id))


async def case_7(store: Store) -> None:
    await store.receive("A", ("rice", 15_000, nov(3)))
    await store.tell(("registers", (1, 1, "north", FOOD)))
    assert (await store.forecast()).forecast.first_short_day == nov(4)
    await store.tell(("fetches", (1, None)))
    (ration,) = await store.story.rows(1)
    assert (ration.delivered, ration.reason.number, ration.reason.on) == (1_500, 3, nov(4))


async def case_7_fetched_at_once(store: Store) -> None:
    """Two fetch all at once: the second one finds as much of the early lot as the first one."""
    await store.receive("A", ("rice", 15_000, nov(10)), ("rice", 15_000, None))
    await store.tell(*(("registers", (number, 1, "north", FOOD)) for number in (1, 2)))
    promised = (await store.forecast()).forecast
    await store.tell(*(("fetches", (number, None)) for number in (1, 2)))
    assert [each.delivered for number in (1, 2) for each in await store.story.rows(number)] == [
        12_500,
        12_500,
    ]
    assert await store.lots("rice") == [(nov(10), 5_000)]
    assert promised.first_short_day == nov(26)
    assert promised.days[10].spoiled == 5_000
    assert (await store.forecast()).forecast.short_days == promised.short_days


async def case_8(store: Store) -> None:
    await store.tell(("registers", (1, 1, "north", FOOD)))
    await store.plan(100_000, nov(5))
    assert [day.day for day in (await store.forecast()).forecast.short_days] == [nov(n) for n in (1, 2, 3, 4)]
    await store.tell(("nights", (11,)))
    assert len((await store.forecast()).forecast.short_days) == 19
    async with store.room.units.read() as session:
        late = lists.PlannedFilter(late=True)
        assert len(await lists.planned_deliveries(session, late, nov(12), 10)) == 1
    planned = (await store.planned())["id"]
    new = planning.NewValues(due_on=nov(20))
    await store.room.do(lambda unit: planning.change(unit, planned, new))
    assert len((await store.forecast()).forecast.short_days) == 8
    past = planning.NewValues(due_on=nov(2))
    assert "is past" in said(await store.room.do(lambda unit: planning.change(unit, planned, past)))
    assert "is past" in said(await store.plan(1, nov(1), "another"))
    assert "change those" in said(await store.plan(1, nov(30)))


async def case_9(store: Store) -> None:
    await store.receive("A", ("rice", 9_500, None))
    await store.tell(("registers", (1, 1, "north", FOOD)), ("fetches", (1, None)))
    await store.tell(("registers", (2, 1, "north", FOOD)))
    made = (await store.forecast()).forecast
    assert (made.first_short_day, made.short_grams) == (nov(1), 30 * 500 + 11 * 500)
    await store.tell(("closes", (1,)))
    made = (await store.forecast()).forecast
    assert (made.first_short_day, made.short_grams) == (nov(1), 30 * 500)
    async with store.room.units.read() as session:
        assert await forecasting.left_tonight(session, store.room.rules, "rice", nov(1)) == 0


async def case_10(store: Store) -> None:
    await store.receive("A", ("soap", 1, None))
    await store.room.rows("INSERT INTO shelf (depot, item) VALUES ('depot-north', 'rice')")
    await store.receive("B", ("rice", 360_000, None), depot="depot-south")
    await store.tell(("registers", (1, 2, "north", FOOD)))
    found = await store.forecast()
    assert found.forecast.days[0].short == 1_000
    assert found.named[NORTH].short_grams == 30_000
    assert found.named["depot-south"].short_grams == 0
    (proposed,) = found.proposal.transfers
    assert (proposed.source, proposed.target, proposed.grams) == ("depot-south", NORTH, 30_000)
    assert found.proposal.after.short_days == ()
    async with store.room.units.read() as session:
        await store.tell(("fetches", (1, None)))
        assert (await figures.unmet_by_day(session, "rice", nov(1), nov(1)))[nov(1)] == 1_000
    await store.tell(("transfers", ("south", "rice", proposed.grams)))
    assert (await store.forecast()).forecast.short_days == ()


async def case_11(store: Store) -> None:
    await store.plan(40_000, nov(9))
    planned = (await store.planned())["id"]
    first = await store.receive("truck 1", ("rice", 10_000, None), planned=planned)
    assert (await store.planned())["received"] == 10_000
    assert (await store.forecast()).forecast.left_grams == 40_000
    assert "nothing of it came" in said(
        await store.receive("bandages", ("bandage", 5, None), planned=planned)
    )
    await store.receive("truck 2", ("rice", 30_000, None), planned=planned)
    assert (await store.planned())["received_on"] == nov(1)
    assert "came in on" in said(await store.receive("truck 3", ("rice", 1, None), planned=planned))
    await store.undo(first.id)
    assert ((await store.planned())["received_on"], (await store.planned())["received"]) == (None, 30_000)
    await store.receive("truck 1", ("rice", 2_000, None), planned=planned)
    await store.room.do(lambda unit: planning.close(unit, planned, "less_came"))
    assert "was closed" in said(await store.receive("truck 4", ("rice", 1, None), planned=planned))


async def case_14(store: Store) -> None:
    for part in ("first-aid-kit", "rice", "no-such-part"):
        assert part in said(await store.load(kit_parts=[KitPart("first-aid-kit", part, 1)]))
    assert "not a kit" in said(await store.load(kit_parts=[KitPart("rice", "soap", 1)]))
    await store.load(taken_out=[Line("first-aid-kit", "soap")])
    assert [row["part"] for row in await store.room.rows("SELECT part FROM kit_part")] == ["bandage"]


async def case_14_retired(store: Store) -> None:
    await store.tell(("registers", (1, 1, "north", KIT)))
    await store.load(items=[Item("small-kit", "Small kit", Kind.KIT, "kit")])
    await store.receive("A", ("small-kit", 1, None))

    async def retire(code: str, other: str | None) -> Any:
        rules = store.room.rules
        return await store.room.do(lambda unit: catalogue.retire(unit, rules, code, other), alone=True)

    assert "wait for" in said(await retire("first-aid-kit", None))
    assert "same kind" in said(await retire("first-aid-kit", "soap"))
    assert "Rations are made of" in said(await retire("rice", None))
    assert not isinstance(await retire("first-aid-kit", "small-kit"), Refused)
    assert [(each.item, each.reserved) for each in await store.story.rows(1)] == [("small-kit", 1)]
    assert "retired" in said(await store.receive("B", ("first-aid-kit", 1, None)))
    await store.tell(("registers", (2, 1, "north", KIT)))
    assert [each.item for each in await store.story.rows(2)] == ["small-kit"]


async def case_14_retired_part(store: Store) -> None:
    """A kit is not left with a part of which no more comes: the other one takes its place in the bill."""
    rules = store.room.rules
    await store.load(items=[Item("gauze", "Gauze", Kind.PART, "piece")])

    async def retire(other: str | None) -> Any:
        return await store.room.do(lambda unit: catalogue.retire(unit, rules, "bandage", other), alone=True)

    assert "Kits are made of bandage" in said(await retire(None))
    assert not isinstance(await retire("gauze"), Refused)
    assert [row["part"] for row in await store.room.rows("SELECT part FROM kit_part ORDER BY part")] == [
        "gauze",
        "soap",
    ]
    await store.receive("A", ("gauze", 9, None), ("soap", 9, None))
    made = await store.room.do(lambda unit: moving.put_together(unit, rules, NORTH, "first-aid-kit", 1))
    assert isinstance(made, Assembled)
    assert set(made.used) == {"gauze", "soap"}


async def case_15_blocked(store: Store) -> None:
    """What is blocked is on no shelf, and may be given free again."""
    await store.receive("A", ("soap", 10, None))
    (lot,) = await store.room.rows("SELECT id FROM lot")
    rules = store.room.rules
    await store.load(taken_out=[Line("first-aid-kit", "soap")])
    await store.room.do(lambda unit: recalling.block(unit, rules, lot["id"], "mouldy"))
    assert "soap has goods" in said(await store.load(items=[Item("soap", "Soap", Kind.PART, "box")]))


async def case_15(store: Store) -> None:
    await store.receive("A", ("rice", 10, None))
    for kind, unit in ((Kind.FOOD, "kg"), (Kind.PART, "g")):
        answer = await store.load(items=[Item("rice", "Rice", kind, unit)])
        assert "rice has goods" in said(answer)
    assert not isinstance(await store.load(items=[Item("rice", "Better rice", Kind.FOOD, "g")]), Refused)
    assert not isinstance(await store.adjust("rice", -10), Refused)
    assert "rice has goods" in said(await store.load(items=[Item("rice", "Rice", Kind.FOOD, "kg")]))
    await store.plan(5, nov(9), item="bandage")
    assert "bandage" in said(await store.load(items=[Item("bandage", "Bandage", Kind.PART, "box")]))


async def case_15_each_alone(store: Store) -> None:
    """Without any stock too: somebody waits for it, some is to come, kits are made of it, or it is such a kit."""
    small, medium, large = (
        Item(f"winter-{size}", "Winter set", Kind.CLOTHING, "pair", Season.WINTER, size) for size in "SML"
    )
    await store.tell(("registers", (1, 1, "north", frozenset({NeedKind.CLOTHING}))))
    await store.plan(5, nov(9), item="winter-L")
    for each in (
        small,
        large,
        Item("soap", "Soap", Kind.PART, "box"),
        Item("first-aid-kit", "Kit", Kind.KIT, "box"),
    ):
        assert f"{each.code} has goods" in said(await store.load(items=[each]))
    assert not isinstance(await store.load(items=[medium]), Refused)
    await store.tell(("closes", (1,)))
    planned = (await store.planned())["id"]
    await store.room.do(lambda unit: planning.close(unit, planned, "cancelled"))
    assert not isinstance(await store.load(items=[small, large]), Refused)


async def case_16(store: Store) -> None:
    two = (("rice", 10, nov(5)), ("rice", 20, nov(9)))
    assert not isinstance(await store.receive("waybill", *two), Refused)
    assert not isinstance(await store.receive("waybill", *two, depot="depot-south"), Refused)
    assert "before" in said(await store.receive("waybill", *two))
    assert "more than once" in said(await store.receive("again", two[0], two[0]))


async def figure(store: Store, measure: str) -> int:
    async with store.room.units.read() as session:
        return (await figures.reached(session))[measure]


async def case_17(store: Store) -> None:
    await store.receive("A", ("rice", 10_000, None))
    wrong = await store.receive("B", ("rice", 5_000, None))
    await store.undo(wrong.id)
    assert await figure(store, "rice_grams_month") == 10_000
    await store.tell(("nights", (30,)))
    await store.receive("C", ("rice", 7_000, None))
    assert await figure(store, "rice_grams_month") == 7_000
    await store.tell(("nights", (62,)))
    assert await figure(store, "rice_grams_month") == 0


async def undone_hand_out(store: Store) -> None:
    await store.receive("A", ("rice", 9_000, nov(20)), ("first-aid-kit", 1, None))
    await store.tell(("registers", (1, 1, "north", FOOD | KIT)), ("fetches", (1, None)))
    (paper,) = await store.room.rows("SELECT id FROM delivery")

    async def undo() -> Any:
        rules = store.room.rules
        return await store.room.do(
            lambda unit: bringing_back.undo_hand_out(unit, rules, paper["id"], "wrong")
        )

    assert not isinstance(await undo(), Refused)
    assert await store.lots("rice") == [(nov(20), 9_000)]
    assert await store.aside(1) == 9_001
    assert "was undone" in said(await undo())
    assert await figure(store, "first_aid_kits_delivered") == 0
    await store.tell(("fetches", (1, None)))
    assert await figure(store, "first_aid_kits_delivered") == 1


async def undone_transfer_and_kits(store: Store) -> None:
    await store.receive("A", ("rice", 9_000, nov(20)), ("bandage", 3, nov(9)), ("soap", 1, None))
    await store.tell(("transfers", ("north", "rice", 4_000)))
    made = await store.room.do(
        lambda unit: moving.put_together(unit, store.room.rules, NORTH, "first-aid-kit", 1)
    )
    assert isinstance(made, Assembled)
    assert "whole paper" in said(await store.reverse())
    assert made.document_id
    assert not isinstance(await store.undo(made.document_id), Refused)
    (row,) = await store.room.rows("SELECT DISTINCT document_id FROM movement WHERE kind = 'transferred'")
    assert not isinstance(await store.undo(row["document_id"]), Refused)
    assert await store.lots("rice") == [(nov(20), 9_000)]
    assert await store.lots("bandage") == [(nov(9), 3)]
    assert await figure(store, "first_aid_kits_assembled") == 0


async def recalled(store: Store) -> None:
    await store.receive("A", ("first-aid-kit", 2, nov(9)))
    await store.receive("B", ("first-aid-kit", 1, nov(20)))
    await store.tell(
        *(("registers", (number, 1, "north", KIT)) for number in (1, 2, 3)), ("fetches", (1, None))
    )
    (row,) = await store.room.rows("SELECT id FROM lot WHERE expires_on = '2006-11-09'")

    async def turn(what: Any) -> Any:
        return await store.room.do(lambda unit: what(unit, store.room.rules, row["id"], "mouldy"))

    async with store.room.units.read() as session:
        (given,) = await lists.given_of(session, row["id"])
    assert (given["household_id"], given["quantity"]) == (UUID(int=1), 1)
    blocked = await turn(recalling.block)
    assert [(each.household_id, each.quantity) for each in blocked.whose] == [(UUID(int=3), -1)]
    assert [await store.aside(number) for number in (1, 2, 3)] == [0, 1, 0]
    assert "blocked already" in said(await turn(recalling.block))
    assert not isinstance(await turn(recalling.unblock), Refused)
    assert await store.aside(3) == 1
    await turn(recalling.block)
    await store.tell(("nights", (10,)))
    assert "expired" in said(await turn(recalling.unblock))


async def recalled_with_all_that_came_of_it(store: Store) -> None:
    """Kits that were put together with a bad batch, here and in another depot; and what a household brings back."""
    await store.receive("A", ("bandage", 9, nov(20)), ("soap", 3, None))
    rules = store.room.rules
    made = await store.room.do(lambda unit: moving.put_together(unit, rules, NORTH, "first-aid-kit", 3))
    assert isinstance(made, Assembled)
    await store.tell(("registers", (1, 1, "north", KIT)), ("fetches", (1, None)))
    await store.tell(("transfers", ("north", "first-aid-kit", 1)))
    (row,) = await store.room.rows("SELECT id FROM lot WHERE item = 'bandage'")
    (paper,) = await store.room.rows("SELECT id FROM delivery")

    async def turn(what: Any, of: UUID) -> Any:
        return await store.room.do(lambda unit: what(unit, rules, of, "mouldy"))

    blocked = await turn(recalling.block, row["id"])
    assert [(each.depot, each.difference) for each in blocked.shelves] == [(NORTH, -1), ("depot-south", -1)]
    assert await store.lots("first-aid-kit") == []
    async with store.room.units.read() as session:
        assert [each["household_id"] for each in await lists.given_of(session, row["id"])] == [UUID(int=1)]
    assert "is blocked in depot-north" in said(await turn(bringing_back.undo_hand_out, paper["id"]))
    assert "is blocked in depot-north" in said(
        await store.adjust("bandage", 1, stock.Found(lot_id=row["id"]))
    )
    assert "blocked already" in said(await turn(recalling.block, row["id"]))
    assert not isinstance(await turn(recalling.unblock, row["id"]), Refused)
    assert await store.lots("first-aid-kit") == [(nov(20), 1), (nov(20), 1)]


async def recalled_when_all_is_handed_out(store: Store) -> None:
    await store.receive("A", ("first-aid-kit", 1, nov(20)))
    await store.tell(("registers", (1, 1, "north", KIT)), ("fetches", (1, None)))
    (lot,) = await store.room.rows("SELECT id FROM lot")
    (paper,) = await store.room.rows("SELECT id FROM delivery")

    async def turn(what: Any, of: UUID) -> Any:
        return await store.room.do(lambda unit: what(unit, store.room.rules, of, "mouldy"))

    assert (await turn(recalling.block, lot["id"])).shelves == ()
    assert "is blocked in depot-north" in said(await turn(bringing_back.undo_hand_out, paper["id"]))
    assert not isinstance(await turn(recalling.unblock, lot["id"]), Refused)
    assert not isinstance(await turn(bringing_back.undo_hand_out, paper["id"]), Refused)
    assert await store.lots("first-aid-kit") == [(nov(20), 1)]


async def undone_while_it_is_blocked(store: Store) -> None:
    paper = await store.receive("A", ("soap", 10, None))
    (lot,) = await store.room.rows("SELECT id FROM lot")

    async def turn(what: Any) -> Any:
        return await store.room.do(lambda unit: what(unit, store.room.rules, lot["id"], "wet"))

    await turn(recalling.block)
    assert "10 of the soap that came in are blocked in depot-north. Unblock" in said(
        await store.undo(paper.id)
    )
    await turn(recalling.unblock)
    other = await store.receive("B", ("bandage", 10, None))
    await store.adjust("bandage", -3)
    (lot,) = await store.room.rows("SELECT id FROM lot WHERE item = 'bandage'")
    await turn(recalling.block)
    assert "Of the 10 of bandage that came in, 3 left depot-north since" in said(await store.undo(other.id))
    assert not isinstance(await store.undo(paper.id), Refused)
    assert await store.lots("soap") == []


async def counted_since(store: Store) -> None:
    await store.receive("A", ("soap", 10, None))
    await store.count("soap", 12)
    done = await store.reverse(1)
    assert done.words == "depot-north was counted on 2006-11-01, after this: count soap again."


async def counted_since_and_all_was_there(store: Store) -> None:
    """A count that finds what is written down is a count too: of a receipt with two items, and of a hand-out."""
    both = await store.receive("A", ("soap", 10, None), ("bandage", 5, None), ("first-aid-kit", 1, None))
    assert not isinstance(await store.count("soap", 10), Refused)
    assert not isinstance(await store.count("bandage", 5), Refused)
    await store.tell(("registers", (1, 1, "north", KIT)), ("fetches", (1, None)), ("nights", (1,)))
    assert not isinstance(await store.count("first-aid-kit", 0), Refused)
    (paper,) = await store.room.rows("SELECT id FROM delivery")
    done = await store.room.do(
        lambda unit: bringing_back.undo_hand_out(unit, store.room.rules, paper["id"], "wrong")
    )
    assert done.words == "depot-north was counted on 2006-11-02, after this: count first-aid-kit again."
    done = await store.undo(both.id)
    assert [f"count {item} again" in done.words for item in ("soap", "bandage", "first-aid-kit")] == [
        True
    ] * 3


async def whose_goods(store: Store) -> None:
    await store.receive("A", ("first-aid-kit", 1, None))
    await store.tell(("registers", (1, 1, "north", KIT)))
    cut = await store.count("first-aid-kit", 0)
    assert [(each.household_id, each.item, each.quantity) for each in cut.whose] == [
        (UUID(int=1), "first-aid-kit", -1)
    ]


async def too_much(store: Store) -> None:
    await store.receive("A", ("rice", MOST, None))
    assert "more than" in said(await store.receive("B", ("rice", 1, None)))
    assert "more than" in said(await store.adjust("rice", MOST))
    assert "more than" in said(await store.receive("C", ("soap", MOST, nov(5)), ("soap", MOST, None)))


CASES = {
    name: tale
    for name, tale in list(globals().items())
    if name.startswith("case_")
    or tale
    in (
        recalled,
        recalled_with_all_that_came_of_it,
        recalled_when_all_is_handed_out,
        undone_while_it_is_blocked,
        undone_hand_out,
    )
    or tale in (undone_transfer_and_kits, counted_since, counted_since_and_all_was_there)
    or tale in (whose_goods, too_much)
}


@pytest.mark.parametrize("name", CASES)
def test_a_storekeepers_case_has_its_right_value(room_url: str, name: str) -> None:
    in_store(room_url, CASES[name])


BREACHES = {
    "no lot past its date has anything left": "UPDATE lot SET expires_on = '2006-10-31' WHERE item = 'soap'",
    "the forecast of today is what is missing today": (
        "UPDATE reservation SET reserved = 0 WHERE kind = 'food' AND reserved > 0"
    ),
    "plan figures are those of the ledger": "UPDATE total SET delivered = delivered + 1 WHERE kind = 'kit'",
    "nothing of a blocked lot is on a shelf": "UPDATE lot SET recalled = true WHERE item = 'soap'",
    "no kit outlives its parts": "UPDATE lot SET expires_on = '2007-11-09' WHERE item = 'first-aid-kit'",
    "what came of planned deliveries is what the ledger received for them": (
        "UPDATE planned_delivery SET received = received + 1"
    ),
}


@pytest.mark.parametrize("name", BREACHES)
def test_the_doctor_names_what_was_broken_by_hand(room_url: str, name: str) -> None:
    async def telling() -> None:
        async with StoreRoom.open(room_url, FIRST_DAY) as room:
            store = Store(room)
            await store.receive("A", ("bandage", 3, nov(9)), ("soap", 2, nov(9)), ("first-aid-kit", 1, None))
            await store.tell(("registers", (1, 1, "north", KIT)), ("fetches", (1, None)))
            await room.do(lambda unit: moving.put_together(unit, room.rules, NORTH, "first-aid-kit", 1))
            await store.plan(50_000, nov(1))
            planned = (await store.planned())["id"]
            await store.receive("B", ("rice", 20_000, None), planned=planned)
            await store.tell(("registers", (2, 1, "north", FOOD)))
            assert await room.breaches() == set()
            await room.rows(BREACHES[name])
            assert name in await room.breaches()

    asyncio.run(telling())
