"""Goods come to the shelves and leave them: each time a line of the ledger that knows its lot."""

from collections import Counter
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.domain.items import Kind
from services.inventory.domain.movements import UNSAID, Cause
from services.inventory.domain.stock import Lot, ShelfKey, pick
from services.inventory.domain.whole import cut_back
from services.inventory.ledger.posting import Posting
from services.inventory.repository import reservations, stock


class Goods(Posting):
    """The store with what one unit puts on its shelves and takes off them."""

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
        self.move_lot(key, lot, quantity, kind, cause)

    async def take(self, key: ShelfKey, quantity: int, kind: str, cause: Cause = UNSAID) -> None:
        """Take from a shelf, the first to expire first; what was set aside and is no longer there waits again."""
        await self.take_dated(key, quantity, kind, cause)
        await self.cut_back(key)

    async def take_dated(
        self, key: ShelfKey, quantity: int, kind: str, cause: Cause = UNSAID
    ) -> list[tuple[Lot, int]]:
        """Take from a shelf, the first to expire first; returns the lots and how much of each; a line per lot."""
        lots = {lot.id: lot for lot in (await stock.lots_of(self.unit.session, [key]))[key]}
        picked = pick(lots.values(), quantity, date.min)
        for lot_id, taken in picked:
            self.move_lot(key, lots[lot_id], -taken, kind, cause)
        return [(lots[lot_id], taken) for lot_id, taken in picked]

    def take_lot(self, key: ShelfKey, lot: Lot, kind: str, cause: Cause) -> None:
        """Take a whole lot from its shelf; `cut_back` is to follow."""
        self.move_lot(key, lot, -lot.on_hand, kind, cause)

    def move_lot(self, key: ShelfKey, lot: Lot, difference: int, kind: str, cause: Cause) -> None:
        """Put a difference on a lot, or take it off; `cut_back` or `fill` is to follow."""
        self._on_hand[key] = self._on_hand.get(key, 0) + difference
        if lot.expires:
            self._dated.setdefault(key, Counter())[lot.expires] += difference
        self._move(key, kind, on_hand=difference, lot_id=lot.id, **vars(cause))

    def note(self, key: ShelfKey, lot: Lot | None, kind: str, cause: Cause) -> None:
        """A line that moves nothing: the shelf or lot was counted, and all was there."""
        self._move(key, kind, lot_id=lot.id if lot else None, **vars(cause))

    def bring_back(self, key: ShelfKey, lot: Lot, quantity: int, household_id: UUID, cause: Cause) -> None:
        """A line for what was handed out of a lot and comes back; the reservation to be recorded moves the shelf."""
        if lot.expires:
            self._dated.setdefault(key, Counter())[lot.expires] += quantity
        values = {"on_hand": quantity, "reserved": quantity, "household_id": household_id}
        self._move(key, "delivered", lot_id=lot.id, **values, **vars(cause))

    async def cut_back(self, key: ShelfKey) -> None:
        """Take back what is set aside beyond what is on hand: from the last in line, food from the latest days."""
        over = self._reserved.get(key, 0) - self._on_hand.get(key, 0)
        if over <= 0:
            return
        stored = await reservations.set_aside_on(self.unit.session, key)
        before = {each.id: each for each in stored}
        dated = self._dated.get(key, {}).items()
        for cut in cut_back([self.current(each) for each in stored], over, self.today, dated):
            self.record(cut, before[cut.id])
            self._taken_back |= cut.kind is not Kind.FOOD
