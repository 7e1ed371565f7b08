"""Children who need a school place: who does, how urgent it is, and how a child's sponsorship stands.

Nothing here looks at the order in which facts came: what is known of a child ends in the same state in any order.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.intake import (
    MOTHER_RETURNED,
    NOT_URGENT,
    WITHOUT_PARENTS,
    AgeBand,
    HouseholdRegistered,
    HouseholdState,
)

ADULTS = (AgeBand.ADULT.value, AgeBand.ELDERLY.value)
"""The bands of who has grown up, as they are kept."""


class Left(StrEnum):
    """Why a child is no longer on the list. What of it a sponsor is told, `told_of` says."""

    HOUSEHOLD_CLOSED = "household_closed"
    """Its household is no longer helped; why, intake tells nobody, and staff may say here."""
    MOVED = "moved"
    """It is in no household that is helped."""
    GREW_UP = "grew_up"
    GRADUATED = "graduated"
    SETTLED = "settled"
    RETURNED = "returned"
    LOST_CONTACT = "lost_contact"


MAY_COME_BACK = frozenset({Left.HOUSEHOLD_CLOSED, Left.MOVED})
"""What follows from facts, and nobody has said anything of: a household may be closed by mistake, or opened again, and
who moves is for a moment in no household.
"""
GONE = frozenset({Left.MOVED, Left.SETTLED, Left.RETURNED, Left.LOST_CONTACT})
"""What staff may say of a child who is not helped any more."""


def told_of(left: Left) -> str:
    """What a sponsor is told of a child who left. Where to, nobody outside learns, and least that it was sent back."""
    return left.value if left in (Left.GREW_UP, Left.GRADUATED) else "left"


class Urgent(StrEnum):
    """What makes a child more urgent than others, the most urgent first."""

    WAS_SPONSORED = "was_sponsored"
    WITHOUT_PARENTS = "without_parents"
    MOTHER_RETURNED = "mother_returned"
    HOUSEHOLD = "urgent_household"


POINTS = {Urgent.WAS_SPONSORED: 8, Urgent.WITHOUT_PARENTS: 4, Urgent.MOTHER_RETURNED: 2, Urgent.HOUSEHOLD: 1}
"""A child comes before all who have fewer points; of two with the same, the one who has waited longer."""


@dataclass(frozen=True)
class Seen:
    """A child as some fact had it, newest or not: since when it was of school age, and in which household."""

    since: date
    household_id: UUID

    def with_(self, other: "Seen") -> "Seen":
        """Both together, the same whichever came first."""
        return Seen(min(self.since, other.since), max(self.household_id, other.household_id))


@dataclass(frozen=True)
class Place:
    """A child as the newest state of a household has it."""

    household_id: UUID
    helped: bool
    band: AgeBand
    region: str
    rank: int
    circumstances: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Need:
    """What is known of a child's need: where it is, why it is urgent, or why it left."""

    household_id: UUID
    region: str | None = None
    urgent: tuple[Urgent, ...] = ()
    left: Left | None = None

    @property
    def points(self) -> int:
        return sum(POINTS[each] for each in self.urgent)

    @property
    def helped(self) -> bool:
        """Whether it needs a school place, and may have a sponsor."""
        return self.left is None

    def after_a_sponsor(self) -> "Need":
        """The need of a child whose sponsor is gone: it comes before others."""
        return replace(self, urgent=(Urgent.WAS_SPONSORED, *self.urgent)) if self.helped else self


def seen_in(fact: HouseholdState) -> dict[UUID, Seen]:
    """The members of school age that a fact has, by id. Who is registered waits from the day of the registration."""
    since = fact.registered_on if isinstance(fact, HouseholdRegistered) else fact.on
    school = (each for each in fact.members if each.age_band is AgeBand.SCHOOL)
    return {each.member_id: Seen(since, fact.household_id) for each in school}


def need_of(seen: Seen, closed: bool, places: Collection[Place], decided: Left | None = None) -> Need:
    """What a child needs, from all households whose newest state has it, and what staff said of its leaving.

    `closed` says whether the household in which it was seen is. Who moves is for a moment in two households that are
    helped, or in none: of two, the one with the higher id counts. Who grew up did so whether or not its household is
    helped since. What staff said of where a child went holds while it is gone; who graduated needs no place any more.
    """
    need = _need_of(seen, closed, places)
    if decided is Left.GRADUATED or (decided in GONE and need.left in (Left.HOUSEHOLD_CLOSED, Left.MOVED)):
        return Need(need.household_id, need.region, left=decided)
    return need


def _need_of(seen: Seen, closed: bool, places: Collection[Place]) -> Need:
    helped = [each for each in places if each.helped]
    if not helped:
        if any(each.band in ADULTS for each in places):
            return Need(seen.household_id, left=Left.GREW_UP)
        gone = closed or any(each.household_id == seen.household_id for each in places)
        return Need(seen.household_id, left=Left.HOUSEHOLD_CLOSED if gone else Left.MOVED)
    place = max(helped, key=lambda each: each.household_id)
    if place.band is not AgeBand.SCHOOL:
        return Need(place.household_id, place.region, left=Left.GREW_UP)
    urgent = tuple(each for each in Urgent if _is(each, place))
    return Need(place.household_id, place.region, urgent)


def _is(what: Urgent, place: Place) -> bool:
    match what:
        case Urgent.WAS_SPONSORED:
            return False  # the household does not know; see `after_a_sponsor`
        case Urgent.WITHOUT_PARENTS:
            return WITHOUT_PARENTS in place.circumstances
        case Urgent.MOTHER_RETURNED:
            return MOTHER_RETURNED in place.circumstances
        case Urgent.HOUSEHOLD:
            return place.rank < NOT_URGENT
