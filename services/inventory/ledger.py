"""The stock ledger: a block in which one unit changes the store. What it changed is posted at the block's end.

    async with StockLedger.open(unit, rules, items={"rice"}) as ledger:
        to_deal = ledger.reserve(needs)
        await ledger.deal(to_deal)

A block that raises posts nothing; nor does one that was marked by `return ledger.refuse(refused)`.

What happened follows from how the reservations differ at the end from what they were: the ledger's lines, the shelves,
the totals and the facts that the other services hear. So no path can change stock and forget to say so.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.domain.allocate import allocate, rehome
from services.inventory.domain.draft import Draft
from services.inventory.domain.facts import facts, net
from services.inventory.domain.food import deal
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.movements import (
    UNSAID,
    Cause,
    Movement,
    lines_for,
    lot_differences,
    shelf_differences,
)
from services.inventory.domain.needs import Need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Lot, ShelfKey, pick
from services.inventory.domain.totals import month_differences, total_differences
from services.inventory.domain.whole import cut_back, fill
from services.inventory.repository import catalogue as catalogues
from services.inventory.repository import reservations, stock, totals
from shared.messaging.unit import Unit
from shared.outcomes import Refused

T = TypeVar("T")

FORECAST = "forecast"
"""The reminder that a forecast is due."""


class StockLedger(Draft):
    """Shelves, reservations and lots that one unit has locked, and what it changed of them."""

    def __init__(
        self,
        unit: Unit,
        rules: Rules,
        catalogue: Catalogue,
        depots: Sequence[Depot],
        document: UUID | None = None,
    ) -> None:
        super().__init__()
        self.unit = unit
        self.rules = rules
        self.catalogue = catalogue
        self.depots = depots
        self.document = document
        self._refused = False
        self._short: frozenset[ShelfKey] = frozenset()
        self._movements: list[Movement] = []
        self._lots: list[tuple[ShelfKey, Lot]] = []
        self._lapsed: Counter[tuple[UUID, str]] = Counter()

    # opening and closing

    @classmethod
    @asynccontextmanager
    async def open(
        cls, unit: Unit, rules: Rules, items: Collection[str] = (), document: UUID | None = None
    ) -> AsyncIterator["StockLedger"]:
        """The ledger with the shelves of `items` locked; `document` is the paper that its lines belong to.

        Whoever does not know the items yet leaves them out and calls `lock` or `lock_for`.
        """
        await catalogues.hold(unit.session)
        catalogue = await catalogues.load_catalogue(unit.session)
        ledger = cls(unit, rules, catalogue, await catalogues.load_depots(unit.session), document)
        if items:
            await ledger.lock(items)
        yield ledger
        if not ledger._refused:
            await ledger._post()

    def refuse(self, refused: Refused) -> Refused:
        """Post nothing: `return ledger.refuse(refused)`. The edge that opened the unit rolls it back."""
        self._refused = True
        return refused

    async def lock(self, items: Collection[str], making: Collection[ShelfKey] = ()) -> None:
        """Lock every shelf of these items, and of the sizes that can stand in for them.

        Once per unit and with all its items, or two units would wait for each other. `making` names shelves that
        are made if they are not there.
        """
        session = self.unit.session
        await stock.make_shelves(session, making)
        family = {each for item in items for each in self.catalogue.family(item)}
        for key, (on_hand, reserved) in (await stock.lock_shelves(session, family)).items():
            self._on_hand[key], self._reserved[key] = on_hand, reserved
        known = (self.catalogue.get(item) for item in family)
        if food := {each.code for each in known if each and each.kind is Kind.FOOD}:
            self._short = await reservations.short_shelves(session, food)

    async def lock_for(self, load: Callable[[], Awaitable[T]], items: Callable[[T], Collection[str]]) -> T:
        """Load, lock the shelves of the `items` of what was loaded, and load again.

        The second look is needed: while this unit waited for the shelves, the unit that held them may have dealt the
        same reservations anew. Written over with what the first look saw, its grams would be given twice.
        """
        await self.lock(items(await load()))
        return await load()

    # reservations

    def reserve(self, needs: Sequence[Need]) -> frozenset[ShelfKey]:
        """Write down needs and set aside what is free; returns the food shelves that must be dealt again."""
        made = allocate(
            needs,
            self.shelves(),
            self.depots,
            self.catalogue,
            self.rules,
            self.unit.today,
            uuid7,
            self._short,
        )
        self.record_all((reservation, None) for reservation in made.reservations)
        return made.to_deal

    def lapse(self, after: Reservation, before: Reservation, grams: int) -> None:
        """A ration whose day has passed with `grams` missing."""
        self.record(after, before)
        self._lapsed[after.household_id, after.requested_item] += grams

    async def deal(self, keys: Iterable[ShelfKey]) -> None:
        """Deal food shelves again among all that is not fetched yet."""
        wanted = set(keys)
        if not wanted:
            return
        stored = {each.id: each for each in await reservations.open_rations(self.unit.session, wanted)}
        candidates = {**stored, **{key: each for key, each in self._after.items() if each.kind is Kind.FOOD}}
        by_shelf: dict[ShelfKey | None, list[Reservation]] = defaultdict(list)
        for loaded in candidates.values():
            ration = self.current(loaded)
            if ration.open:
                by_shelf[ration.key].append(ration)
        for key in sorted(wanted):
            rations = by_shelf[key]
            available = self.shelf(key).free + sum(each.reserved for each in rations)
            for dealt in deal(available, rations, self.unit.today).outcomes:
                if dealt.after != dealt.before:
                    self.record(dealt.after, stored.get(dealt.before.id))

    async def fill(self, keys: Iterable[ShelfKey]) -> None:
        """Give what is free on these shelves to those who wait for it."""
        free = {key for key in keys if self.shelf(key).free > 0}
        food = {key for key in free if self._kind(key) is Kind.FOOD}
        await self._rehome({item for _, item in food})
        await self.deal(key for key in food if key in self._short or self._is_short(key))
        whole = free - food
        if not whole:
            return
        family = {each for _, item in whole for each in self.catalogue.family(item)}
        room = sum(self.shelf(key).free for key in self._on_hand if key[1] in family)
        # Only those who can be given something: others, first in line, would use up the limit.
        takers = {each for _, item in whole for each in self.catalogue.takers(item)}
        stored = await reservations.waiting(self.unit.session, takers, room + 100)
        line = [each for each in map(self.current, stored) if each.short]
        line += [each for each in self._after.values() if each.short and self._before[each.id] is None]
        before = {each.id: each for each in stored}
        for given in fill(line, self.shelves(), self.depots, self.catalogue, self.rules, self.unit.today):
            self.record(given, before.get(given.id))

    async def _rehome(self, items: Collection[str]) -> None:
        if items:
            for ration in await reservations.homeless_rations(self.unit.session, items):
                moved = rehome(self.current(ration), self.shelves(), self.depots)
                if moved != ration:
                    self.record(moved, ration)

    def _is_short(self, key: ShelfKey) -> bool:
        return any(each.key == key and each.short for each in self._after.values())

    def _kind(self, key: ShelfKey) -> Kind | None:
        item = self.catalogue.get(key[1])
        return item.kind if item else None

    async def cut_back(self, key: ShelfKey) -> None:
        """Take back what is set aside beyond what is on hand: from the last in line, food from the latest days."""
        over = self._reserved.get(key, 0) - self._on_hand.get(key, 0)
        if over <= 0:
            return
        stored = await reservations.set_aside_on(self.unit.session, key)
        before = {each.id: each for each in stored}
        for cut in cut_back([self.current(each) for each in stored], over, self.unit.today):
            self.record(cut, before[cut.id])

    # goods

    def receive(
        self,
        key: ShelfKey,
        quantity: int,
        expires: date | None,
        kind: str,
        cause: Cause = UNSAID,
    ) -> None:
        """Put a new lot on a shelf."""
        lot = Lot(uuid7(), expires, quantity)
        self._lots.append((key, lot))
        self._on_hand[key] = self._on_hand.get(key, 0) + quantity
        self._move(key, kind, on_hand=quantity, lot_id=lot.id, **vars(cause))

    async def take(self, key: ShelfKey, quantity: int, kind: str, cause: Cause = UNSAID) -> None:
        """Take from a shelf, the first to expire first; what was set aside and is no longer there waits again."""
        await self.take_dated(key, quantity, kind, cause)
        await self.cut_back(key)

    async def take_dated(
        self, key: ShelfKey, quantity: int, kind: str, cause: Cause = UNSAID
    ) -> list[tuple[Lot, int]]:
        """Take from a shelf, the first to expire first; returns the lots and how much of each.

        There is a line per lot. A movement can be reversed once, so only the first line names it.
        """
        lots = {lot.id: lot for lot in (await stock.lots_of(self.unit.session, [key]))[key]}
        picked = pick(lots.values(), quantity, date.min)
        for place, (lot_id, taken) in enumerate(picked):
            each = replace(cause, reverses=None) if place else cause
            self._move(key, kind, on_hand=-taken, lot_id=lot_id, **vars(each))
        self._on_hand[key] -= quantity
        return [(lots[lot_id], taken) for lot_id, taken in picked]

    def take_lot(self, key: ShelfKey, lot: Lot, kind: str, cause: Cause) -> None:
        """Take a whole lot from its shelf; `cut_back` is to follow."""
        self._on_hand[key] -= lot.on_hand
        self._move(key, kind, on_hand=-lot.on_hand, lot_id=lot.id, **vars(cause))

    def _move(self, key: ShelfKey, kind: str, **values: Any) -> None:
        self._movements.append(self._line(key, kind, **values))

    def _line(self, key: ShelfKey, kind: str, **values: Any) -> Movement:
        return Movement(uuid7(), *key, kind, self.unit.actor.id, document_id=self.document, **values)

    # posting

    async def _post(self) -> None:
        """Write everything down and say what happened."""
        session, today, changed = self.unit.session, self.unit.today, self.changed()
        changes = net(changed)
        out = {change.key for change in changes if change.delivered > 0}
        lots = await stock.lots_of(session, out) if out else {}
        movements = self._movements + lines_for(changes, lots, today, self._line)
        await stock.add_lots(session, self._lots)
        await stock.move_lots(session, lot_differences(movements, {lot.id for _, lot in self._lots}))
        await stock.move_shelves(session, shelf_differences(movements))
        await reservations.save_reservations(session, [after for _, after in changed])
        await stock.add_movements(session, movements, self.unit.now, today)
        await stock.add_unmet(session, today - timedelta(days=1), self._lapsed)
        await totals.add(session, total_differences(changed), month_differences(movements, today))
        for fact in facts(changed, self._lapsed, self.catalogue, self.depots, today):
            self.unit.say(fact)
        self.unit.remind(FORECAST)
