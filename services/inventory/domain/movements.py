"""Lines of the ledger: what they add to shelves and lots, and the lines that follow from changed reservations."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.inventory.domain.facts import Net
from services.inventory.domain.reasons import NO_REASON, Because
from services.inventory.domain.stock import Lot, ShelfKey, pick


@dataclass(frozen=True)
class Cause:
    """Why goods moved: a reason, and what a member of staff wrote about it; `reverses` is the movement undone."""

    reason: Because = NO_REASON
    note: str | None = None
    reverses: UUID | None = None


UNSAID = Cause()
"""The kind of the movement says all."""


@dataclass(frozen=True)
class Movement:
    """One line of the ledger, in base units; `on_hand` and `reserved` are differences, `actor` is who decided.

    `note` is what a member of staff wrote about it: it stays in this one column.
    """

    id: UUID
    depot: str
    item: str
    kind: str
    actor: str
    on_hand: int = 0
    reserved: int = 0
    lot_id: UUID | None = None
    household_id: UUID | None = None
    document_id: UUID | None = None
    reverses: UUID | None = None
    reason: Because = NO_REASON
    note: str | None = None

    @property
    def key(self) -> ShelfKey:
        return self.depot, self.item


def shelf_differences(movements: Iterable[Movement]) -> dict[ShelfKey, tuple[int, int]]:
    """What the lines add to each shelf: on hand, and reserved."""
    sums: dict[ShelfKey, tuple[int, int]] = {}
    for move in movements:
        on_hand, reserved = sums.get(move.key, (0, 0))
        sums[move.key] = on_hand + move.on_hand, reserved + move.reserved
    return sums


def lot_differences(movements: Iterable[Movement], new: Collection[UUID]) -> Counter[UUID]:
    """What the lines add to each lot that was there before; `new` lots are written with what they hold."""
    sums: Counter[UUID] = Counter()
    for move in movements:
        if move.lot_id and move.lot_id not in new and move.on_hand:
            sums[move.lot_id] += move.on_hand
    return sums


def lines_for(
    changes: Sequence[Net],
    lots: Mapping[ShelfKey, Sequence[Lot]],
    today: date,
    line: Callable[..., Movement],
) -> list[Movement]:
    """A line for what was set aside or freed, and a line per lot for what was handed out of it.

    `lots` are those of the shelves from which something was handed out; `line` makes a movement of a shelf, a kind
    and values. Raises RuntimeError if the lots hold less than was handed out: the stock is wrong then.
    """
    lines = [
        line(
            each.key,
            "reserved" if each.reserved > 0 else "released",
            reserved=each.reserved,
            household_id=each.household_id,
            reason=each.reason,
        )
        for each in changes
        if each.reserved
    ]
    left = {key: list(these) for key, these in lots.items()}
    for each in changes:
        for lot_id, taken in _taken(left, each, today):
            values = {"on_hand": -taken, "reserved": -taken, "lot_id": lot_id}
            lines.append(line(each.key, "delivered", household_id=each.household_id, **values))
    return lines


def _taken(left: dict[ShelfKey, list[Lot]], change: Net, today: date) -> list[tuple[UUID, int]]:
    if change.delivered <= 0:
        return []
    picked = pick(left[change.key], change.delivered, today)
    taken = dict(picked)
    if sum(taken.values()) != change.delivered:
        raise RuntimeError(f"the lots of {change.key} hold less than is handed out")
    left[change.key] = [replace(lot, on_hand=lot.on_hand - taken.get(lot.id, 0)) for lot in left[change.key]]
    return picked
