"""What the store knows about a household: ids, sizes, counts, dates. Never a name or a birth date."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.inventory.domain.numbers import check_text
from shared.contracts.intake import NeedKind, Priority

RANKS: dict[Priority, int] = {priority: rank for rank, priority in enumerate(Priority)}
"""0 is most urgent; the order is that of `Priority`."""

RANK_OF_NONE = 9


def rank_of(priorities: frozenset[Priority]) -> int:
    """The most urgent of the priorities: 0 to 3, or 9 with none."""
    return min((RANKS[priority] for priority in priorities), default=RANK_OF_NONE)


@dataclass(frozen=True)
class Member:
    """One person. `size` is a clothing size, or None while nobody knows it."""

    id: UUID
    size: str | None = None


@dataclass(frozen=True)
class Household:
    """As last heard from intake.

    `priorities` holds those of all members; `registered_at` is when it was registered (UTC).
    """

    id: UUID
    region: str
    arrival: date
    registered_at: datetime
    members: tuple[Member, ...]
    needs: frozenset[NeedKind]
    priorities: frozenset[Priority] = frozenset()
    active: bool = True

    def __post_init__(self) -> None:
        check_text("a household's region", self.region)
        if self.registered_at.tzinfo is None:
            raise ValueError("a household's registration time needs a time zone")
        if len({member.id for member in self.members}) < len(self.members):
            raise ValueError("a household has one member twice")

    @property
    def rank(self) -> int:
        return rank_of(self.priorities)
