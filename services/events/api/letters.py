"""Whom to write to of invitations, offers, places and thanks; shown with a reason, which is kept with whoever asks."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.events.api.contacts import Looking
from services.events.api.lists import PREFIX, VenueOut
from services.events.api.models import EVENTS, EventsSettings, reading_of
from services.events.commands import letters as commands
from services.events.commands.letters import Letters, Told
from services.events.domain.seats import SeatState
from shared.principals import Role
from shared.web.csv_files import CSV, csv_file, plain
from shared.web.work import Asking, OpenUnits, accepted

router = APIRouter(prefix=PREFIX, tags=["lists"])
HEADINGS = ("name", "mail", "phone", "language", "how", "asked", "until", "party_id")
_ASKED = {
    SeatState.INVITED: "invited",
    SeatState.OFFERED: "is offered a seat",
    SeatState.ASKED_AGAIN: "is to confirm the seat",
}


class Telling(Looking):
    """Why somebody needs to know, and whether those are listed too who were before."""

    again: bool = Field(default=False, description="those too who stood in an earlier list")


@router.post("/invitations", dependencies=[EVENTS], response_class=Response, responses=CSV)
async def invitations(
    gathering_id: UUID, body: Telling, units: OpenUnits, reader: Asking, settings: EventsSettings
) -> Response:
    """Who was invited and is to be told so, as CSV: each once. Who asked not to be written to is not in it."""
    reading = reading_of("guests", gathering_id, f"{PREFIX}/invitations", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        rules = settings.seat_rules
        found = accepted(await commands.invitations(unit, rules, gathering_id, reading, again=body.again))
    return csv_file("invitations", HEADINGS, map(_line, found))


@router.post("/offers", dependencies=[EVENTS], response_class=Response, responses=CSV)
async def offers(
    gathering_id: UUID, body: Telling, units: OpenUnits, reader: Asking, settings: EventsSettings
) -> Response:
    """Who is offered a seat, or is to confirm one, until when by the gathering's own clock, as CSV: each offer once."""
    reading = reading_of("guests", gathering_id, f"{PREFIX}/offers", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        rules = settings.seat_rules
        found = accepted(await commands.offers(unit, rules, gathering_id, reading, again=body.again))
    return csv_file("offers", HEADINGS, map(_line, found))


def _line(told: Told) -> Sequence[str]:
    """Who is written to never has no mail here: they are told in person."""
    asked, contact = told.asked, told.contact
    mail, how = ("", "in person") if asked.no_contact else (contact.mail or "", "by letter")
    until = f"{told.until:%Y-%m-%d %H:%M} {told.until.tzinfo}" if told.until else ""
    reached = (plain(contact.name), plain(mail), plain(contact.phone or ""), asked.language)
    what = _ASKED[asked.state] + ("; the gathering was moved" if asked.moved else "")
    return *reached, how, what, until, str(asked.party)


class LetterOut(BaseModel):
    """Somebody to be written to."""

    guest_id: UUID
    language: str
    name: str
    mail: str | None
    phone: str | None


class InPersonOut(BaseModel):
    """Somebody who is written to never, and is told in person."""

    guest_id: UUID
    language: str
    name: str
    phone: str | None


class LettersOut(BaseModel):
    """Whom to write to, whom to tell in person, and of what."""

    venue: VenueOut
    guests: list[LetterOut]
    in_person: list[InPersonOut] = Field(description="who asked never to be written to, and has a seat")

    @classmethod
    def of(cls, letters: Letters) -> "LettersOut":
        guests = [
            LetterOut(guest_id=each.comer.guest_id, language=each.comer.language, **vars(each.contact))
            for each in letters.guests
        ]
        in_person = [
            InPersonOut(
                guest_id=each.comer.guest_id,
                language=each.comer.language,
                name=each.contact.name,
                phone=each.contact.phone,
            )
            for each in letters.in_person
        ]
        return cls(venue=VenueOut(**vars(letters.venue)), guests=guests, in_person=in_person)


@router.post("/tell-place", dependencies=[EVENTS])
async def tell_place(
    gathering_id: UUID, body: Looking, units: OpenUnits, reader: Asking, settings: EventsSettings
) -> LettersOut:
    """Whose seat is confirmed and who was not told the place yet, with the place; not earlier than a day before."""
    reading = reading_of("venue", gathering_id, f"{PREFIX}/tell-place", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = await commands.tell_place(
            unit, settings.seat_rules, settings.place_before, gathering_id, reading
        )
        letters = accepted(found)
    return LettersOut.of(letters)


@router.post("/thank", dependencies=[EVENTS])
async def thank(gathering_id: UUID, body: Looking, units: OpenUnits, reader: Asking) -> LettersOut:
    """Whom to thank who was not thanked yet, once the gathering was held."""
    reading = reading_of("guests", gathering_id, f"{PREFIX}/thank", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        letters = accepted(await commands.thank(unit, gathering_id, reading))
    return LettersOut.of(letters)
