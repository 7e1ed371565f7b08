"""Kits are put together from parts by a bill of materials."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from uuid import UUID

from services.inventory.domain.larder import Dated
from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.stock import Shelf


@dataclass(frozen=True)
class Assembled:
    """So many whole kits, and the parts that went into them, by item code; when the first of the kits expires."""

    kits: int
    used: dict[str, int]
    reason: str
    expires: date = date.max
    document_id: UUID | None = None


@dataclass(frozen=True)
class MissingParts:
    """No kit was put together: what all that were wanted lack, and how many the parts would allow."""

    missing: dict[str, int]
    possible: int
    reason: str


def assemble(
    bill: Mapping[str, int], shelves: Iterable[Shelf], wanted: int, partial: bool = True
) -> Assembled | MissingParts:
    """Put `wanted` kits together from what is free on one depot's shelves; `bill` is parts for one kit.

    With `partial`, as many whole kits as the parts allow; without it all or none. ValueError for an empty
    bill, for parts or kits below 1, and for shelves of more than one depot.
    """
    check_quantity("kits wanted", wanted, 1)
    for part, quantity in bill.items():
        check_quantity(f"{part} in a kit", quantity, 1)
    shelves = list(shelves)
    if not bill or len({shelf.depot for shelf in shelves}) > 1:
        raise ValueError("a kit needs at least one part, all from one depot")
    free: Counter[str] = Counter()
    for shelf in shelves:
        free[shelf.item] += shelf.free
    possible = min(free[part] // quantity for part, quantity in bill.items())
    short = {part: n * wanted - free[part] for part, n in bill.items() if n * wanted > free[part]}
    kits = min(wanted, possible)
    if kits and (partial or kits == wanted):
        words = f"{kits} of {wanted} kits put together" + (f"; {_words(short)} short" if short else "")
        return Assembled(kits, {part: quantity * kits for part, quantity in bill.items()}, words)
    return MissingParts(short, possible, f"No kit put together; {_words(short)} short")


def dates_of(bill: Mapping[str, int], taken: Mapping[str, Sequence[Dated]], kits: int) -> list[Dated]:
    """How many of the kits expire when: each with its first part, and parts go in first to expire first.

    Two kits of 3 bandages and 1 soap, from 4 bandages until the 5th and 2 that keep, and soap until the 9th: the first
    kit has 3 of the old bandages and the second one 1, so both expire on the 5th.
    """
    # Kit k takes a part's units from k * n on, and so expires no later than the lot in which unit k * n lies.
    changes = {0}
    for part, n in bill.items():
        begins = accumulate(quantity for _, quantity in sorted(taken[part]))
        changes |= {-(-begin // n) for begin in begins}
    starts = sorted(each for each in changes if each < kits)
    found: list[Dated] = []
    for first, end in zip(starts, [*starts[1:], kits], strict=True):
        until = min(_date_at(taken[part], first * n) for part, n in bill.items())
        if found and found[-1][0] == until:
            found[-1] = until, found[-1][1] + end - first
        else:
            found.append((until, end - first))
    return sorted(found)


def _date_at(lots: Sequence[Dated], place: int) -> date:
    """The date of the unit at a place, when lots stand first to expire first."""
    for until, quantity in sorted(lots):
        if place < quantity:
            return until
        place -= quantity
    raise ValueError("there are fewer parts than the kits have")


def _words(short: Mapping[str, int]) -> str:
    return ", ".join(f"{quantity:,} {part}" for part, quantity in sorted(short.items()))
