"""A household and what can happen to it. Each change gives the household after it, or says why it cannot be."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from services.intake.domain.people import Relation, Sex
from shared.contracts.intake import (
    NOT_URGENT,
    WITHOUT_PARENTS,
    AgeBand,
    ClothingSize,
    HouseholdClosed,
    HouseholdState,
    MemberFacts,
    NeedKind,
)
from shared.outcomes import Refused, conflict, missing

MOST_MEMBERS = 50
EARLIEST_ARRIVAL = date(1950, 1, 1)
ALL_NEEDS = frozenset(NeedKind)

S = TypeVar("S", bound=HouseholdState)


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


CLOSED_ALREADY = conflict("This household is closed. Reopen it first.")
FULL = conflict(f"A household has at most {MOST_MEMBERS} members.")


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


def change(
    household: Household,
    region: str | None = None,
    needs: frozenset[NeedKind] | None = None,
    priorities: frozenset[Priority] | None = None,
) -> Household | Refused:
    """What is None stays; a household that is no different afterwards keeps its version."""
    if not household.helped:
        return CLOSED_ALREADY
    after = replace(
        household,
        region=household.region if region is None else region,
        needs=household.needs if needs is None else needs,
        priorities=household.priorities if priorities is None else priorities,
    )
    return after if after == household else _next(after)


def join(household: Household, *newcomers: Member) -> Household | Refused:
    """Members join, all in one change."""
    if not household.helped:
        return CLOSED_ALREADY
    if len(household.present) + len(newcomers) > MOST_MEMBERS:
        return FULL
    if any(member.joined_on < household.arrived_on for member in newcomers):
        return conflict("A member cannot join before the household arrived.")
    return _next(replace(household, members=household.members + newcomers))


def leave(household: Household, member_id: UUID, on: date) -> Household | Refused:
    """A member leaves."""
    found = next((member for member in household.members if member.id == member_id), None)
    if found is None:
        return missing("such member in this household")
    if not household.helped:
        return CLOSED_ALREADY
    if found.left_on is not None:
        return conflict("This member has left already.")
    if on < found.joined_on:
        return conflict("A member cannot leave before joining.")
    if len(household.present) == 1:
        return conflict("The last member cannot leave. Close the household instead.")
    members = tuple(replace(each, left_on=on) if each.id == member_id else each for each in household.members)
    return _next(replace(household, members=members))


def close(household: Household, outcome: Outcome, on: date) -> Household | Refused:
    """The household is no longer helped."""
    if not household.helped:
        return conflict("This household is closed already.")
    return _next(replace(household, status=Status.CLOSED, outcome=outcome, closed_on=on))


def undo(household: Household, brought: Collection[UUID], on: date) -> Household | Refused:
    """An import that brought these members is undone: what it alone brought was never there.

    A household of nobody else is closed as mistaken, and free for another import; from any other the members leave.
    """
    if not household.helped:
        return conflict("it is closed already")
    others = [member for member in household.present if member.id not in brought]
    if others:
        members = (_gone(each, on) if each.id in brought else each for each in household.members)
        after = replace(household, members=tuple(members))
        return household if after == household else _next(after)
    if household.import_id is None or any(member.id not in brought for member in household.members):
        return conflict("everybody else has left it: close it by hand if nobody is there")
    after = replace(household, status=Status.CLOSED, outcome=Outcome.MISTAKEN, closed_on=on)
    return _next(replace(after, register_ref=None, priorities=frozenset()))


def _gone(member: Member, on: date) -> Member:
    return member if member.left_on else replace(member, left_on=max(on, member.joined_on))


def correct(household: Household, member_id: UUID, **values: Any) -> Household | Refused:
    """Other values of a member, who was this all along; a household that is no different keeps its version.

    A closed household keeps its version too: the others hear its whole state when it is opened again.
    """
    if all(member.id != member_id for member in household.members):
        return missing("such member in this household")
    members = (replace(each, **values) if each.id == member_id else each for each in household.members)
    after = replace(household, members=tuple(members))
    told = [
        tuple((each.age_band, each.size, each.languages, each.circumstances) for each in some.present)
        for some in (household, after)
    ]
    return _next(after) if household.helped and told[0] != told[1] else after


def reopen(household: Household, bands: Mapping[UUID, AgeBand]) -> Household | Refused:
    """A closed household is helped again, with the members it had; `bands` are their age bands today, by member."""
    if household.helped:
        return conflict("This household is not closed.")
    again = replace(household, status=Status.REOPENED, outcome=None, closed_on=None)
    return _next(_with_bands(again, bands))


def grow(household: Household, bands: Mapping[UUID, AgeBand]) -> Household:
    """Members come into other age bands, all in one change; `bands` holds the new ones, by member."""
    after = _with_bands(household, bands)
    return after if after == household else _next(after)


def _with_bands(household: Household, bands: Mapping[UUID, AgeBand]) -> Household:
    members = (replace(each, age_band=bands.get(each.id, each.age_band)) for each in household.members)
    return replace(household, members=tuple(members))


def state_of(household: Household, on: date, contract: type[S]) -> S:
    """What the other services may know of a household as it is on the day `on`."""
    return contract(
        household_id=household.id,
        version=household.version,
        code=household.code,
        region=household.region,
        registered_on=household.registered_on,
        on=on,
        members=tuple(
            MemberFacts(
                member_id=member.id,
                age_band=member.age_band,
                size=member.size,
                languages=member.languages,
                circumstances=member.circumstances,
            )
            for member in household.present
        ),
        needs=household.needs,
        rank=household.rank,
    )


def closing_of(household: Household, on: date) -> HouseholdClosed:
    return HouseholdClosed(household_id=household.id, version=household.version, on=on)


def _next(household: Household) -> Household:
    return replace(household, version=household.version + 1)
