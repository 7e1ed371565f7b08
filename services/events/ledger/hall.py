"""One gathering's seats. The gathering's row is locked first, so that capacity, seats, waiting list and offers are
looked at and changed by one unit at a time, whoever asks, cancels, accepts, or imports a list.

    async with hall(unit, rules, gathering_id) as seats:
        if seats is None: ...                  # no such gathering
        outcomes = await seats.ask([Asked(guests, SeatRole.GUEST)])

Example of the obvious way going wrong: two units read "99 of 100 taken" without a lock and both seat somebody.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.domain.gatherings import Gathering, Safety
from services.events.domain.seats import (
    Seat,
    SeatRole,
    SeatRules,
    SeatState,
    Waiting,
    counts,
    first_state,
    heads_of,
    moved,
    offer_ends,
    to_offer,
)
from services.events.ledger.telling import TELL, tell
from services.events.repository import gatherings, seats
from shared.messaging.unit import Unit

OFFER_ENDS = "offer_ends"


@dataclass(frozen=True)
class Asked:
    """Somebody asks for a seat, alone or together with others; whether each is a member stands beside the guest."""

    guests: Mapping[UUID, bool]
    role: SeatRole = SeatRole.GUEST


@dataclass(frozen=True)
class Placed:
    """What became of a party that asked: it is seated or waits; `ahead` count before it."""

    seats: tuple[Seat, ...]
    ahead: int

    @property
    def state(self) -> SeatState:
        return self.seats[0].state


@dataclass(frozen=True)
class Twice:
    """Some of a party have a seat or a place here already: nobody of it got another one."""

    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class Uninvited:
    """Some of a party were not invited to a gathering for those who were."""

    guests: tuple[UUID, ...]


Outcome = Placed | Twice | Uninvited


@asynccontextmanager
async def hall(unit: Unit, rules: SeatRules, gathering_id: UUID) -> AsyncIterator["Hall | None"]:
    """A gathering's seats, locked until the unit ends; None if there is no such gathering."""
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        yield None
        return
    found = Hall(unit, rules, gathering)
    yield found
    found.close()


class Hall:
    """The seats of one locked gathering. `gathering` is how it stands after what was done so far."""

    def __init__(self, unit: Unit, rules: SeatRules, gathering: Gathering) -> None:
        self._unit = unit
        self._rules = rules
        self._before = gathering
        self.gathering = gathering
        self._offers: dict[UUID, datetime] = {}
        self.now: datetime = rules.hours.now(unit.today, unit.now)

    def close(self) -> None:
        """Save what has changed, and have the others told soon, once for many changes."""
        if self.gathering == self._before:
            return
        if not self._before.untold and not self.gathering.untold:
            self.gathering = replace(self.gathering, untold=True)
            self._unit.remind(TELL)
        gatherings.save(self._unit, self.gathering)

    def decide(self, gathering: Gathering) -> None:
        """Somebody decided on the gathering: the others are told at once."""
        self.gathering = self._before = tell(self._unit, gathering)

    @property
    def takes_guests(self) -> bool:
        """Whether seats are given now."""
        return self.gathering.takes_guests(self.now)

    async def ask(self, parties: Sequence[Asked]) -> list[Outcome]:
        """Seats for these parties in this order, or places on the waiting list; the caller has looked whether seats
        are given now.
        """
        guests = {guest for each in parties for guest in each.guests}
        known = {
            each.guest_id: each for each in await seats.live(self._unit.session, self.gathering.id, guests)
        }
        before = {each.id for each in known.values()}
        outcomes = [self._ask(each, known) for each in parties]
        placed = [each for each in outcomes if isinstance(each, Placed)]
        everyone = [seat for each in placed for seat in each.seats]
        seats.add(self._unit, self.gathering.id, [each for each in everyone if each.id not in before])
        seats.change(self._unit, [each for each in everyone if each.id in before])
        if any(each.state is SeatState.WAITING for each in placed):
            await self.offer_on()
        return [self._now(each) if isinstance(each, Placed) else each for each in outcomes]

    def _now(self, placed: Placed) -> Placed:
        """A party that waited is perhaps offered seats by now: what was free was too little for those before it."""
        ends_at = self._offers.get(placed.seats[0].party)
        if ends_at is None:
            return placed
        offered = (replace(each, state=SeatState.OFFERED, ends_at=ends_at) for each in placed.seats)
        return replace(placed, seats=tuple(offered))

    def _ask(self, asked: Asked, known: dict[UUID, Seat]) -> Outcome:
        there = [known[guest] for guest in asked.guests if guest in known]
        if twice := tuple(each for each in there if each.state is not SeatState.INVITED):
            return Twice(twice)
        bidden = {each.guest_id for each in there}
        uninvited = tuple(guest for guest in asked.guests if guest not in bidden)
        if uninvited and self.gathering.safety is not Safety.OPEN and counts(asked.role):
            return Uninvited(uninvited)
        heads = len(asked.guests) if counts(asked.role) else 0
        state, ahead = first_state(self.gathering, heads), self.gathering.waiting
        number, party = self.gathering.arrivals + 1, uuid7()
        placed = tuple(
            Seat(
                known[guest].id if guest in bidden else uuid7(),
                guest,
                party,
                number,
                asked.role,
                state,
                member,
            )
            for guest, member in asked.guests.items()
        )
        self.gathering = moved(replace(self.gathering, arrivals=number), heads, None, state)
        # Kept for the parties behind: a guest stands in one of them.
        known.update({each.guest_id: each for each in placed})
        return Placed(placed, ahead)

    async def invite(self, guests: Mapping[UUID, bool]) -> int:
        """Invite those who neither have a seat or place nor were invited; gives how many."""
        session = self._unit.session
        known = {each.guest_id for each in await seats.live(session, self.gathering.id, guests)}
        new = [
            Seat(uuid7(), guest, uuid7(), 0, SeatRole.GUEST, SeatState.INVITED, member)
            for guest, member in guests.items()
            if guest not in known
        ]
        seats.add(self._unit, self.gathering.id, new)
        return len(new)

    async def use(self, party: Sequence[Seat]) -> None:
        """A party accepts an offer, or confirms its seats: they are taken, and the offer is spent."""
        self.count(heads_of(party), party[0].state, SeatState.SEATED)
        await self._bring([party[0].party], SeatState.SEATED)
        await self._no_timer(party[0].party)

    async def leave(self, leaving: Collection[Seat], after: SeatState) -> None:
        """These give their seats or places up, or lose them; what becomes free is offered to those who wait."""
        for each in leaving:
            self.count(heads_of([each]), each.state, after)
        seats.change(self._unit, [replace(each, state=after, ends_at=None) for each in leaving])
        for party in {each.party for each in leaving if each.state is SeatState.OFFERED}:
            if not await seats.party(self._unit.session, self.gathering.id, party):
                await self._no_timer(party)
        await self.offer_on()

    async def offer(self, party: UUID, heads: int) -> None:
        """Offer seats to a party that waits. Whoever calls this has seen that there are so many."""
        ends_at = offer_ends(self.gathering, self.now, self._rules)
        self._offers[party] = ends_at
        self.count(heads, SeatState.WAITING, SeatState.OFFERED)
        await self._bring([party], SeatState.OFFERED, ends_at)
        self._timer(party, ends_at)

    async def offer_on(self) -> None:
        """Offer what is free to those who wait, in their order: nobody, once no more seats are given."""
        while self.gathering.free and self.gathering.waiting and self.takes_guests:
            if not (chosen := to_offer(self.gathering, await self._first_waiting())):
                return
            for each in chosen:
                await self.offer(each.party, each.heads)

    async def _first_waiting(self) -> Sequence[Waiting]:
        """As many parties as can be offered a seat now, and the one that those behind it wait with. What is larger
        than it can be is left out.
        """
        gathering = self.gathering
        most = gathering.free if gathering.smaller_may_pass else gathering.seats
        return await seats.waiting(self._unit.session, gathering.id, most, gathering.free + 1)

    async def offer_anew(self) -> None:
        """Offers that stand begin anew: the gathering is at another time now, and perhaps at another place."""
        ends_at = offer_ends(self.gathering, self.now, self._rules)
        parties = await seats.offered(self._unit.session, self.gathering.id)
        await self._bring(parties, SeatState.OFFERED, ends_at)
        for party in parties:
            self._timer(party, ends_at)

    async def end(self, before: Collection[SeatState], after: SeatState) -> None:
        """Everybody who is in one of these states is in another one from now on; offers end with it."""
        for state in sorted(before):
            ended = await seats.end_all(self._unit, self.gathering.id, [state], after)
            self.count(sum(counts(role) for _, role in ended), state, after)
            if state is SeatState.OFFERED:
                await self._unit.cancel_all({_key(party) for party, _ in ended})

    def count(self, heads: int, before: SeatState | None, after: SeatState | None) -> None:
        """So many who count have come from one state into another."""
        self.gathering = moved(self.gathering, heads, before, after)

    async def _bring(
        self, parties: Collection[UUID], after: SeatState, ends_at: datetime | None = None
    ) -> None:
        await seats.move(self._unit, self.gathering.id, parties, after, ends_at)

    def _timer(self, party: UUID, ends_at: datetime) -> None:
        payload = {"gathering": str(self.gathering.id), "party": str(party), "ends_at": ends_at.isoformat()}
        self._unit.later(OFFER_ENDS, payload, self._rules.hours.due(ends_at), _key(party))

    async def _no_timer(self, party: UUID) -> None:
        await self._unit.cancel(_key(party))


def _key(party: UUID) -> str:
    return f"{OFFER_ENDS} {party}"
