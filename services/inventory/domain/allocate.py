"""From needs to reservations: the way in for everything that a household asks for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.inventory.domain.food import fits, give_all, how_far
from services.inventory.domain.items import Catalogue, Kind
from services.inventory.domain.needs import Need
from services.inventory.domain.reservations import Reservation, backorder
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot, Shelf, ShelfKey, depots_for
from services.inventory.domain.whole import fill, why_waiting


class Waiting(NamedTuple):
    """Who waits already: the food shelves on which somebody does, and those in line for whole things that have just
    become free.
    """

    shelves: frozenset[ShelfKey] = frozenset()
    line: Sequence[Reservation] = ()


NOBODY = Waiting()


@dataclass(frozen=True)
class Allocation:
    """One reservation for each need, in the order of the needs; and those `filled` of the ones that waited already.

    `to_deal` names the food shelves that have too little for all: every open ration of those shelves, the new
    ones included, is to be dealt again with `food.deal`. The new ones have nothing set aside until then, and are not
    `dealt`.
    """

    reservations: tuple[Reservation, ...]
    to_deal: frozenset[ShelfKey]
    filled: tuple[Reservation, ...] = ()


def allocate(
    needs: Sequence[Need],
    shelves: Sequence[Shelf],
    depots: Sequence[Depot],
    catalogue: Catalogue,
    rules: Rules,
    today: date,
    new_id: Callable[[], UUID],
    waiting: Waiting = NOBODY,
) -> Allocation:
    """Write down every need and set aside what is free: whole things at once, food where there is enough for
    all.

    Where somebody waits already, food is not given by the fast way; those of `waiting.line` and the needs are served in
    one order.
    """
    opened = [backorder(need, new_id(), _first_depot(need, shelves, depots)) for need in needs]
    near = {need.household_id: need.near for need in needs if need.near}
    settled = {
        r.id: r for r in fill([*opened, *waiting.line], shelves, depots, catalogue, rules, today, near)
    }
    rations, to_deal = _feed([r for r in opened if r.kind is Kind.FOOD], shelves, waiting.shelves)
    settled.update({r.id: r for r in rations})
    for reservation in opened:
        if reservation.id not in settled:
            settled[reservation.id] = replace(reservation, reason=why_waiting(reservation, catalogue))
    waited = tuple(settled[r.id] for r in waiting.line if r.id in settled)
    return Allocation(tuple(settled[r.id] for r in opened), to_deal, waited)


def food_depot(item: str, region: str, shelves: Iterable[Shelf], depots: Sequence[Depot]) -> str | None:
    """Where a household fetches its food: the first depot in its order that keeps the item.

    With none that keeps it, the first depot; None if there is no depot at all.
    """
    keeping = {shelf.depot for shelf in shelves if shelf.item == item}
    ordered = depots_for(region, depots)
    return next((code for code in ordered if code in keeping), ordered[0] if ordered else None)


def rehome(ration: Reservation, shelves: Sequence[Shelf], depots: Sequence[Depot]) -> Reservation:
    """The ration at a depot that keeps its food, if its own does not and nothing was set aside or delivered
    yet.

    To be tried with short rations when an item comes to a depot for the first time.
    """
    kept_here = any(shelf.key == ration.key for shelf in shelves)
    if kept_here or ration.reserved or ration.delivered:
        return ration
    return replace(ration, depot=food_depot(ration.item, ration.region, shelves, depots))


def _first_depot(need: Need, shelves: Sequence[Shelf], depots: Sequence[Depot]) -> str | None:
    if need.kind is Kind.FOOD:
        return food_depot(need.item, need.region, shelves, depots)
    return next(iter(depots_for(need.region, depots, need.near)), None)


def _feed(
    rations: Sequence[Reservation], shelves: Sequence[Shelf], short_shelves: frozenset[ShelfKey]
) -> tuple[list[Reservation], frozenset[ShelfKey]]:
    kept = {shelf.key: shelf for shelf in shelves}
    by_shelf: dict[ShelfKey | None, list[Reservation]] = {}
    for ration in rations:
        by_shelf.setdefault(ration.key, []).append(ration)
    fed: list[Reservation] = []
    to_deal: set[ShelfKey] = set()
    for key, new in by_shelf.items():
        shelf = kept.get(key) if key else None
        last = max(ration.last_day or date.min for ration in new)
        if shelf and fits(new, shelf.free_until(last), shelf.key in short_shelves):
            fed += give_all(new)
            continue
        kept_here = key in kept
        fed += [replace(ration, reason=how_far(ration), dealt=not kept_here) for ration in new]
        if key is not None and kept_here:
            to_deal.add(key)
    return fed, frozenset(to_deal)
