"""A household as it is: values that never change; `changes.py` gives the household after a change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain.people import Relation, Sex
from shared.contracts.intake import (
    NOT_URGENT,
    WITHOUT_PARENTS,
    AgeBand,
    ClothingSize,
    NeedKind,
)

MOST_MEMBERS = 50
EARLIEST_ARRIVAL = date(1950, 1, 1)
ALL_NEEDS = frozenset(NeedKind)


class Status(StrEnum):
    """REGISTERED until inventory answers, then ACTIVE; REOPENED stays so, it is helped like an active one."""

    REGISTERED = "registered"
    ACTIVE = "active"
    CLOSED = "closed"
    REOPENED = "reopened"


class Priority(StrEnum):
    """Why a household comes first, the most urgent first. Other services are told no more than its rank."""

    MEDICAL = "medical"
    PREGNANT = "pregnant"
    UNACCOMPANIED_CHILD = "unaccompanied_child"
    TRAFFICKING_VICTIM = "trafficking_victim"


RANKS: Mapping[Priority, int] = {priority: rank for rank, priority in enumerate(Priority)}


class Outcome(StrEnum):
    """Why a household is no longer helped. It stays in intake."""

    SETTLED = "settled"
    RETURNED = "returned"
    MOVED_ON = "moved_on"
    LOST_CONTACT = "lost_contact"
    DIED = "died"
    MISTAKEN = "mistaken"
    """It was never taken in: the import that brought it was undone."""


@dataclass(frozen=True)
class Member:
    """A person in a household, without name or birth date: those are behind `identities`.

    `age_band` is the band that the other services were told last: while the household is helped, that of today.
    """

    id: UUID
    sex: Sex
    size: ClothingSize
    relation: Relation
    joined_on: date
    age_band: AgeBand
    languages: tuple[str, ...] = ()
    left_on: date | None = None

    @property
    def circumstances(self) -> tuple[str, ...]:
        """What other services should know of this member, as codes of the contracts."""
        return (WITHOUT_PARENTS,) if self.relation is Relation.UNACCOMPANIED else ()


@dataclass(frozen=True)
class Household:
    """Who is helped together. `version` counts the changes that other services hear of."""

    id: UUID
    code: str
    region: str
    arrived_on: date
    registered_at: datetime
    registered_on: date
    members: tuple[Member, ...]
    needs: frozenset[NeedKind] = ALL_NEEDS
    priorities: frozenset[Priority] = frozenset()
    status: Status = Status.REGISTERED
    version: int = 1
    outcome: Outcome | None = None
    closed_on: date | None = None
    register_ref: str | None = field(default=None, repr=False)
    import_id: UUID | None = None

    @property
    def present(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.left_on is None)

    @property
    def rank(self) -> int:
        """How urgent it is: that of its most urgent priority, 0 to 3, or 9 with none."""
        return min((RANKS[priority] for priority in self.priorities), default=NOT_URGENT)

    @property
    def helped(self) -> bool:
        return self.status is not Status.CLOSED


def checked_arrival(arrived_on: date, today: date) -> date:
    """The arrival, if it can be one; ValueError says why not."""
    if arrived_on > today:
        raise ValueError("lies in the future")
    if arrived_on < EARLIEST_ARRIVAL:
        raise ValueError(f"is before {EARLIEST_ARRIVAL.year}")
    return arrived_on


def code_of(year: int, number: int) -> str:
    """A code for people to say, like LF-06-0042."""
    return f"LF-{year % 100:02d}-{number:04d}"
