"""The store as one unit has changed it so far: nothing of it is written down yet."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.inventory.domain.facts import Changed
from services.inventory.domain.items import Kind
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Shelf, ShelfKey


class Draft:
    """How shelves and reservations stand now, and what the reservations were before."""

    def __init__(self) -> None:
        self._on_hand: dict[ShelfKey, int] = {}
        self._reserved: dict[ShelfKey, int] = {}
        self._dated: dict[ShelfKey, Counter[date]] = {}
        self._before: dict[UUID, Reservation | None] = {}
        self._after: dict[UUID, Reservation] = {}

    def shelf(self, key: ShelfKey) -> Shelf:
        """How a shelf stands now, the unit's changes included."""
        dated = tuple(sorted(self._dated.get(key, {}).items()))
        return Shelf(*key, self._on_hand.get(key, 0), self._reserved.get(key, 0), dated)

    def on_hand(self, key: ShelfKey) -> int:
        return self._on_hand.get(key, 0)

    def shelves(self) -> list[Shelf]:
        return [self.shelf(key) for key in self._on_hand]

    def forget(self) -> None:
        """Take the reservations as they stand now for written; the shelves stay as they are."""
        self._before, self._after = {}, {}

    def record(self, reservation: Reservation, before: Reservation | None) -> None:
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

    def record_all(self, pairs: Iterable[tuple[Reservation, Reservation | None]]) -> None:
        for after, before in pairs:
            self.record(after, before)

    def current(self, loaded: Reservation) -> Reservation:
        """A loaded reservation as the unit has changed it."""
        return self._after.get(loaded.id, loaded)

    def changed(self) -> list[Changed]:
        """Reservations that the unit has made or changed: before and after."""
        return [
            (self._before[key], after) for key, after in self._after.items() if self._before[key] != after
        ]

    def filled(self) -> list[Changed]:
        """Reservations that have more set aside now than before."""
        return [(old, new) for old, new in self.changed() if new.reserved > (old.reserved if old else 0)]
