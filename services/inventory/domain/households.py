"""What the store knows about a household: ids, sizes, counts, dates. Never a name or a birth date."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.inventory.domain.numbers import check_text
from shared.contracts.intake import NOT_URGENT, NeedKind


@dataclass(frozen=True)
class Member:
    """One person. `size` is a clothing size, or None while nobody knows it."""

    id: UUID
    size: str | None = None


@dataclass(frozen=True)
class Household:
    """As last heard from intake.

    `rank` says how urgent it is, 0 the most; it is helped from the day `registered_on`. Of two of one rank the older
    comes first, and of two of one day the one with the lower id: ids are in the order of registration.
    """

    id: UUID
    region: str
    registered_on: date
    members: tuple[Member, ...]
    needs: frozenset[NeedKind]
    rank: int = NOT_URGENT
    active: bool = True

    def __post_init__(self) -> None:
        check_text("a household's region", self.region)
        if len({member.id for member in self.members}) < len(self.members):
            raise ValueError("a household has one member twice")
