"""Lines of the ledger: what they add to shelves and lots, and the lines that follow from changed reservations."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.inventory.domain.facts import Changed, Net
from services.inventory.domain.reasons import NO_REASON, Because
from services.inventory.domain.stock import Lot, ShelfKey, pick


class MovementKind(StrEnum):
    """What a line of the ledger says."""

    RECEIVED = "received"
    ADJUSTED = "adjusted"
    COUNTED = "counted"
    TRANSFERRED = "transferred"
    USED = "used"
    ASSEMBLED = "assembled"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    REVERSED = "reversed"
    RESERVED = "reserved"
    RELEASED = "released"
    DELIVERED = "delivered"


@dataclass(frozen=True)
class Earlier:
    """Which kind of line is undone, and on which day it was written."""

    kind: str
    day: date


@dataclass(frozen=True)
class Cause:
    """Why goods moved: a reason, and what a member of staff wrote about it; `reverses` is the movement undone."""

    reason: Because = NO_REASON
    note: str | None = None
    reverses: UUID | None = None
    undoes: Earlier | None = None


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
    kind: MovementKind
    actor: str
    on_hand: int = 0
    reserved: int = 0
    lot_id: UUID | None = None
    household_id: UUID | None = None
    document_id: UUID | None = None
    reverses: UUID | None = None
    reason: Because = NO_REASON
    note: str | None = None
    undoes: Earlier | None = None

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
    days: Mapping[tuple[UUID, ShelfKey], Mapping[date, int]] | None = None,
) -> list[Movement]:
    """A line for what was set aside or freed, and a line per lot for what was handed out of it.

    `lots` are those of the shelves from which something was handed out; `line` makes a movement of a shelf, a kind
    and values; `days` says of food for which days it is. Raises RuntimeError if the lots hold less than was handed
    out: the stock is wrong then.
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
        by_day = (days or {}).get((each.household_id, each.key), {})
        for lot_id, taken in _taken(left, each, today, by_day):
            values = {"on_hand": -taken, "reserved": -taken, "lot_id": lot_id}
            lines.append(line(each.key, "delivered", household_id=each.household_id, **values))
    return lines


def days_of(changed: Iterable[Changed], today: date) -> dict[tuple[UUID, ShelfKey], Counter[date]]:
    """For which days food was handed out, in grams; what was fetched late is for today."""
    days: dict[tuple[UUID, ShelfKey], Counter[date]] = {}
    for before, after in changed:
        if before and after.key and after.per_day and after.delivered > before.delivered:
            place = days.setdefault((after.household_id, after.key), Counter())
            first, end = before.settled, before.settled + after.delivered - before.delivered
            while first < end:
                day = after.first_ordinal + first // after.per_day
                step = min(end, (first // after.per_day + 1) * after.per_day)
                place[max(today, date.fromordinal(day))] += step - first
                first = step
    return days


def _taken(
    left: dict[ShelfKey, list[Lot]], change: Net, today: date, days: Mapping[date, int]
) -> list[tuple[UUID, int]]:
    """Food for a day comes from a lot that is still good on it: then nobody takes what others are to eat later.

    What none of these lots has comes from whatever lot there is.
    """
    if change.delivered <= 0:
        return []
    taken: Counter[UUID] = Counter()
    for day, grams in [*sorted(days.items()), (today, change.delivered)]:
        picked = dict(pick(left[change.key], min(grams, change.delivered - taken.total()), day))
        taken.update(picked)
        left[change.key] = [
            replace(lot, on_hand=lot.on_hand - picked.get(lot.id, 0)) for lot in left[change.key]
        ]
    if taken.total() != change.delivered:
        raise RuntimeError(f"the lots of {change.key} hold less than is handed out")
    return list(taken.items())
