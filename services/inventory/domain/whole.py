"""Clothing, kits and beds: given whole or not at all, for half a kit helps nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from services.inventory.domain.food import deal
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.larder import Dated
from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Shelf, ShelfKey, depots_for
from shared.contracts.inventory import Why


def fill(
    waiting: Iterable[Reservation],
    shelves: Iterable[Shelf],
    depots: Sequence[Depot],
    catalogue: Catalogue,
    rules: Rules,
    today: date,
    near: Mapping[UUID, str] | None = None,
) -> tuple[Reservation, ...]:
    """Set aside what is free for whole things that wait: by rank, then age, then id. Returns the changed ones
    only.

    The asked size in any depot comes before the next size up; the household's own depot before others. One
    that cannot be met (it needs more than any depot has) is passed over and keeps its place: holding goods
    back for it would leave them lying while others go cold. The beds of a household are looked at together,
    when the turn of its first comes; those that find no place wait alone. `near` gives, by household, the
    shelter in which the others already are. Food is passed over: see `food.deal`.
    """
    hands = _Hands({shelf.key: shelf.free for shelf in shelves}, depots, catalogue, rules, today, near or {})
    line = sorted((r for r in waiting if r.short and r.kind is not Kind.FOOD), key=lambda r: r.order)
    beds: dict[UUID, list[Reservation]] = {}
    for reservation in line:
        if reservation.kind is Kind.BED:
            beds.setdefault(reservation.household_id, []).append(reservation)
    filled: list[Reservation] = []
    for reservation in line:
        if reservation.kind is not Kind.BED:
            filled += hands.give(reservation)
        elif reservation.household_id in beds:
            filled += hands.shelter(beds.pop(reservation.household_id))
    return tuple(filled)


class _Hands:
    """The free stock while it is being given out: the one thing here that changes."""

    def __init__(
        self,
        free: dict[ShelfKey, int],
        depots: Sequence[Depot],
        catalogue: Catalogue,
        rules: Rules,
        today: date,
        near: Mapping[UUID, str],
    ) -> None:
        self._free = free
        self._depots = depots
        self._regions = {depot.code: depot.region for depot in depots}
        self._ordered: dict[str, list[str]] = {}
        self._catalogue = catalogue
        self._fetch_by = today + timedelta(days=rules.fetch_within_days)
        self._near = near

    def give(self, wanting: Reservation) -> Iterator[Reservation]:
        """Yield the reservation met in full from one depot, or nothing."""
        for depot, item in self._places(wanting):
            if self._free.get((depot, item), 0) >= wanting.short:
                yield self._take(wanting, depot, item, self._why(wanting, depot, item))
                return

    def shelter(self, beds: list[Reservation]) -> Iterator[Reservation]:
        """Yield the beds that find a place: all in one shelter if it has room, else over as few as can be."""
        wanted = sum(bed.short for bed in beds)
        while beds:
            shelter = self._best_shelter(beds)
            if shelter is None:
                return
            together = self._free[shelter, beds[0].requested_item] >= wanted
            rest = []
            for bed in beds:
                if self._free.get((shelter, bed.requested_item), 0) >= bed.short:
                    yield self._take(bed, shelter, bed.requested_item, _why_there(wanted, together))
                else:
                    rest.append(bed)
            beds = rest

    def _best_shelter(self, beds: list[Reservation]) -> str | None:
        """The tightest fit for all, nearest first; if none has room for all, the one with most room."""
        first, wanted = beds[0], sum(bed.short for bed in beds)
        near, smallest = self._near.get(first.household_id), min(bed.short for bed in beds)
        room = {code: self._free.get((code, first.requested_item), 0) for code in self._regions}
        fits = [code for code in room if room[code] >= wanted]
        if fits:
            return min(fits, key=lambda c: (c != near, self._regions[c] != first.region, room[c], c))
        some = [code for code in room if room[code] >= smallest]
        return min(
            some, key=lambda c: (c != near, -room[c], self._regions[c] != first.region, c), default=None
        )

    def _places(self, wanting: Reservation) -> Iterator[ShelfKey]:
        if wanting.key and (wanting.reserved or wanting.delivered):
            yield wanting.key
            return
        if wanting.region not in self._ordered:
            self._ordered[wanting.region] = depots_for(wanting.region, self._depots)
        for depot in self._ordered[wanting.region]:
            yield depot, wanting.requested_item
        larger = self._catalogue.one_size_up(wanting.requested_item)
        if larger:
            for depot in self._ordered[wanting.region]:
                yield depot, larger.code

    def _take(self, wanting: Reservation, depot: str, item: str, reason: Because) -> Reservation:
        self._free[depot, item] -= wanting.short
        return replace(
            wanting,
            depot=depot,
            item=item,
            reserved=wanting.reserved + wanting.short,
            fetch_by=None if wanting.kind is Kind.BED else self._fetch_by,
            reason=reason,
        )

    def _why(self, wanting: Reservation, depot: str, item: str) -> Because:
        near = self._regions.get(depot) == wanting.region
        if item == wanting.requested_item:
            return Because(Why.SET_ASIDE if near else Why.FROM_AFAR)
        return Because(Why.LARGER if near else Why.LARGER_FROM_AFAR)


def _why_there(wanted: int, together: bool) -> Because:
    if wanted == 1:
        return Because(Why.BED_FOUND)
    return Because(Why.BEDS_TOGETHER if together else Why.BEDS_APART, wanted)


def why_waiting(reservation: Reservation, catalogue: Catalogue) -> Because:
    """Why a whole thing waits."""
    if reservation.kind is Kind.BED:
        return Because(Why.NO_BED)
    if catalogue.get(reservation.requested_item) is None:
        nameless = reservation.requested_item.endswith("-unknown")
        return Because(Why.SIZE_UNKNOWN if nameless else Why.NOT_IN_CATALOGUE)
    return Because(Why.NO_SIZE_LEFT if reservation.kind is Kind.CLOTHING else Why.NONE_LEFT)


def cut_back(
    reservations: Sequence[Reservation], by: int, today: date, dated: Iterable[Dated] = ()
) -> tuple[Reservation, ...]:
    """Take back at least `by` of what one shelf has set aside, because less is there.

    Returns the changed ones only.

    Whole things are taken from the last in order first and wait in line again, whole (so a little more than
    `by` may come free). Food is dealt again with so much less, of which the `dated` lots expire. If less than
    `by` is set aside, all of it is taken.
    """
    check_quantity("what is missing", by)
    held = [r for r in reservations if r.reserved]
    if held and held[0].kind is Kind.FOOD:
        grams = max(0, sum(r.reserved for r in held) - by)
        return tuple(
            dealt.after for dealt in deal(grams, reservations, today, dated).outcomes if dealt.changed
        )
    cut: list[Reservation] = []
    for reservation in sorted(held, key=lambda r: r.order, reverse=True):
        if by <= 0:
            break
        by -= reservation.reserved
        reason = Because(Why.TAKEN_BACK, reservation.reserved)
        cut.append(replace(reservation, reserved=0, fetch_by=None, reason=reason))
    return tuple(cut)
