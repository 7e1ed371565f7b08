"""The door to names, mails and phones: whoever looks or corrects says why, and is kept. `ContactOut` has a name."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field

from services.events.api.models import EVENTS, LOOKING, Note, reading_of
from services.events.commands import contacts as commands
from services.events.commands.contacts import Rewriting
from services.events.contacts import Contact
from services.events.queries import guests as queries
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.people import LONGEST_MAIL, LONGEST_NAME, LONGEST_PHONE, MAIL, PHONE, narrow
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(tags=["contacts"])
CONTACT, OFFERED = "/guests/{guest_id}/contact", "/guests/{guest_id}/offered"
CORRECT = "/contacts/{contact_id}/correct"
NARROW = BeforeValidator(lambda value: narrow(value) if isinstance(value, str) else value)
"""Full-width letters and digits, and blanks around, are no mistake of whoever types a mail or a telephone number."""


class ContactBody(Body):
    """How somebody is called and reached."""

    name: Annotated[
        str, Field(min_length=1, max_length=LONGEST_NAME, pattern=r"\S", examples=["Example Kei"])
    ]
    mail: Annotated[str, Field(max_length=LONGEST_MAIL, pattern=MAIL), NARROW] | None = None
    phone: Annotated[str, Field(max_length=LONGEST_PHONE, pattern=PHONE), NARROW] | None = None

    def contact(self) -> Contact:
        return Contact(self.name, self.mail, self.phone)


class Looking(Body):
    """Why somebody needs to know who it is. In the body, for addresses are logged on their way."""

    reason: Note


class ContactOut(BaseModel):
    """The only answer with a name."""

    guest_id: UUID = Field(description="the contact's id: also a volunteer's or a fieldworker's")
    contact_version: int
    name: str
    mail: str | None
    phone: str | None


@router.post(CONTACT, dependencies=[EVENTS])
async def show_contact(guest_id: UUID, body: Looking, units: OpenUnits, reader: Asking) -> ContactOut:
    """Somebody's name, mail and phone; a reason is needed, and who reads them is kept."""
    reading = reading_of("contact", guest_id, CONTACT, body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found, version = accepted(await commands.read_contact(unit, guest_id, reading))
    return ContactOut(guest_id=guest_id, contact_version=version, **vars(found))


@router.post(OFFERED, dependencies=[allows(Role.TREASURER)])
async def show_offered(guest_id: UUID, body: Looking, units: OpenUnits, reader: Asking) -> ContactOut:
    """The same for the treasurer, of a guest whom `GET /donations/api/donors/offered` lists: who agrees to be written
    to. Of any other guest it is refused (403).
    """
    reading = reading_of("contact", guest_id, OFFERED, body.reason, Role.TREASURER)
    async with units.open(actor=reader) as unit:
        found, version = accepted(await commands.read_offered(unit, guest_id, reading))
    return ContactOut(guest_id=guest_id, contact_version=version, **vars(found))


class Correction(Body):
    """Contact data in the place of wrong ones."""

    contact: ContactBody
    contact_version: int = Field(description="the version that the new one takes the place of")
    reason: Note


class Corrected(BaseModel):
    """The contact, and which version it is of now."""

    contact_id: UUID
    contact_version: int


@router.post(CORRECT, dependencies=[EVENTS])
async def correct(contact_id: UUID, body: Correction, work: Work) -> Corrected:
    """Correct how a guest, a volunteer or a fieldworker is called and reached; who does it, and why, is kept."""
    reading = reading_of("contact_changed", contact_id, CORRECT, body.reason, Role.EVENTS)
    to = Rewriting(body.contact.contact(), body.contact_version, reading)

    async def do(unit: Unit) -> Corrected | Refused:
        done = await commands.correct(unit, contact_id, to)
        return shown(done, lambda version: Corrected(contact_id=contact_id, contact_version=version))

    return await work.once(Corrected, do)


class ReadingOut(BaseModel):
    """Somebody was shown a contact, a venue or a list of guests, or changed a contact."""

    at: datetime = Field(description="UTC")
    actor: str
    role: str
    what: str
    subject: UUID
    route: str
    note: str | None


@router.get("/guests/readings", dependencies=[LOOKING])
async def readings(session: Reading, after: After = None, limit: Limit = 100) -> Page[ReadingOut]:
    """Who was shown what lies behind the door to names and places, or changed it, and why; the oldest first."""
    found = await queries.readings(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
