"""What a unit's changes amount to, for the ledger and for the other services. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.reasons import NO_REASON, Because
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.stock import Depot, ShelfKey
from shared.contracts.base import Contract
from shared.contracts.inventory import (
    BED,
    RationLapsed,
    SuppliesBackordered,
    SuppliesDelivered,
    SuppliesReleased,
    SuppliesReserved,
    SupplyLine,
    Why,
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
    reason: Because


def net(changed: Sequence[Changed]) -> list[Net]:
    """Changes summed by household and shelf: a ration cut in two is no movement.

    What was given up stands apart: November's rice that goes back and December's that is set aside are two things,
    although one unit does both.
    """
    reserved: Counter[tuple[UUID, ShelfKey]] = Counter()
    delivered: Counter[tuple[UUID, ShelfKey]] = Counter()
    given_up: Counter[tuple[UUID, ShelfKey]] = Counter()
    reasons: dict[tuple[UUID, ShelfKey], Because] = {}
    reasons_given_up: dict[tuple[UUID, ShelfKey], Because] = {}
    for before, after in changed:
        for sign, each in ((-1, before), (1, after)):
            if each and each.key:
                place = each.household_id, each.key
                reserved[place] += sign * (each.reserved + each.delivered)
                delivered[place] += sign * each.delivered
                reasons.setdefault(place, after.reason)
        if before and before.key and before.reserved and before.key != after.key:
            # It lies somewhere else now, because it is no longer where it was set aside.
            reasons[before.household_id, before.key] = Because(Why.TAKEN_BACK, before.reserved)
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
    lapsed: Mapping[tuple[UUID, str], int],
    catalogue: Catalogue,
    depots: Iterable[Depot],
    today: date,
) -> Iterator[Contract]:
    """The contracts to say, by household."""
    speaker = _Speaker(catalogue, depots)
    reserved, released, delivered = defaultdict(list), defaultdict(list), defaultdict(list)
    for change in net(changed):
        if change.delivered < 0:
            # A hand-out was undone: it is set aside again.
            reserved[change.household_id].append(speaker.fetched(change, -change.delivered))
        if change.reserved > 0:
            reserved[change.household_id].append(speaker.fetched(change, change.reserved))
        if change.reserved < 0:
            released[change.household_id].append(speaker.fetched(change, -change.reserved))
        if change.delivered > 0:
            delivered[change.household_id].append(speaker.fetched(change, change.delivered))
    for contract, lines in (
        (SuppliesReserved, reserved),
        (SuppliesReleased, released),
        (SuppliesDelivered, delivered),
    ):
        for household, each in lines.items():
            yield contract(household_id=household, on=today, lines=_together(each))
    for household, missing in _missing(changed, speaker).items():
        yield SuppliesBackordered(household_id=household, on=today, lines=tuple(missing))
    for (household, item), grams in sorted(lapsed.items()):
        line = speaker.line(item, grams, Because(Why.DAY_PAST))
        yield RationLapsed(household_id=household, on=today - timedelta(days=1), lines=(line,))


def lines_undone(
    given: Iterable[tuple[Reservation, int]], catalogue: Catalogue, depots: Iterable[Depot]
) -> tuple[SupplyLine, ...]:
    """How much of what was handed out where, for a hand-out that is undone."""
    speaker = _Speaker(catalogue, depots)
    return _together(speaker.line(each.item, quantity, NO_REASON, each.depot) for each, quantity in given)


def _missing(changed: Sequence[Changed], speaker: "_Speaker") -> dict[UUID, list[SupplyLine]]:
    """What is missing now of each item of which more is missing than before."""
    now: Counter[tuple[UUID, str]] = Counter()
    earlier: Counter[tuple[UUID, str]] = Counter()
    reasons: dict[tuple[UUID, str], Because] = {}
    for before, after in changed:
        now[after.household_id, after.requested_item] += _told_missing(after)
        earlier[after.household_id, after.requested_item] += _told_missing(before) if before else 0
        if after.short:
            reasons[after.household_id, after.requested_item] = after.reason
    missing: dict[UUID, list[SupplyLine]] = defaultdict(list)
    for (household, item), quantity in sorted(now.items()):
        if quantity > earlier[household, item]:
            missing[household].append(speaker.line(item, quantity, reasons[household, item]))
    return missing


def _told_missing(reservation: Reservation) -> int:
    """What the others know, or are to know, to be missing: of a ration that is not dealt yet nothing is said."""
    return reservation.short if reservation.dealt else 0


class _Speaker:
    """Makes lines that name no shelter: neither by its code nor by the code of its beds."""

    def __init__(self, catalogue: Catalogue, depots: Iterable[Depot]) -> None:
        self._catalogue = catalogue
        self._told = {depot.code for depot in depots if not depot.shelter}

    def fetched(self, change: Net, quantity: int) -> SupplyLine:
        """What is or was to be fetched, with the depot; a bed is not fetched."""
        depot, item = change.key
        return self.line(item, quantity, change.reason, depot)

    def line(self, code: str, quantity: int, reason: Because, depot: str | None = None) -> SupplyLine:
        item = self._catalogue.get(code)
        bed = item is not None and item.kind is Kind.BED
        return SupplyLine(
            item=BED if bed else code,
            quantity=quantity,
            unit=item.unit if item else "",
            depot=depot if depot in self._told and not bed else None,
            reason=reason.said,
        )


def _together(lines: Iterable[SupplyLine]) -> tuple[SupplyLine, ...]:
    """Lines summed by item and depot: how many of a household's beds are in each shelter is nobody's business."""
    summed: dict[tuple[str, str | None], SupplyLine] = {}
    for line in lines:
        known = summed.setdefault((line.item, line.depot), line)
        if known is not line:
            total = known.quantity + line.quantity
            summed[line.item, line.depot] = known.model_copy(update={"quantity": total})
    return tuple(summed.values())
