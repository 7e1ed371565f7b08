"""Donors: writing them down, looking them up, merging them. No answer but `ContactOut` holds a name."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations import contacts
from services.donations.api.models import LOOKING, TREASURER
from services.donations.commands import donors as commands
from services.donations.contacts import Contact
from services.donations.domain.donors import Choices, DonorKind
from services.donations.queries import lists
from services.donations.repository.donors import kept
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.people import LONGEST_MAIL, LONGEST_PHONE, MAIL, PHONE
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/donors", tags=["donors"])
CONTACT = "/{donor_id}/contact"
Language = Annotated[str, Field(max_length=10, pattern=r"^[a-z]{2,3}(-[A-Za-z]+)*$", examples=["ja"])]


class ContactBody(Body):
    """How a donor is called and reached."""

    name: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S", examples=["Example Society"])]
    mail: Annotated[str, Field(max_length=LONGEST_MAIL, pattern=MAIL)] | None = None
    phone: Annotated[str, Field(max_length=LONGEST_PHONE, pattern=PHONE)] | None = None
    address: Annotated[str, Field(max_length=500, pattern=r"\S")] | None = None

    def contact(self) -> Contact:
        return Contact(self.name, self.mail, self.phone, self.address)


class NewDonor(Body):
    """A donor to be written down."""

    contact: ContactBody
    kind: DonorKind = DonorKind.PERSON
    member: bool = False
    anonymous: bool = Field(default=False, description="named in no list and no letter to others")
    may_write: bool = Field(default=False, description="agrees to be written to")
    language: Language = "ja"

    def choices(self) -> Choices:
        return Choices(self.kind, self.member, self.anonymous, self.may_write, self.language)


class Changes(Body):
    """What is to be different; what is left out stays."""

    contact: ContactBody | None = None
    member: bool | None = None
    anonymous: bool | None = None
    may_write: bool | None = None
    language: Language | None = None

    def choices(self) -> Mapping[str, Any]:
        names = ("member", "anonymous", "may_write", "language")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class AlikeOut(BaseModel):
    """A donor who may be the same, and in what: name, mail, phone."""

    donor_id: UUID
    alike: list[str]


class DonorKept(BaseModel):
    """The donor is written down; who may be the same."""

    donor_id: UUID
    alike: list[AlikeOut]

    @classmethod
    def of(cls, donor: commands.Donor) -> "DonorKept":
        alike = [AlikeOut(donor_id=each.donor_id, alike=list(each.alike)) for each in donor.alike]
        return cls(donor_id=donor.id, alike=alike)


@router.post("", status_code=201, dependencies=[TREASURER])
async def add(body: NewDonor, work: Work) -> DonorKept:
    """Write a donor down; whoever may be the same is named."""

    async def do(unit: Unit) -> DonorKept | Refused:
        return DonorKept.of(await commands.add(unit, body.contact.contact(), body.choices()))

    return await work.once(DonorKept, do)


@router.post("/{donor_id}/change", dependencies=[TREASURER])
async def change(donor_id: UUID, body: Changes, work: Work) -> DonorKept:
    """New contact data, or other choices."""
    contact = body.contact.contact() if body.contact else None

    async def do(unit: Unit) -> DonorKept | Refused:
        return shown(await commands.change(unit, donor_id, contact, body.choices()), DonorKept.of)

    return await work.once(DonorKept, do)


class Merging(Body):
    """Which donor it turned out to be."""

    into: UUID


@router.post("/{donor_id}/merge", dependencies=[TREASURER])
async def merge(donor_id: UUID, body: Merging, work: Work) -> DonorKept:
    """Two donors are one; the gifts of both stay where they are, and the merge can be undone."""

    async def do(unit: Unit) -> DonorKept | Refused:
        return shown(await commands.merge(unit, donor_id, body.into), DonorKept.of)

    return await work.once(DonorKept, do)


@router.post("/{donor_id}/part", dependencies=[TREASURER])
async def part(donor_id: UUID, work: Work) -> DonorKept:
    """The merge was a mistake."""

    async def do(unit: Unit) -> DonorKept | Refused:
        return shown(await commands.part(unit, donor_id), DonorKept.of)

    return await work.once(DonorKept, do)


class DonorOut(BaseModel):
    """A donor in a list; the name is masked, and that of an anonymous one left out."""

    donor_id: UUID
    name: str = Field(examples=["E…"])
    kind: DonorKind
    member: bool
    anonymous: bool
    may_write: bool
    language: str
    since: date
    merged_into: UUID | None


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[DonorOut]:
    """Donors in the order in which they were written down."""
    found = await lists.donors(session, limit + 1, place_of(after))
    masks = await contacts.masks(session, [row["id"] for row in found])

    def show(row: RowMapping) -> DonorOut:
        masked = "" if row["anonymous"] else masks.get(row["id"], "")
        return DonorOut(**{**row, "donor_id": row["id"], "name": masked})

    return page_of(found, limit, show, lambda row: row["id"])


@router.get("/{donor_id}/alike", dependencies=[LOOKING])
async def alike(donor_id: UUID, session: Reading) -> list[AlikeOut]:
    """Who may be the same donor, without saying what the other one's name is."""
    accepted(await kept(session, donor_id) or missing("such donor"))
    found = await contacts.alike(session, donor_id)
    return [AlikeOut(donor_id=each.donor_id, alike=list(each.alike)) for each in found]


class Looking(Body):
    """Why somebody needs to know who it is. In the body, for addresses are logged on their way."""

    reason: Annotated[str, Field(min_length=5, max_length=200, pattern=r"\S", examples=["to write a letter"])]


class ContactOut(BaseModel):
    """The only answer with a name."""

    donor_id: UUID
    name: str
    mail: str | None
    phone: str | None
    address: str | None


@router.post(CONTACT, dependencies=[TREASURER])
async def show_contact(donor_id: UUID, _: Looking, units: OpenUnits, reader: Asking) -> ContactOut:
    """A donor's name and addresses; a reason is needed, and who reads them is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.read_contact(unit, donor_id, CONTACT))
    return ContactOut(donor_id=donor_id, **vars(found))


class OfferedOut(BaseModel):
    """A guest who agrees to be written to, by the id under which events knows the guest. Who it is, events shows."""

    contact_id: UUID
    language: str
    purposes: list[str]
    since: date


@router.get("/offered", dependencies=[LOOKING])
async def offered(session: Reading, after: After = None, limit: Limit = 100) -> Page[OfferedOut]:
    """Guests of events who agree to be written to. The treasurer opens one there, with a reason:
    `POST /events/api/guests/{contact_id}/offered`.
    """
    found = await lists.offered(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: OfferedOut(contact_id=row["id"], **row), lambda row: row["id"])


class ReadingOut(BaseModel):
    """Somebody was shown the contact data of a donor."""

    at: datetime = Field(description="UTC")
    actor: str
    donor_id: UUID
    route: str


@router.get("/readings", dependencies=[LOOKING])
async def readings(session: Reading, after: After = None, limit: Limit = 100) -> Page[ReadingOut]:
    """Who was shown the contact data of donors, the oldest first."""
    found = await lists.contact_readings(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
