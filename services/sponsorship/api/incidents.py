"""Contact between sponsors and children past the organisation."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.letter_contents import Looking
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, WORDS, SponsorshipSettings
from services.sponsorship.commands import incidents as commands
from services.sponsorship.commands.reading import read_incident
from services.sponsorship.domain.incidents import Incident, IncidentKind, IncidentState
from services.sponsorship.queries import letters as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/incidents", tags=["letters"])


class NewIncident(Body):
    """What happened. The note is shown to whoever says why, and no other service is told of it."""

    child_id: UUID
    donor_id: UUID | None = Field(default=None, description="none if it was somebody who is no donor")
    strangers: bool = Field(default=False, description="this donor has never sponsored this child")
    kind: IncidentKind
    happened_on: Day
    note: Annotated[str, Field(min_length=3, max_length=200, pattern=WORDS)]
    again: bool = Field(default=False, description="it is not the one of the same day that looks the same")

    def incident(self) -> Incident:
        return Incident(**{name: getattr(self, name) for name in NewIncident.model_fields})


class Recorded(BaseModel):
    """Which incident it is; of one that was corrected, the one that counts."""

    incident_id: UUID


@router.post("", status_code=201, dependencies=[SPONSORSHIP])
async def record(body: NewIncident, work: Work, settings: SponsorshipSettings) -> Recorded:
    """Write down that a sponsor and a child were in contact past the organisation, or that one of them tried. Until
    it is settled, the sponsor writes to no child and gets no further one.
    """

    async def do(unit: Unit) -> Recorded | Refused:
        done = await commands.record(unit, settings.rules, body.incident())
        return shown(done, lambda each: Recorded(incident_id=each))

    return await work.once(Recorded, do)


@router.post("/{incident_id}/correct", status_code=201, dependencies=[SPONSORSHIP])
async def correct(
    incident_id: UUID, body: NewIncident, work: Work, settings: SponsorshipSettings
) -> Recorded:
    """Write down, whole, what takes the place of an incident that is wrong; the wrong one is kept and shown so."""

    async def do(unit: Unit) -> Recorded | Refused:
        done = await commands.correct(unit, settings.rules, incident_id, body.incident())
        return shown(done, lambda each: Recorded(incident_id=each))

    return await work.once(Recorded, do)


@router.post("/{incident_id}/settle", dependencies=[SPONSORSHIP])
async def settle(incident_id: UUID, work: Work, settings: SponsorshipSettings) -> Recorded:
    """Somebody has looked at it. Who shall not write any more is restricted or declined in the sponsor's vetting."""

    async def do(unit: Unit) -> Recorded | Refused:
        done = await commands.settle(unit, settings.rules, incident_id)
        return shown(done, lambda each: Recorded(incident_id=each))

    return await work.once(Recorded, do)


@router.post("/{incident_id}/withdraw", dependencies=[SPONSORSHIP])
async def withdraw(incident_id: UUID, work: Work, settings: SponsorshipSettings) -> Recorded:
    """It was written down by mistake: it is kept, and nothing follows from it any more."""

    async def do(unit: Unit) -> Recorded | Refused:
        done = await commands.withdraw(unit, settings.rules, incident_id)
        return shown(done, lambda each: Recorded(incident_id=each))

    return await work.once(Recorded, do)


class NoteOut(BaseModel):
    """What was written down of an incident."""

    incident_id: UUID
    note: str


@router.post("/{incident_id}/read", dependencies=[SPONSORSHIP])
async def read(incident_id: UUID, looking: Looking, units: OpenUnits, reader: Asking) -> NoteOut:
    """What was written down of an incident; a reason is needed, and who reads it is kept."""
    async with units.open(actor=reader) as unit:
        note = accepted(await read_incident(unit, incident_id, looking.reason))
    return NoteOut(incident_id=incident_id, note=note)


class IncidentOut(BaseModel):
    """An incident in a list, without its note. One that is open stops its sponsor's letters."""

    incident_id: UUID
    child_id: UUID
    donor_id: UUID | None
    strangers: bool
    kind: IncidentKind
    happened_on: date
    on_day: date
    actor: str
    state: IncidentState
    ended_on: date | None
    ended_by: str
    replaces: UUID | None = Field(description="the incident that this one corrects")
    replaced_by: UUID | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            incident_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "incident_id"}
        )


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, state: IncidentState | None = None, after: After = None, limit: Limit = 100
) -> Page[IncidentOut]:
    """Incidents in the order in which they were written down."""
    found = await lists.incidents(session, state, limit + 1, place_of(after))
    return page_of(found, limit, IncidentOut.of, lambda row: row["id"])
