"""Kits are put together from parts by a bill of materials."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.stock import Shelf


@dataclass(frozen=True)
class Assembled:
    """So many whole kits, and the parts that went into them, by item code."""

    kits: int
    used: dict[str, int]
    reason: str


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


def _words(short: Mapping[str, int]) -> str:
    return ", ".join(f"{quantity:,} {part}" for part, quantity in sorted(short.items()))
