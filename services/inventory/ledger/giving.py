"""What lies on the shelves is set aside for those who ask for it, and offered to those who wait."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from uuid_utils.compat import uuid7

from services.inventory.domain.allocate import Waiting, allocate, rehome
from services.inventory.domain.food import deal
from services.inventory.domain.items import Kind
from services.inventory.domain.needs import Need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import ShelfKey
from services.inventory.domain.whole import fill
from services.inventory.ledger.goods import Goods
from services.inventory.repository import reservations


class Giving(Goods):
    """The store with what one unit gives of it: whole things at once, short food by dealing its shelf."""

    def reserve(self, needs: Sequence[Need], line: Sequence[Reservation] = ()) -> None:
        """Write down needs and set aside what is free; food shelves with too little for all are marked.

        `line` are those who wait already for whole things that this unit has freed: they and the needs are served in
        one order.
        """
        made = allocate(
            needs,
            self.shelves(),
            self.depots,
            self.catalogue,
            self.rules,
            self.today,
            uuid7,
            Waiting(self._standing.short, [self.current(each) for each in line]),
        )
        self.record_all((reservation, None) for reservation in made.reservations)
        loaded = {each.id: each for each in line}
        self.record_all((given, loaded[given.id]) for given in made.filled)
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
            for dealt in deal(available, rations, self.today, self.shelf(key).dated).outcomes:
                if dealt.changed:
                    self.record(dealt.after, stored.get(dealt.before.id))

    async def redeal(self, key: ShelfKey) -> None:
        """Deal a food shelf of which a lot has gone: what was promised for later days may have been in it."""
        if self.catalogue.kind(key[1]) is Kind.FOOD and self._reserved.get(key):
            await self.deal([key])

    async def fill(self, keys: Iterable[ShelfKey]) -> None:
        """Give what is free on these shelves to those who wait for it; food is only marked if dealing is put off."""
        free = {key for key in keys if self.shelf(key).free > 0}
        food = {key for key in free if self.catalogue.kind(key[1]) is Kind.FOOD}
        if self._puts_off:
            self.mark(food)
        else:
            await self._rehome({item for _, item in food})
            await self.deal(key for key in food if self._is_short(key))
        await self._fill_whole(free - food)

    async def _fill_whole(self, whole: Collection[ShelfKey]) -> None:
        if not whole:
            return
        loaded = {each.id: each for each in await self.line_for(whole)}
        line = [self.current(each) for each in loaded.values()]
        # Those whom this unit has made wait: their rows do not say so yet.
        line += [each for each in self._after.values() if each.short and each.id not in loaded]
        for given in fill(line, self.shelves(), self.depots, self.catalogue, self.rules, self.today):
            self.record(given, loaded.get(given.id))

    async def line_for(self, keys: Iterable[ShelfKey]) -> list[Reservation]:
        """Who waits, as loaded, for what is free of whole things on these shelves."""
        free = [
            key for key in keys if self.catalogue.kind(key[1]) is not Kind.FOOD and self.shelf(key).free > 0
        ]
        whole = {item for _, item in free}
        family = {each for item in whole for each in self.catalogue.family(item)}
        room = sum(self.shelf(key).free for key in self._on_hand if key[1] in family)
        # Only those who can be given something: others, first in line, would use up the limit.
        takers = {each for item in whole for each in self.catalogue.takers(item)}
        stored = await reservations.waiting(self.unit.session, takers, room + 100) if takers else []
        return [each for each in stored if self.current(each).short]

    async def _offer_again(self) -> None:
        """Offer whole things that lie free on the locked shelves, wherever they are, if some were taken back from
        households: who lost one waits by the same order as everybody.
        """
        if self._taken_back:
            await self.fill(key for key in self._on_hand if self.catalogue.kind(key[1]) is not Kind.FOOD)

    async def _rehome(self, items: Collection[str]) -> None:
        if items:
            for ration in await reservations.homeless_rations(self.unit.session, items):
                moved = rehome(self.current(ration), self.shelves(), self.depots)
                if moved != ration:
                    self.record(moved, ration)

    def _is_short(self, key: ShelfKey) -> bool:
        now = any(each.key == key and each.short for each in self._after.values())
        return now or key in self._standing.short
