"""Where a gathering is and who comes, shown with a reason, which is kept with whoever asks."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.events.api.contacts import Looking
from services.events.api.models import EVENTS, EventsSettings, reading_of
from services.events.commands import showing as commands
from services.events.commands.showing import Shown
from shared.principals import Role
from shared.web.csv_files import CSV, csv_file, plain
from shared.web.papers import PdfResponse, pdf
from shared.web.work import Asking, OpenUnits, accepted

router = APIRouter(prefix="/gatherings/{gathering_id}", tags=["lists"])
PREFIX = "/gatherings/{gathering_id}"


class VenueOut(BaseModel):
    """What a gathering is called, where it is, and whom to call there."""

    title: str
    place: str | None
    link: str | None
    emergency: str | None


@router.post("/venue", dependencies=[EVENTS])
async def venue(gathering_id: UUID, body: Looking, units: OpenUnits, reader: Asking) -> VenueOut:
    """Where a gathering is."""
    reading = reading_of("venue", gathering_id, f"{PREFIX}/venue", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.venue(unit, gathering_id, reading))
    return VenueOut(**vars(found))


@router.post("/door-list", dependencies=[EVENTS], response_class=Response, responses=CSV)
async def door_list(gathering_id: UUID, body: Looking, units: OpenUnits, reader: Asking) -> Response:
    """Everybody who has a seat or came without one, by name, as CSV in UTF-8: for whoever checks names at the door."""
    reading = reading_of("guests", gathering_id, f"{PREFIX}/door-list", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.door_list(unit, gathering_id, reading))
    return csv_file("door-list", ("name", "phone", "as", "came"), map(_line, found))


@router.post("/door-list/pdf", dependencies=[EVENTS], response_class=PdfResponse)
async def door_list_pdf(
    gathering_id: UUID, body: Looking, units: OpenUnits, reader: Asking, settings: EventsSettings
) -> PdfResponse:
    """The same list to be printed, by the gathering's code: neither its title nor its place is on it."""
    reading = reading_of("guests", gathering_id, f"{PREFIX}/door-list/pdf", body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.door_list_printed(unit, settings.press, gathering_id, reading))
    return pdf(found, "door-list")


def _line(each: Shown) -> tuple[str, ...]:
    came = {None: "", True: "yes", False: "no"}[each.comer.came]
    role = each.comer.role if each.comer.seated else f"{each.comer.role}, no seat"
    return plain(each.contact.name), plain(each.contact.phone or ""), role, came
