"""The stock ledger: a block in which one unit changes the store. What it changed is posted at the block's end.

    async with StockLedger.open(unit, rules, items={"rice"}) as ledger:
        ledger.reserve(needs)

A block that raises posts nothing; nor does one that was marked by `return ledger.refuse(refused)`.

Whoever locks a marked food shelf deals it first, and posts that, unless the block puts dealing off: so commands and the
turn of a day see the outcome, and messages only mark.

What is written down and said at the end is in `posting.py`.
"""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.domain.allocate import allocate, rehome
from services.inventory.domain.food import deal
from services.inventory.domain.households import Household
from services.inventory.domain.items import Kind
from services.inventory.domain.movements import UNSAID, Cause
from services.inventory.domain.needs import Need, ration_need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import Lot, ShelfKey, pick
from services.inventory.domain.whole import cut_back, fill
from services.inventory.ledger.posting import Posting
from services.inventory.queries import forecasting
from services.inventory.repository import catalogue as catalogues
from services.inventory.repository import marks, renewals, reservations, stock
from services.inventory.repository.renewals import Renewal
from shared.messaging.unit import Unit
from shared.outcomes import Refused

T = TypeVar("T")

RENEW = "renew"
"""The timer that makes some more rations of a new period; it is set by `renewal.py`."""

PART = 500
"""So many households a part of the renewal takes."""


class StockLedger(Posting):
    """Shelves, reservations and lots that one unit has locked, and what it changed of them."""

    # opening and closing

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        unit: Unit,
        rules: Rules,
        items: Collection[str] = (),
        document: UUID | None = None,
        *,
        puts_off: bool = False,
        today: date | None = None,
    ) -> AsyncIterator["StockLedger"]:
        """The ledger with the shelves of `items` locked; `document` is the paper that its lines belong to.

        Whoever does not know the items yet leaves them out and calls `lock` or `lock_for`. A block that `puts_off` only
        marks food shelves that are to be dealt. `today` is the day that the work counts for, if it is not the unit's.
        """
        catalogue = await catalogues.catalogue_of(unit)
        depots = await catalogues.depots_of(unit)
        ledger = cls(unit, rules, catalogue, depots, document, puts_off=puts_off, today=today)
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
        """Lock every shelf of these items, and of the sizes that can stand in for them; deal those that are marked.

        Once per unit and with all its items, or two units would wait for each other. `making` names shelves that
        are made if they are not there.
        """
        session = self.unit.session
        await stock.make_shelves(session, making)
        family = {each for item in items for each in self.catalogue.family(item)}
        for key, (on_hand, reserved) in (await stock.lock_shelves(session, family)).items():
            self._on_hand[key], self._reserved[key] = on_hand, reserved
        self._began = time.monotonic()
        known = (self.catalogue.get(item) for item in family)
        if food := {each.code for each in known if each and each.kind is Kind.FOOD}:
            self._standing = await marks.standing(session, food)
        if not self._puts_off:
            await self._catch_up(food, rations=self.rules.ration_item in family)

    async def _catch_up(self, food: Collection[str], *, rations: bool) -> None:
        """Do what was put off, and post it by itself: it belongs to no document. With `rations` make all those of a
        new period that are left.
        """
        document, self.document = self.document, None
        while rations and await renewals.under_way(self.unit.session):
            await self.renew_some()
        # How long a deal takes tells when the next is due, and making rations is none.
        self._began = time.monotonic()
        if self._after or self._standing.marked:
            await self.deal(self._standing.marked | self._to_mark)
            await self._post()
            # Rations that were made just now may wait on a shelf on which nobody waited before.
            self._standing = await marks.standing(self.unit.session, food)
        self.document = document

    def renew(self, households: Iterable[Household]) -> None:
        """Their rations from today to the end of the period."""
        needs = (ration_need(each, self.today, self.rules) for each in households)
        self.reserve([need for need in needs if need])

    async def renew_some(self) -> Renewal | None:
        """Make the rations of some more households; the renewal, or None if it is done."""
        session = self.unit.session
        renewal = await renewals.under_way(session, lock=True)
        if renewal is None:
            return None
        found = await renewals.next_households(session, renewal, PART)
        if renewal.after is None and await self._is_scarce():
            self._standing = replace(self._standing, short=self._standing.short | self._ration_shelves)
        self.renew(found)
        await renewals.move(session, found[-1].id if len(found) == PART else None)
        return renewal if len(found) == PART else None

    async def _is_scarce(self) -> bool:
        """Whether all rations of the period do not fit: then not even the first are given all they want."""
        eaters = await forecasting.count_eaters(self.unit.session)
        days = (period_of(self.today, self.rules.ration_period)[1] - self.today).days + 1
        free = sum(self.shelf(key).free for key in self._ration_shelves)
        return eaters * self.rules.grams_per_person_day * days > free

    @property
    def _ration_shelves(self) -> frozenset[ShelfKey]:
        return frozenset(key for key in self._on_hand if key[1] == self.rules.ration_item)

    async def lock_for(self, load: Callable[[], Awaitable[T]], items: Callable[[T], Collection[str]]) -> T:
        """Load, lock the shelves of the `items` of what was loaded, and load again.

        The second look is needed: while this unit waited for the shelves, the unit that held them may have dealt the
        same reservations anew. Written over with what the first look saw, its grams would be given twice.
        """
        # Asked before the first look: of rations that are made after it, the look would see nothing.
        renewing = not self._puts_off and await renewals.under_way(self.unit.session)
        wanted = set(items(await load()))
        if renewing:
            wanted.add(self.rules.ration_item)
        await self.lock(wanted)
        return await load()

    # reservations

    def reserve(self, needs: Sequence[Need]) -> None:
        """Write down needs and set aside what is free; food shelves with too little for all are marked."""
        made = allocate(
            needs,
            self.shelves(),
            self.depots,
            self.catalogue,
            self.rules,
            self.today,
            uuid7,
            self._standing.short,
        )
        self.record_all((reservation, None) for reservation in made.reservations)
        self._to_mark |= made.to_deal

    def lapse(self, after: Reservation, before: Reservation, grams: int) -> None:
        """A ration whose day has passed with `grams` missing."""
        self.record(after, before)
        self._lapsed[after.household_id, after.requested_item] += grams

    def mark(self, keys: Iterable[ShelfKey]) -> None:
        """Have these food shelves dealt soon, if somebody waits there."""
        self._to_mark |= {key for key in keys if self._is_short(key)}

    async def deal_due(self) -> None:
        """Deal the marked shelves whose time has come."""
        await self.deal(self._standing.due)

    async def deal(self, keys: Iterable[ShelfKey]) -> None:
        """Deal food shelves again among all that is not fetched yet."""
        wanted = set(keys)
        if not wanted:
            return
        self._dealt |= wanted
        self._to_mark -= wanted
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
            for dealt in deal(available, rations, self.today).outcomes:
                if dealt.changed:
                    self.record(dealt.after, stored.get(dealt.before.id))

    async def fill(self, keys: Iterable[ShelfKey]) -> None:
        """Give what is free on these shelves to those who wait for it; food is only marked if dealing is put off."""
        free = {key for key in keys if self.shelf(key).free > 0}
        food = {key for key in free if self._kind(key) is Kind.FOOD}
        if self._puts_off:
            self.mark(food)
        else:
            await self._rehome({item for _, item in food})
            await self.deal(key for key in food if self._is_short(key))
        await self._fill_whole(free - food)

    async def _fill_whole(self, whole: Collection[ShelfKey]) -> None:
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
        for given in fill(line, self.shelves(), self.depots, self.catalogue, self.rules, self.today):
            self.record(given, before.get(given.id))

    async def _rehome(self, items: Collection[str]) -> None:
        if items:
            for ration in await reservations.homeless_rations(self.unit.session, items):
                moved = rehome(self.current(ration), self.shelves(), self.depots)
                if moved != ration:
                    self.record(moved, ration)

    def _is_short(self, key: ShelfKey) -> bool:
        now = any(each.key == key and each.short for each in self._after.values())
        return now or key in self._standing.short

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
        for cut in cut_back([self.current(each) for each in stored], over, self.today):
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
