"""Seats: who counts, who is seated, who waits, who is offered a seat next. One rule for each, used by every path."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from services.events.domain.gatherings import Gathering
from services.events.domain.hours import Hours
from services.events.domain.words import are_free, wait


class SeatState(StrEnum):
    """Where somebody stands with a gathering."""

    INVITED = "invited"
    """May ask for a seat; holds none."""
    WAITING = "waiting"
    OFFERED = "offered"
    """A seat is kept until the offer ends, or is accepted or refused."""
    SEATED = "seated"
    ASKED_AGAIN = "asked_again"
    """The gathering was moved: the seat is kept for some days, and goes if nobody confirms it."""
    GIVEN_UP = "given_up"
    LAPSED = "lapsed"
    """The offer ended and nobody had used it."""
    RELEASED = "released"
    """Nobody confirmed the seat after the gathering was moved."""
    MISSED = "missed"
    """Still waited, had an offer or had not confirmed the seat when the gathering was held."""
    CALLED_OFF = "called_off"
    """The gathering was cancelled."""
    WALKED_IN = "walked_in"
    """Came without ever having had a seat or place."""


TAKING = frozenset({SeatState.OFFERED, SeatState.SEATED, SeatState.ASKED_AGAIN})
"""Who is in one of these has a seat that nobody else gets."""
LIVE = TAKING | {SeatState.INVITED, SeatState.WAITING}
"""A person is in one of these once a gathering."""


class SeatRole(StrEnum):
    """As what somebody comes."""

    GUEST = "guest"
    STAFF = "staff"
    INTERPRETER = "interpreter"
    SPEAKER = "speaker"


def counts(role: SeatRole) -> bool:
    """The one counting rule: guests take seats; staff, interpreters and speakers sit elsewhere."""
    return role is SeatRole.GUEST


@dataclass(frozen=True)
class SeatRules:
    """How long an offer stands, how long a seat is kept after a gathering was moved, and which moment it is."""

    hours: Hours
    offer: timedelta
    keep: timedelta


@dataclass(frozen=True)
class Seat:
    """One person at one gathering. `number` is the place in the order of arrival, the same for the whole party."""

    id: UUID
    guest_id: UUID
    party: UUID
    number: int
    role: SeatRole
    state: SeatState
    member: bool
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Waiting:
    """A party that waits: its id, its place in the order of arrival, and how many of it count."""

    party: UUID
    number: int
    heads: int


def heads_of(seats: Iterable[Seat]) -> int:
    """How many of these take a seat."""
    return sum(counts(each.role) for each in seats)


def first_state(gathering: Gathering, heads: int) -> SeatState:
    """What a party that asks gets: seats for all of it, or a place on the waiting list.

    Nobody passes those who wait, unless the gathering says that smaller parties may.
    """
    nobody_waits = gathering.waiting == 0 or gathering.smaller_may_pass
    return SeatState.SEATED if heads == 0 or (heads <= gathering.free and nobody_waits) else SeatState.WAITING


def to_offer(gathering: Gathering, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """Who is offered seats now, of parties that wait, in the order of their arrival.

    A party waits until it has room as a whole, and those behind it wait with it; with `smaller_may_pass` they do not.
    One that is larger than the gathering holds nobody up. Example: 2 seats are free, and parties of 3, 1 and 1 wait:
    nobody is offered a seat; if smaller ones may pass, the last two are.
    """
    free, chosen = gathering.free, list[Waiting]()
    for each in waiting:
        if each.heads <= free:
            chosen.append(each)
            free -= each.heads
        elif each.heads <= gathering.seats and not gathering.smaller_may_pass:
            break
    return chosen


def moved(gathering: Gathering, heads: int, before: SeatState | None, after: SeatState | None) -> Gathering:
    """The gathering's counts after so many who count have come from one state into another; None is nowhere."""
    taken = (after in TAKING) - (before in TAKING)
    waiting = (after is SeatState.WAITING) - (before is SeatState.WAITING)
    return replace(
        gathering, taken=gathering.taken + taken * heads, waiting=gathering.waiting + waiting * heads
    )


def offer_ends(gathering: Gathering, now: datetime, rules: SeatRules) -> datetime:
    """When an offer of this moment ends: never after the gathering closes for guests."""
    return min(now + rules.offer, gathering.times.closes_at)


def keeps_until(gathering: Gathering, now: datetime, rules: SeatRules) -> datetime:
    """Until when those who have a seat may confirm it after the gathering was moved at this moment."""
    return min(now + rules.keep, gathering.times.closes_at)


def why_waiting(gathering: Gathering, heads: int, ahead: int, now: datetime) -> str:
    """Why a party that waits has no seat, in words; `ahead` count before it."""
    if not gathering.takes_guests(now):
        return "No more seats are given for this gathering."
    if gathering.seats == 0:
        return "This gathering has no seats for guests. Whoever waits is offered one once it has some."
    if heads > gathering.seats:
        return f"This party needs {heads} seats, and there are {gathering.seats} in all: ask again as smaller parties."
    if gathering.free == 0:
        taken = "The only seat is" if gathering.seats == 1 else f"All {gathering.seats} seats are"
        return f"{taken} taken; {wait(ahead)} before this party."
    if heads > gathering.free:
        return f"This party needs {heads} seats together, and {are_free(gathering.free)}; {wait(ahead)} before it."
    return f"{wait(ahead)} before this party, and need more seats together than the {gathering.free} that are free."
