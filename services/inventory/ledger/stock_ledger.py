"""The stock ledger: a block in which one unit changes the store. What it changed is posted at the block's end.

    async with StockLedger.open(unit, rules, items={"rice"}) as ledger:
        ledger.reserve(needs)

A block that raises posts nothing; nor does one that was marked by `return ledger.refuse(refused)`.

Whoever locks a marked food shelf deals it first, and posts that, unless the block puts dealing off: so commands and the
turn of a day see the outcome, and messages only mark.

What a ledger does in between is in `goods.py` and `giving.py`; what it writes down and says at the end in `posting.py`.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from services.inventory.domain.households import Household
from services.inventory.domain.items import Kind
from services.inventory.domain.needs import ration_need
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import ShelfKey
from services.inventory.ledger.giving import Giving
from services.inventory.queries import forecasting
from services.inventory.repository import catalogue as catalogues
from services.inventory.repository import marks, renewals, stock
from services.inventory.repository.renewals import Renewal
from shared.messaging.unit import Unit
from shared.outcomes import Refused

T = TypeVar("T")

RENEW = "renew"
"""The timer that makes some more rations of a new period; it is set by `renewal.py`."""

PART = 500
"""So many households a part of the renewal takes."""


class StockLedger(Giving):
    """Shelves, reservations and lots that one unit has locked, and what it changed of them."""

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
            await ledger._offer_again()
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
        family = {each for item in items for each in self.catalogue.family(item)}
        for key, (on_hand, reserved) in (await stock.lock_shelves(session, family)).items():
            self._on_hand[key], self._reserved[key] = on_hand, reserved
        self._began = time.monotonic()
        known = (self.catalogue.get(item) for item in family)
        if food := {each.code for each in known if each and each.kind is Kind.FOOD}:
            self._standing = await marks.standing(session, food)
            self._dated = await stock.dated_lots(session, food)
        if not self._puts_off:
            await self._catch_up(food, rations=self.rules.ration_item in family)
        await self._make([key for key in making if key not in self._on_hand])

    async def _make(self, keys: Collection[ShelfKey]) -> None:
        """Make shelves that are not there; nobody else does meanwhile, for their items are locked.

        What was put off comes before: it belongs to a time without them. From now on newcomers are sent to a new food
        shelf, and so are those who wait nowhere.
        """
        await stock.make_shelves(self.unit.session, keys)
        for key in keys:
            self._on_hand[key] = self._reserved[key] = 0
        if new := {item for _, item in keys if self.catalogue.kind(item) is Kind.FOOD}:
            # Some waited here for a shelf to be made.
            food = {item for _, item in self._on_hand if self.catalogue.kind(item) is Kind.FOOD}
            self._standing = await marks.standing(self.unit.session, food)
            await self._rehome(new)

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
        last = period_of(self.today, self.rules.ration_period)[1]
        free = sum(self.shelf(key).free_until(last) for key in self._ration_shelves)
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
