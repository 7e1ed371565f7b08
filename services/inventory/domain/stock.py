"""What lies where: depots, shelves and lots."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.inventory.domain.larder import Dated
from services.inventory.domain.numbers import check_quantity, check_text

ShelfKey = tuple[str, str]
"""Depot code, item code."""


@dataclass(frozen=True)
class Depot:
    """A store or a shelter; both keep shelves, a shelter's are beds. No other service is told of a shelter."""

    code: str
    region: str
    shelter: bool = False

    def __post_init__(self) -> None:
        check_text("a depot's code", self.code)
        check_text("a depot's region", self.region)


@dataclass(frozen=True)
class Shelf:
    """What one depot holds of one item, in base units. Never more reserved than on hand.

    Of a shelf of food the `dated` lots are those that expire.
    """

    depot: str
    item: str
    on_hand: int
    reserved: int = 0
    dated: tuple[Dated, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        check_quantity("on hand", self.on_hand)
        check_quantity("reserved", self.reserved)
        if self.reserved > self.on_hand:
            raise ValueError(
                f"{self.reserved:,} reserved of {self.item} in {self.depot}, but {self.on_hand:,} there"
            )

    @property
    def key(self) -> ShelfKey:
        return self.depot, self.item

    @property
    def free(self) -> int:
        return self.on_hand - self.reserved

    def free_until(self, day: date) -> int:
        """How much is free for sure and still good on `day`, whatever lots what is set aside will take."""
        return max(0, self.free - sum(grams for until, grams in self.dated if until < day))


@dataclass(frozen=True)
class Lot:
    """A batch of one item in one depot.

    It may be given out on the day it expires, not after; None never expires. What is `blocked` is not on hand. Of a
    `recalled` lot nothing may come back to the shelf.
    """

    id: UUID
    expires: date | None
    on_hand: int
    blocked: int = 0
    recalled: bool = False

    def __post_init__(self) -> None:
        check_quantity("a lot's stock", self.on_hand)

    def expired(self, today: date) -> bool:
        return self.expires is not None and self.expires < today


def pick(lots: Iterable[Lot], quantity: int, today: date) -> list[tuple[UUID, int]]:
    """Which lots to take `quantity` from, first to expire first, never an expired one.

    The list adds up to less than `quantity` if the usable lots hold less.
    """
    check_quantity("a quantity to pick", quantity)
    picked: list[tuple[UUID, int]] = []
    usable = (lot for lot in lots if lot.on_hand and not lot.expired(today))
    for lot in sorted(usable, key=lambda lot: (lot.expires or date.max, lot.id)):
        taken = min(lot.on_hand, quantity)
        if not taken:
            break
        picked.append((lot.id, taken))
        quantity -= taken
    return picked


def depots_for(region: str, depots: Iterable[Depot], near: str | None = None) -> list[str]:
    """Depot codes in the order in which a household is served: `near`, its own region's, then the others, by
    code.
    """
    ordered = sorted(depots, key=lambda depot: (depot.code != near, depot.region != region, depot.code))
    return [depot.code for depot in ordered]
