"""Guests ask for seats: what is asked at the same time is decided together, in the order in which it came."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.events.commands.guests import NewGuest, write_down
from services.events.commands.seats import NO_GATHERING, Party, closed
from services.events.domain.gatherings import Gathering
from services.events.domain.seats import Seat, SeatRole, SeatRules, SeatState, counts, heads_of, why_waiting
from services.events.ledger import Asked, Hall, Outcome, Twice, Uninvited, hall
from services.events.repository import guests
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing
from shared.words import many

NO_GUEST = missing("such guest")


@dataclass(frozen=True)
class Wish:
    """Seats for these together: guests who are written down already, and others who are to be."""

    guests: Sequence[UUID]
    new: Sequence[NewGuest] = ()
    role: SeatRole = SeatRole.GUEST


async def ask(
    unit: Unit, rules: SeatRules, gathering_id: UUID, wishes: Sequence[Wish]
) -> list[Party | Refused]:
    """Seats or places for each of these parties, in their order. Each party gets its seats together, or waits together;
    that one is refused changes nothing for the others, but who was new in it is written down.
    """
    new = iter(await write_down(unit, [each for wish in wishes for each in wish.new]))
    parties = [[*wish.guests, *(next(new) for _ in wish.new)] for wish in wishes]
    known = await guests.members(unit.session, {guest for who in parties for guest in who})
    async with hall(unit, rules, gathering_id) as found:
        refused = [_refused(found, who, wish.role, known) for who, wish in zip(parties, wishes, strict=True)]
        if found is None:
            return [each or NO_GATHERING for each in refused]
        asked = [
            Asked({guest: known[guest] for guest in who}, wish.role)
            for who, wish, why in zip(parties, wishes, refused, strict=True)
            if why is None
        ]
        outcomes = iter(await found.ask(asked) if asked else [])
        return [why or _answer(found, next(outcomes)) for why in refused]


def _refused(
    found: Hall | None, who: Sequence[UUID], role: SeatRole, known: Mapping[UUID, bool]
) -> Refused | None:
    """Why a party cannot ask."""
    if not known.keys() >= set(who):
        return NO_GUEST
    if found is None:
        return NO_GATHERING
    return closed(found, role) or _too_large(found.gathering, len(set(who)), role)


def _answer(found: Hall, outcome: Outcome) -> Party | Refused:
    if isinstance(outcome, Twice):
        return conflict(_twice(outcome))
    if isinstance(outcome, Uninvited):
        return conflict("This gathering is for those who were invited. Invite these guests first.")
    return _told(found, outcome.seats, outcome.ahead)


def _too_large(gathering: Gathering, heads: int, role: SeatRole) -> Refused | None:
    if not counts(role) or heads <= gathering.seats or heads == 1:
        return None
    there = many(gathering.seats, "seat")
    advice = "Ask as smaller parties." if gathering.seats else "Ask again once it has some."
    return invalid(
        f"This party needs {heads} seats, and the gathering has {there} for guests. {advice}",
        ("guests", "are too many"),
    )


def _twice(outcome: Twice) -> str:
    states = ", ".join(sorted({each.state.value for each in outcome.seats}))
    return f"Some of these guests have a seat or place here already ({states}): nobody gets two. Ask without them."


def _told(found: Hall, party: tuple[Seat, ...], ahead: int) -> Party:
    if party[0].state is not SeatState.WAITING:
        return Party(party)
    return Party(party, ahead, why_waiting(found.gathering, heads_of(party), ahead, found.now))
