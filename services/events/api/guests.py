"""Guests: writing them down, looking them up, linking them to members. No answer here holds a name."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping

from services.events import contacts
from services.events.api.contacts import ContactBody
from services.events.api.models import EVENTS, LOOKING, Code, Language, reading_of
from services.events.commands import guests as commands
from services.events.commands.contacts import Rewriting
from services.events.commands.guests import NewGuest
from services.events.queries import guests as queries
from services.events.repository.guests import Choices
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/guests", tags=["guests"])
CHANGE = "/guests/{guest_id}/change"


Purposes = Annotated[
    list[Code],
    Field(max_length=20, description="what the guest agrees to be written to about", examples=[["appeals"]]),
]


class GuestBody(Body):
    """A guest to be written down. Who is known with this name and mail or phone stays as known."""

    contact: ContactBody
    language: Language = "ja"
    member: bool = False
    purposes: Purposes = Field(default=[])
    no_contact: bool = Field(default=False, description="is never written to, whatever else is said")

    def guest(self) -> NewGuest:
        choices = Choices(self.language, self.member, frozenset(self.purposes), self.no_contact)
        return NewGuest(self.contact.contact(), choices)


class GuestKept(BaseModel):
    """The guest is written down, or was."""

    guest_id: UUID


@router.post("", status_code=201, dependencies=[EVENTS])
async def add(body: GuestBody, work: Work) -> GuestKept:
    """Write a guest down."""

    async def do(unit: Unit) -> GuestKept | Refused:
        (guest_id,) = await commands.write_down(unit, [body.guest()])
        return GuestKept(guest_id=guest_id)

    return await work.once(GuestKept, do)


class GuestChanges(Body):
    """What is to be different; what is left out stays."""

    contact: ContactBody | None = None
    contact_version: int | None = Field(
        default=None, description="the version of the contact that the new one takes the place of"
    )
    language: Language | None = None
    member: bool | None = None
    person_id: UUID | None = Field(
        default=None, description="what donations calls a member of the group; null is nobody any more"
    )
    purposes: Purposes | None = None
    no_contact: bool | None = None

    @model_validator(mode="after")
    def _a_contact_that_was_seen(self) -> Self:
        if (self.contact is None) != (self.contact_version is None):
            raise ValueError("contact and contact_version go together; /guests tells the version")
        return self

    def rewriting(self, guest_id: UUID) -> Rewriting | None:
        if self.contact is None or self.contact_version is None:
            return None
        reading = reading_of("contact_changed", guest_id, CHANGE, None, Role.EVENTS)
        return Rewriting(self.contact.contact(), self.contact_version, reading)

    def values(self) -> Mapping[str, Any]:
        names = ("language", "member", "person_id", "purposes", "no_contact")
        told = {name: getattr(self, name) for name in names if name in self.model_fields_set}
        return {name: value for name, value in told.items() if value is not None or name == "person_id"}


class GuestOut(BaseModel):
    """A guest in a list; the name is masked."""

    guest_id: UUID
    name: str = Field(examples=["E…"])
    contact_version: int
    language: str
    member: bool
    linked: bool = Field(description="donations tells whether the guest is a member")
    purposes: list[str]
    no_contact: bool
    since: date

    @classmethod
    def of(cls, row: RowMapping, name: str, version: int) -> "GuestOut":
        more = {"name": name, "contact_version": version}
        return cls(**{**row, **more, "guest_id": row["id"], "linked": row["person_id"] is not None})


@router.post("/{guest_id}/change", dependencies=[EVENTS])
async def change(guest_id: UUID, body: GuestChanges, work: Work) -> GuestKept:
    """New contact data, or other choices. A guest who no longer agrees to be written to has no purposes."""

    async def do(unit: Unit) -> GuestKept | Refused:
        done = await commands.change(unit, guest_id, body.rewriting(guest_id), body.values())
        return shown(done, lambda key: GuestKept(guest_id=key))

    return await work.once(GuestKept, do)


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[GuestOut]:
    """Guests in the order in which they were written down."""
    found = await queries.guests(session, limit + 1, place_of(after))
    ids = [row["id"] for row in found]
    masks, versions = await contacts.masks(session, ids), await contacts.versions(session, ids)

    def shown_as(row: RowMapping) -> GuestOut:
        return GuestOut.of(row, masks[row["id"]], versions[row["id"]])

    return page_of(found, limit, shown_as, lambda row: row["id"])


class GuestId(BaseModel):
    """Somebody who may be the same."""

    guest_id: UUID


@router.get("/{guest_id}/alike", dependencies=[LOOKING])
async def alike(guest_id: UUID, session: Reading) -> list[GuestId]:
    """Who has the same name, mail or phone, without saying what it is."""
    accepted(await contacts.versions(session, [guest_id]) or missing("such guest"))
    return [GuestId(guest_id=each) for each in await contacts.alike(session, guest_id)]
