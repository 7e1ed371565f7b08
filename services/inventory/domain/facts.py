"""What a unit's changes amount to, for the ledger and for the other services. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.inventory.domain.items import Catalogue
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import ShelfKey
from shared.contracts.base import Contract
from shared.contracts.inventory import (
    RationLapsed,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
    SupplyLine,
)

Changed = tuple[Reservation | None, Reservation]
"""A reservation before (None if new) and after."""


@dataclass(frozen=True)
class Net:
    """What a unit changed for one household on one shelf: `reserved` beside what was `delivered` out of it."""

    household_id: UUID
    key: ShelfKey
    reserved: int
    delivered: int
    reason: str


def net(changed: Sequence[Changed]) -> list[Net]:
    """Changes summed by household and shelf: a ration cut in two is no movement.

    What was given up stands apart: November's rice that goes back and December's that is set aside are two things,
    although one unit does both.
    """
    reserved: Counter[tuple[UUID, ShelfKey]] = Counter()
    delivered: Counter[tuple[UUID, ShelfKey]] = Counter()
    given_up: Counter[tuple[UUID, ShelfKey]] = Counter()
    reasons: dict[tuple[UUID, ShelfKey], str] = {}
    reasons_given_up: dict[tuple[UUID, ShelfKey], str] = {}
    for before, after in changed:
        for sign, each in ((-1, before), (1, after)):
            if each and each.key:
                place = each.household_id, each.key
                reserved[place] += sign * (each.reserved + each.delivered)
                delivered[place] += sign * each.delivered
                reasons.setdefault(place, after.reason)
        if before and before.key and (quantity := _given_up(before, after)):
            reserved[before.household_id, before.key] += quantity
            given_up[before.household_id, before.key] += quantity
            reasons_given_up[before.household_id, before.key] = after.reason
        elif after.key:
            reasons[after.household_id, after.key] = after.reason
    gone = [
        Net(*place, -quantity, 0, reasons_given_up[place]) for place, quantity in sorted(given_up.items())
    ]
    return gone + [
        Net(household, key, aside, delivered[household, key], reasons[household, key])
        for (household, key), aside in sorted(reserved.items())
        if aside or delivered[household, key]
    ]


def _given_up(before: Reservation, after: Reservation) -> int:
    """How much that was set aside was given up for good: fetched too late, cancelled, closed."""
    return max(0, min(before.reserved - after.reserved, after.released - before.released))


def facts(
    changed: Sequence[Changed],
    changes: Sequence[Net],
    lapsed: Mapping[tuple[UUID, str], int],
    catalogue: Catalogue,
    today: date,
) -> Iterator[Contract]:
    """The contracts to say, by household; `changes` is what `net` makes of what has changed."""
    reserved, released, delivered = defaultdict(list), defaultdict(list), defaultdict(list)
    for change in changes:
        if change.reserved > 0:
            reserved[change.household_id].append(_line(change, change.reserved, catalogue))
        if change.reserved < 0:
            released[change.household_id].append(_line(change, -change.reserved, catalogue))
        if change.delivered > 0:
            delivered[change.household_id].append(_line(change, change.delivered, catalogue))
    for contract, lines in (
        (SuppliesReserved, reserved),
        (SuppliesReleased, released),
        (SuppliesDelivered, delivered),
    ):
        for household, each in lines.items():
            yield contract(household_id=household, on=today, lines=tuple(each))
    for household, missing in _missing(changed, catalogue).items():
        yield SuppliesBackordered(household_id=household, on=today, lines=tuple(missing))
    for (household, item), grams in sorted(lapsed.items()):
        line = SupplyLine(
            item=item, quantity=grams, unit=_unit(item, catalogue), reason="Missing on a day now past"
        )
        yield RationLapsed(household_id=household, on=today - timedelta(days=1), lines=(line,))


def _missing(changed: Sequence[Changed], catalogue: Catalogue) -> dict[UUID, list[SupplyLine]]:
    """What is missing now of each item of which more is missing than before."""
    now: Counter[tuple[UUID, str]] = Counter()
    earlier: Counter[tuple[UUID, str]] = Counter()
    reasons: dict[tuple[UUID, str], str] = {}
    for before, after in changed:
        now[after.household_id, after.requested_item] += _told_missing(after)
        earlier[after.household_id, after.requested_item] += _told_missing(before) if before else 0
        if after.short:
            reasons[after.household_id, after.requested_item] = after.reason
    missing: dict[UUID, list[SupplyLine]] = defaultdict(list)
    for (household, item), quantity in sorted(now.items()):
        if quantity > earlier[household, item]:
            reason = reasons[household, item]
            line = SupplyLine(item=item, quantity=quantity, unit=_unit(item, catalogue), reason=reason)
            missing[household].append(line)
    return missing


def _told_missing(reservation: Reservation) -> int:
    """What the others know, or are to know, to be missing: of a ration that is not dealt yet nothing is said."""
    return reservation.short if reservation.dealt else 0


def _line(change: Net, quantity: int, catalogue: Catalogue) -> SupplyLine:
    depot, item = change.key
    return SupplyLine(
        item=item, quantity=quantity, unit=_unit(item, catalogue), depot=depot, reason=change.reason
    )


def _unit(code: str, catalogue: Catalogue) -> str:
    item = catalogue.get(code)
    return item.unit if item else ""
