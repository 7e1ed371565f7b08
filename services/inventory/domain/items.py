"""What the store gives out, and the scale of clothing sizes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.inventory.domain.numbers import check_text
from shared.contracts.intake import ClothingSize


class Kind(StrEnum):
    """Only FOOD is given in part; a PART is a component of a kit and is not given by itself."""

    FOOD = "food"
    CLOTHING = "clothing"
    KIT = "kit"
    BED = "bed"
    PART = "part"


GIVEN_WHOLE = frozenset({Kind.CLOTHING, Kind.KIT, Kind.BED})


class Season(StrEnum):
    SUMMER = "summer"
    WINTER = "winter"


SIZE_GROUPS: tuple[tuple[str, ...], ...] = (
    tuple(size.value for size in ClothingSize if size.name.startswith("INFANT")),
    tuple(size.value for size in ClothingSize if size.name.startswith("CHILD")),
    tuple(size.value for size in ClothingSize if size.name.startswith("ADULT")),
)
"""Infants', children's and grown-ups' sizes, each small to large. The groups are cut on purpose: no infant is given a
child's set unasked, and no child a grown-up's."""

SIZES: tuple[str, ...] = tuple(size for group in SIZE_GROUPS for size in group)


def next_size_up(size: str) -> str | None:
    """One step up in the same group; None for a group's largest size and for an unknown size."""
    for group in SIZE_GROUPS:
        if size in group[:-1]:
            return group[group.index(size) + 1]
    return None


def next_size_down(size: str) -> str | None:
    """One step down in the same group; None for a group's smallest size and for a size that is not on the scale."""
    return next((each for each in SIZES if next_size_up(each) == size), None)


def _clothing_word(season: Season | None, size: str | None) -> str:
    return f"{season}-{size or 'unknown'}"


@dataclass(frozen=True)
class Item:
    """One thing the store keeps.

    `unit` is the base unit: g, set, kit, place, piece. Clothing has season and size. One that is `retired` is asked for
    no more.
    """

    code: str
    name: str
    kind: Kind
    unit: str
    season: Season | None = None
    size: str | None = None
    retired: bool = False

    def __post_init__(self) -> None:
        for name in ("code", "name", "unit"):
            check_text(f"an item's {name}", getattr(self, name))
        if self.kind is Kind.CLOTHING:
            if self.season is None or self.size not in SIZES:
                raise ValueError(f"clothing {self.code} needs a season and a size out of {', '.join(SIZES)}")
        elif self.season is not None or self.size is not None:
            raise ValueError(f"{self.code} is {self.kind}: only clothing has a season and a size")


class Catalogue:
    """All items, found by code, by kind, and clothing by season and size. Never changed once made."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Raise ValueError for two items with one code, or two of clothing with one season and size."""
        self._by_code: dict[str, Item] = {}
        self._clothing: dict[tuple[Season | None, str | None], Item] = {}
        self._first: dict[Kind, Item] = {}
        for item in sorted(items, key=lambda item: item.code):
            self._add(item)

    def _add(self, item: Item) -> None:
        if item.code in self._by_code:
            raise ValueError(f"two items have the code {item.code}")
        self._by_code[item.code] = item
        if item.retired:
            return
        self._first.setdefault(item.kind, item)
        if item.kind is Kind.CLOTHING:
            if (item.season, item.size) in self._clothing:
                raise ValueError(f"two items are {item.season} clothing in size {item.size}")
            self._clothing[item.season, item.size] = item

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._by_code)

    def get(self, code: str) -> Item | None:
        return self._by_code.get(code)

    def kind(self, code: str) -> Kind | None:
        """The item's kind, or None if the catalogue does not know it."""
        item = self._by_code.get(code)
        return item.kind if item else None

    def name(self, code: str) -> str:
        """The item's name, or the code itself if the catalogue does not know it."""
        item = self._by_code.get(code)
        return item.name if item else code

    def code_of(self, kind: Kind) -> str:
        """The first item of a kind by code; with none, the kind's own word, so that the need is still written
        down.
        """
        item = self._first.get(kind)
        return item.code if item else str(kind)

    def clothing_code(self, season: Season, size: str | None) -> str:
        """The set for a season and size; with none, a code like `winter-M`, or `winter-unknown`."""
        item = self._clothing.get((season, size))
        return item.code if item else _clothing_word(season, size)

    def named_since(self) -> dict[str, str]:
        """The words that stood for items while the catalogue had none, and the codes of those it has now."""
        words = {str(kind): item.code for kind, item in self._first.items()}
        words |= {_clothing_word(*worn): item.code for worn, item in self._clothing.items()}
        return {word: code for word, code in words.items() if word not in self._by_code}

    def family(self, code: str) -> frozenset[str]:
        """The item with those that can stand in for it, or it for them: clothing of a season one size up and down."""
        item = self._by_code.get(code)
        if item is None or item.size is None:
            return frozenset({code})
        near = (
            self._clothing.get((item.season, size))
            for size in (next_size_up(item.size), next_size_down(item.size))
        )
        return frozenset({code, *(each.code for each in near if each)})

    def takers(self, code: str) -> frozenset[str]:
        """What is asked for by those who can be given this item: itself, and clothing of a season one size down."""
        item = self._by_code.get(code)
        below = item and item.size and self._clothing.get((item.season, next_size_down(item.size)))
        return frozenset({code, below.code} if below else {code})

    def one_size_up(self, code: str) -> Item | None:
        """The set of the same season one size up, if the catalogue has it."""
        item = self._by_code.get(code)
        if item is None or item.size is None:
            return None
        return self._clothing.get((item.season, next_size_up(item.size)))
