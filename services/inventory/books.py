"""The store's books while one unit has them open: load and lock, decide by the rules, write down, tell.

What happened follows from how the reservations differ at the end from what they were: the ledger's movements, the
shelves, and the contracts. So no path can change stock and forget to say so.

    books = await Books.open(unit, rules)
    await books.lock({"rice"})
    books.ask(needs)
    await books.close()
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory import repository, telling
from services.inventory.domain.allocate import allocate, rehome
from services.inventory.domain.food import deal
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.needs import Need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Lot, Shelf, ShelfKey, pick
from services.inventory.domain.whole import cut_back, fill
from services.inventory.repository import Movement
from shared.messaging.unit import Unit

FORECAST = "forecast"
"""The reminder that a forecast is due."""


class Books:
    """Shelves, reservations and lots that one unit has locked, and what it changed of them."""

    def __init__(self, unit: Unit, rules: Rules, catalogue: Catalogue, depots: list[Depot]) -> None:
        self.unit = unit
        self.rules = rules
        self.catalogue = catalogue
        self.depots = depots
        self._on_hand: dict[ShelfKey, int] = {}
        self._reserved: dict[ShelfKey, int] = {}
        self._before: dict[UUID, Reservation | None] = {}
        self._after: dict[UUID, Reservation] = {}
        self._short: frozenset[ShelfKey] = frozenset()
        self._movements: list[Movement] = []
        self._lots: list[tuple[ShelfKey, Lot]] = []
        self._lapsed: Counter[tuple[UUID, str]] = Counter()
        self._document: UUID | None = None
        self._reverses: UUID | None = None

    @classmethod
    async def open(cls, unit: Unit, rules: Rules) -> "Books":
        catalogue = await repository.load_catalogue(unit.session)
        return cls(unit, rules, catalogue, await repository.load_depots(unit.session))

    async def lock(self, items: Collection[str]) -> None:
        """Lock every shelf of these items, and of the sizes that can stand in for them. Once a unit, with all items."""
        family = {each for item in items for each in self.catalogue.family(item)}
        for key, (on_hand, reserved) in (await repository.lock_shelves(self.unit.session, family)).items():
            self._on_hand[key], self._reserved[key] = on_hand, reserved
        known = (self.catalogue.get(item) for item in family)
        if food := {each.code for each in known if each and each.kind is Kind.FOOD}:
            self._short = await repository.short_shelves(self.unit.session, food)

    def shelf(self, key: ShelfKey) -> Shelf:
        """How a locked shelf stands now, this unit's changes included."""
        return Shelf(*key, self._on_hand.get(key, 0), self._reserved.get(key, 0))

    def shelves(self) -> list[Shelf]:
        return [self.shelf(key) for key in self._on_hand]

    def ask(self, needs: Sequence[Need]) -> frozenset[ShelfKey]:
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
        for reservation in made.reservations:
            self.put(reservation, None)
        return made.to_deal

    def put(self, reservation: Reservation, before: Reservation | None) -> None:
        """A reservation as it is from now on; `before` as it was loaded, None for a new one."""
        known = self._after.get(reservation.id, before)
        self._before.setdefault(reservation.id, before)
        self._after[reservation.id] = reservation
        for sign, each in ((-1, known), (1, reservation)):
            # A reservation that only waits at a depot makes no shelf there: food would be looked for on it for ever.
            if each and each.key and each.reserved:
                self._reserved[each.key] = self._reserved.get(each.key, 0) + sign * each.reserved
            if each and each.key and each.delivered and each.kind is not Kind.BED:
                self._on_hand[each.key] = self._on_hand.get(each.key, 0) - sign * each.delivered

    def put_all(self, pairs: Iterable[tuple[Reservation, Reservation | None]]) -> None:
        for after, before in pairs:
            self.put(after, before)

    def current(self, loaded: Reservation) -> Reservation:
        """A loaded reservation as this unit has changed it."""
        return self._after.get(loaded.id, loaded)

    async def deal(self, keys: Iterable[ShelfKey]) -> None:
        """Deal food shelves again among all that is not fetched yet."""
        wanted = set(keys)
        if not wanted:
            return
        stored = {each.id: each for each in await repository.open_rations(self.unit.session, wanted)}
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
                    self.put(dealt.after, stored.get(dealt.before.id))

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
        asked = {each for _, item in whole for each in self.catalogue.takers(item)}
        stored = await repository.waiting(self.unit.session, asked, room + 100)
        line = [each for each in map(self.current, stored) if each.short]
        line += [each for each in self._after.values() if each.short and self._before[each.id] is None]
        before = {each.id: each for each in stored}
        for given in fill(line, self.shelves(), self.depots, self.catalogue, self.rules, self.unit.today):
            self.put(given, before.get(given.id))

    async def _rehome(self, items: Collection[str]) -> None:
        if items:
            for ration in await repository.homeless_rations(self.unit.session, items):
                moved = rehome(self.current(ration), self.shelves(), self.depots)
                if moved != ration:
                    self.put(moved, ration)

    def _is_short(self, key: ShelfKey) -> bool:
        return any(each.key == key and each.short for each in self._after.values())

    def _kind(self, key: ShelfKey) -> Kind | None:
        item = self.catalogue.get(key[1])
        return item.kind if item else None

    def document(self, document_id: UUID) -> None:
        """The paper that this unit's movements belong to."""
        self._document = document_id

    def reversing(self, movement_id: UUID) -> None:
        """The next movement is the opposite of this one."""
        self._reverses = movement_id

    def changed(self) -> list[telling.Changed]:
        """Reservations that this unit has made or changed: before and after."""
        return [
            (self._before[key], after) for key, after in self._after.items() if self._before[key] != after
        ]

    def filled(self) -> list[telling.Changed]:
        """Reservations that have more set aside now than before."""
        return [(old, new) for old, new in self.changed() if new.reserved > (old.reserved if old else 0)]

    def receive(self, key: ShelfKey, quantity: int, expires: date | None, kind: str, reason: str) -> None:
        """Put a new lot on a shelf."""
        lot = Lot(uuid7(), expires, quantity)
        self._lots.append((key, lot))
        self._on_hand[key] = self._on_hand.get(key, 0) + quantity
        self._move(key, kind, on_hand=quantity, lot_id=lot.id, reason=reason)

    async def take(self, key: ShelfKey, quantity: int, kind: str, reason: str) -> None:
        """Take from a shelf, the first to expire first; what was set aside and is no longer there waits again."""
        await self.take_dated(key, quantity, kind, reason)
        await self.cut_back(key)

    async def take_dated(self, key: ShelfKey, quantity: int, kind: str, reason: str) -> list[tuple[Lot, int]]:
        """Take from a shelf, the first to expire first; returns the lots and how much of each."""
        lots = {lot.id: lot for lot in (await repository.lots_of(self.unit.session, [key]))[key]}
        picked = pick(lots.values(), quantity, date.min)
        for lot_id, taken in picked:
            self._move(key, kind, on_hand=-taken, lot_id=lot_id, reason=reason)
        self._on_hand[key] -= quantity
        return [(lots[lot_id], taken) for lot_id, taken in picked]

    def take_lot(self, key: ShelfKey, lot: Lot, kind: str, reason: str) -> None:
        """Take a whole lot from its shelf; `cut_back` is to follow."""
        self._on_hand[key] -= lot.on_hand
        self._move(key, kind, on_hand=-lot.on_hand, lot_id=lot.id, reason=reason)

    async def cut_back(self, key: ShelfKey) -> None:
        """Take back what is set aside beyond what is on hand: from the last in line, food from the latest days."""
        over = self._reserved.get(key, 0) - self._on_hand.get(key, 0)
        if over <= 0:
            return
        row = repository.RESERVATION
        at = (row.depot == key[0], row.item == key[1], row.reserved > 0)
        stored = await repository.reservations_where(self.unit.session, *at)
        before = {each.id: each for each in stored}
        for cut in cut_back([self.current(each) for each in stored], over, self.unit.today):
            self.put(cut, before[cut.id])

    def lapse(self, after: Reservation, before: Reservation, grams: int) -> None:
        """A ration whose day has passed with `grams` missing."""
        self.put(after, before)
        self._lapsed[after.household_id, after.asked] += grams

    def _move(self, key: ShelfKey, kind: str, **values: object) -> None:
        reverses, self._reverses = self._reverses, None
        movement = Movement(uuid7(), *key, kind, document_id=self._document, reverses=reverses, **values)  # type: ignore[arg-type]
        self._movements.append(movement)

    async def close(self) -> None:
        """Write everything down and say what happened."""
        session = self.unit.session
        changed = self.changed()
        await self._hand_out(telling.net(changed))
        await repository.add_lots(session, self._lots)
        await repository.move_lots(session, self._lot_deltas())
        deltas: dict[ShelfKey, tuple[int, int]] = {}
        for move in self._movements:
            on_hand, reserved = deltas.get((move.depot, move.item), (0, 0))
            deltas[move.depot, move.item] = on_hand + move.on_hand, reserved + move.reserved
        await repository.move_shelves(session, deltas)
        await repository.save_reservations(session, [after for _, after in changed])
        await repository.add_movements(session, self._movements, self.unit.now, self.unit.today)
        past = self.unit.today.fromordinal(self.unit.today.toordinal() - 1)
        await repository.add_unmet(session, past, self._lapsed)
        for fact in telling.facts(changed, self._lapsed, self.catalogue, self.unit.today):
            self.unit.say(fact)
        self.unit.remind(FORECAST)

    def _lot_deltas(self) -> Counter[UUID]:
        new = {lot.id for _, lot in self._lots}
        deltas: Counter[UUID] = Counter()
        for move in self._movements:
            if move.lot_id and move.lot_id not in new and move.on_hand:
                deltas[move.lot_id] += move.on_hand
        return deltas

    async def _hand_out(self, changes: Sequence[telling.Net]) -> None:
        """The ledger's lines for what was set aside, freed and handed out; handed out lot by lot."""
        for change in changes:
            kind = "reserved" if change.reserved > 0 else "released"
            if change.reserved:
                self._move(
                    change.key,
                    kind,
                    reserved=change.reserved,
                    household_id=change.household_id,
                    reason=change.reason,
                )
        out = {change.key for change in changes if change.delivered > 0}
        lots = await repository.lots_of(self.unit.session, out) if out else {}
        for change in changes:
            if change.delivered > 0:
                self._deliver(change, lots)

    def _deliver(self, change: telling.Net, lots: dict[ShelfKey, list[Lot]]) -> None:
        picked = pick(lots[change.key], change.delivered, self.unit.today)
        if sum(taken for _, taken in picked) != change.delivered:
            raise RuntimeError(f"the lots of {change.key} hold less than is handed out")
        for lot_id, taken in picked:
            lots[change.key] = [
                replace(lot, on_hand=lot.on_hand - taken) if lot.id == lot_id else lot
                for lot in lots[change.key]
            ]
            self._move(
                change.key,
                "delivered",
                on_hand=-taken,
                reserved=-taken,
                lot_id=lot_id,
                household_id=change.household_id,
            )
