"""Guests accept offers, give seats up; staff invites, offers, and sets how many seats there are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.events.domain.gatherings import OVER, TAKES_GUESTS, WORDS, Gathering, not_now
from services.events.domain.seats import (
    Seat,
    SeatRole,
    SeatRules,
    SeatState,
    counts,
    heads_of,
    why_waiting,
)
from services.events.domain.words import are_free
from services.events.ledger import Hall, hall
from services.events.queries.seats import waiting
from services.events.repository import gatherings, guests, seats
from shared.messaging.unit import Unit
from shared.outcomes import Kind, Refused, conflict, missing
from shared.words import many

NO_GATHERING = missing("such gathering")
_NOTHING_OFFERED = {
    SeatState.INVITED: "was invited and has not asked for a seat",
    SeatState.WAITING: "waits, and is offered nothing yet",
    SeatState.SEATED: "has its seats already",
}
NO_PARTY = missing("such party at this gathering")


@dataclass(frozen=True)
class Party:
    """A party and where it stands: `ahead` count before it while it waits, and `why` says why it does. `gave_up` are
    those who left it just now, if others stay.
    """

    seats: tuple[Seat, ...]
    ahead: int = 0
    why: str = ""
    gave_up: tuple[Seat, ...] = ()


def closed(found: Hall, role: SeatRole = SeatRole.GUEST) -> Refused | None:
    """Why a seat is not given now; staff and whoever else does not count may be added until it begins."""
    if found.takes_guests or (not counts(role) and found.gathering.status not in OVER):
        return None
    gathering = found.gathering
    late = gathering.status in TAKES_GUESTS
    state = "has closed for guests" if late else WORDS[gathering.status]
    return conflict(
        f"Seats are given for gatherings that are announced, until they close for guests; this one {state}."
    )


async def invite(
    unit: Unit, rules: SeatRules, gathering_id: UUID, who: Sequence[UUID], *, by_themselves: bool = False
) -> int | Refused:
    """Invite guests, who may ask for a seat then; gives how many were not invited before. Who asked not to be written
    to is let in only if they want to come `by_themselves`.
    """
    known = await guests.members(unit.session, who)
    if len(known) < len(set(who)):
        return missing("such guest")
    if not by_themselves and (silent := await guests.not_invited(unit.session, who)):
        return _not_invited(silent)
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        if found.gathering.status in OVER:
            return not_now(found.gathering, "nobody is invited to it any more")
        return await found.invite(known)


def _not_invited(silent: Collection[UUID]) -> Refused:
    words = (
        "Some of these guests asked not to be written to, so nobody is invited. Invite the others without them. For "
        "who wants to come all the same, send `by_themselves`: they may ask for a seat then, and get no letter."
    )
    return Refused(
        Kind.CONFLICT,
        words,
        tuple(
            ("guest_ids", f"{each} is not to be written to, as said here or at donations")
            for each in sorted(silent)
        ),
    )


async def accept(unit: Unit, rules: SeatRules, gathering_id: UUID, party_id: UUID) -> Party | Refused:
    """A party accepts an offer, or confirms its seats after the gathering was moved."""
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        party = tuple(await seats.party(unit.session, gathering_id, party_id))
        if not party:
            return conflict(
                "This party has no offer any more: it was used, given up, or ended. Ask for a seat again."
            )
        if party[0].state not in (SeatState.OFFERED, SeatState.ASKED_AGAIN):
            return conflict(f"This party {_NOTHING_OFFERED[party[0].state]}: there is nothing to accept.")
        if (ends_at := party[0].ends_at) is not None and found.now >= ends_at:
            return conflict(
                "The offer has ended. Ask for a seat again; the place is then at the end of the list."
            )
        await found.use(party)
        return Party(tuple(replace(each, state=SeatState.SEATED, ends_at=None) for each in party))


async def give_up(
    unit: Unit, rules: SeatRules, gathering_id: UUID, party_id: UUID, only: Sequence[UUID] = ()
) -> Party | Refused:
    """A party gives its seats, its offer or its place up; with `only` some of its guests do, and the others stay."""
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        if found.gathering.status in OVER:
            return not_now(found.gathering, "no seat of it is given up any more")
        party = await seats.party(unit.session, gathering_id, party_id)
        leaving = [each for each in party if not only or each.guest_id in only]
        if not leaving or (only and len(leaving) < len(set(only))):
            return NO_PARTY
        await found.leave(leaving, SeatState.GIVEN_UP)
        gone = tuple(replace(each, state=SeatState.GIVEN_UP, ends_at=None) for each in leaving)
        return await _who_stays(unit, found, party_id, gone) or Party(gone)


async def _who_stays(unit: Unit, found: Hall, party_id: UUID, gone: tuple[Seat, ...]) -> Party | None:
    """What is left of a party, as it stands now: being smaller it may have been offered seats. None if nobody stays."""
    staying = tuple(await seats.party(unit.session, found.gathering.id, party_id))
    if not staying or staying[0].state is not SeatState.WAITING:
        return Party(staying, gave_up=gone) if staying else None
    line = await waiting(unit.session, found.gathering.id)
    ahead = next((int(each["ahead"]) for each in line if each["party"] == party_id), 0)
    why = why_waiting(found.gathering, heads_of(staying), ahead, found.now)
    return Party(staying, ahead, why, gone)


async def offer(unit: Unit, rules: SeatRules, gathering_id: UUID, party_id: UUID) -> Party | Refused:
    """Staff offers seats to a party before its turn, under the same lock and by the same count as any offer."""
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        party = await seats.party(unit.session, gathering_id, party_id)
        if not party or party[0].state is not SeatState.WAITING:
            return conflict("This party does not wait for seats.")
        if not found.takes_guests:
            return closed(found) or conflict("No more seats are given for this gathering.")
        if (heads := heads_of(party)) > (free := found.gathering.free):
            return conflict(
                f"This party needs {many(heads, 'seat')}, and {are_free(free)}. "
                "More are free once some are given up, or once the gathering has more."
            )
        await found.offer(party_id, heads)
        return Party(tuple(await seats.party(unit.session, gathering_id, party_id)))


async def resize(unit: Unit, rules: SeatRules, gathering_id: UUID, number: int) -> Gathering | Refused:
    """So many seats from now on. If more are taken, nobody is thrown out, and none is offered before fewer are."""
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        if found.gathering.status in OVER:
            return not_now(found.gathering, "the number of its seats stays")
        found.gathering = replace(found.gathering, seats=number)
        await found.offer_on()
        gatherings.add_step(unit, found.gathering, "resized")
        found.decide(found.gathering)
        return found.gathering


async def lapse(unit: Unit, rules: SeatRules, gathering_id: UUID, party_id: UUID, ends_at: datetime) -> None:
    """An offer that ended then has ended: if nobody used it, the seats are offered on.

    A gathering that is moved at this moment makes its offers end later: such an offer stands.
    """
    async with hall(unit, rules, gathering_id) as found:
        party = await seats.party(unit.session, gathering_id, party_id) if found else ()
        if found and party and party[0].state is SeatState.OFFERED and party[0].ends_at == ends_at:
            await found.leave(party, SeatState.LAPSED)
            await seats.tell_of_lapse(unit, party)
