"""Seats of a gathering: accepting, giving up, inviting, and who came. No answer here holds a name."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from services.events.api.gatherings import GatheringOut, Seats
from services.events.api.guests import GuestBody
from services.events.api.models import EVENTS, LOOKING, EventsSettings
from services.events.commands import seats as commands
from services.events.commands.attendance import Attendance, came
from services.events.domain.seats import Seat, SeatRole, SeatState, why_waiting
from services.events.queries import seats as queries
from services.events.repository.gatherings import find as find_one
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

PREFIX = "/gatherings/{gathering_id}"
router = APIRouter(prefix=PREFIX, tags=["seats"])
PARTY = "/parties/{party_id}"
MOST_TOGETHER = 100


class Invitation(Body):
    """Guests who are written down already."""

    guest_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]
    by_themselves: bool = Field(
        default=False,
        description="they want to come without having been asked: so also who asked not to be written to",
    )


class PersonOut(BaseModel):
    """One of a party."""

    seat_id: UUID
    guest_id: UUID

    @classmethod
    def of(cls, seat: Seat) -> "PersonOut":
        return cls(seat_id=seat.id, guest_id=seat.guest_id)


class PartyOut(BaseModel):
    """A party and where it stands."""

    party_id: UUID
    number: int = Field(description="the place in the order of arrival")
    role: SeatRole
    state: SeatState
    ends_at: datetime | None = Field(
        description="when an offer ends, or until when a seat is to be confirmed"
    )
    people: list[PersonOut]
    ahead: int = Field(description="how many who count wait before it")
    why: str = Field(description="why it waits")
    gave_up: list[PersonOut] = Field(
        default=[], description="who left it just now, while those in `people` stay"
    )

    @classmethod
    def of(cls, party: commands.Party) -> "PartyOut":
        first = party.seats[0]
        return cls(
            party_id=first.party,
            number=first.number,
            role=first.role,
            state=first.state,
            ends_at=first.ends_at,
            people=[PersonOut.of(each) for each in party.seats],
            ahead=party.ahead,
            why=party.why,
            gave_up=[PersonOut.of(each) for each in party.gave_up],
        )


class Invited(BaseModel):
    """How many were not invited before."""

    invited: int


@router.post("/invite", dependencies=[EVENTS])
async def invite(gathering_id: UUID, body: Invitation, work: Work, settings: EventsSettings) -> Invited:
    """Invite guests: they may ask for a seat then. Who asked not to be written to is not invited."""

    async def do(unit: Unit) -> Invited | Refused:
        rules, who = settings.seat_rules, body.guest_ids
        done = await commands.invite(unit, rules, gathering_id, who, by_themselves=body.by_themselves)
        return shown(done, lambda number: Invited(invited=number))

    return await work.once(Invited, do)


@router.post(f"{PARTY}/accept", dependencies=[EVENTS])
async def accept(gathering_id: UUID, party_id: UUID, work: Work, settings: EventsSettings) -> PartyOut:
    """A party uses its offer, or confirms its seats after the gathering was moved."""

    async def do(unit: Unit) -> PartyOut | Refused:
        done = await commands.accept(unit, settings.seat_rules, gathering_id, party_id)
        return shown(done, PartyOut.of)

    return await work.once(PartyOut, do)


class Leaving(Body):
    """Who of a party leaves it; all of it, if nobody is named."""

    guest_ids: list[UUID] = Field(default=[], max_length=MOST_TOGETHER)


@router.post(f"{PARTY}/give-up", dependencies=[EVENTS])
async def give_up(
    gathering_id: UUID, party_id: UUID, body: Leaving, work: Work, settings: EventsSettings
) -> PartyOut:
    """A party gives up its seats, its offer or its place; what becomes free is offered to those who wait."""

    async def do(unit: Unit) -> PartyOut | Refused:
        done = await commands.give_up(unit, settings.seat_rules, gathering_id, party_id, body.guest_ids)
        return shown(done, PartyOut.of)

    return await work.once(PartyOut, do)


@router.post(f"{PARTY}/offer", dependencies=[EVENTS])
async def offer(gathering_id: UUID, party_id: UUID, work: Work, settings: EventsSettings) -> PartyOut:
    """Offer free seats to a party before its turn."""

    async def do(unit: Unit) -> PartyOut | Refused:
        done = await commands.offer(unit, settings.seat_rules, gathering_id, party_id)
        return shown(done, PartyOut.of)

    return await work.once(PartyOut, do)


class Size(Body):
    """How many seats there are."""

    seats: Seats


@router.post("/resize", dependencies=[EVENTS])
async def resize(gathering_id: UUID, body: Size, work: Work, settings: EventsSettings) -> GatheringOut:
    """So many seats from now on. If more are taken, nobody is thrown out."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        done = await commands.resize(unit, settings.seat_rules, gathering_id, body.seats)
        return shown(done, GatheringOut.of)

    return await work.once(GatheringOut, do)


class AttendanceBody(Body):
    """Whether each came, by the id of the seat or place, whatever became of it; and who came besides."""

    came: dict[UUID, bool] = Field(default={}, max_length=1000)
    guest_ids: list[UUID] = Field(
        default=[], max_length=1000, description="who came without being named by a seat"
    )
    guests: list[GuestBody] = Field(
        default=[], max_length=1000, description="who came and is to be written down"
    )

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not (self.came or self.guest_ids or self.guests):
            raise ValueError("names nobody: give came, guest_ids or guests")
        return self

    def attendance(self) -> Attendance:
        return Attendance(self.came, self.guest_ids, [each.guest() for each in self.guests])


class Came(BaseModel):
    """How many people are known to have come."""

    came: int


@router.post("/attendance", dependencies=[EVENTS])
async def attendance(gathering_id: UUID, body: AttendanceBody, work: Work) -> Came:
    """Who came: with a seat, without one, or uninvited. Each person counts once."""

    async def do(unit: Unit) -> Came | Refused:
        done = await came(unit, gathering_id, body.attendance())
        return shown(done, lambda number: Came(came=number))

    return await work.once(Came, do)


class SeatOut(BaseModel):
    """One person's seat or place; who it is stands behind the guest's id."""

    seat_id: UUID
    guest_id: UUID
    party_id: UUID
    number: int
    role: SeatRole
    state: SeatState
    member: bool
    ends_at: datetime | None
    came: bool | None
    asked_at: datetime


@router.get("/seats", dependencies=[LOOKING])
async def seats(
    gathering_id: UUID,
    session: Reading,
    state: SeatState | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[SeatOut]:
    """Seats and places, those that were given up too."""
    accepted(await find_one(session, gathering_id) or missing("such gathering"))
    found = await queries.seats(session, gathering_id, state, limit + 1, place_of(after))

    return page_of(
        found,
        limit,
        lambda row: SeatOut(seat_id=row["id"], party_id=row["party"], **row),
        lambda row: row["id"],
    )


class WaitingOut(BaseModel):
    """A party on the waiting list: its place, and why it has no seat."""

    party_id: UUID
    place: int
    number: int
    heads: int = Field(description="how many of it count")
    ahead: int = Field(description="how many who count wait before it")
    why: str


@router.get("/waiting", dependencies=[LOOKING])
async def waiting(gathering_id: UUID, session: Reading, settings: EventsSettings) -> list[WaitingOut]:
    """The waiting list, in its order."""
    gathering = accepted(await find_one(session, gathering_id) or missing("such gathering"))
    now = settings.now(await today_of(session))
    return [
        WaitingOut(party_id=row["party"], why=why_waiting(gathering, row["heads"], row["ahead"], now), **row)
        for row in await queries.waiting(session, gathering_id)
    ]
