"""Contact between sponsors and children past the organisation."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.models import LOOKING, SPONSORSHIP
from services.sponsorship.commands import incidents as commands
from services.sponsorship.commands.incidents import IncidentKind
from services.sponsorship.queries import letters as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/incidents", tags=["letters"])


class NewIncident(Body):
    """What happened. The note stays with it; no other service is told of it."""

    child_id: UUID
    donor_id: UUID
    kind: IncidentKind
    happened_on: Day
    note: Annotated[str, Field(min_length=3, max_length=200, pattern=r"\w")]

    def incident(self) -> commands.Incident:
        return commands.Incident(**{name: getattr(self, name) for name in NewIncident.model_fields})


class Recorded(BaseModel):
    """The incident that was written down."""

    incident_id: UUID


@router.post("", status_code=201, dependencies=[SPONSORSHIP])
async def record(body: NewIncident, work: Work) -> Recorded:
    """Write down that a sponsor and a child were in contact past the organisation, or that one of them tried."""

    async def do(unit: Unit) -> Recorded | Refused:
        done = await commands.record(unit, body.incident())
        return shown(done, lambda each: Recorded(incident_id=each))

    return await work.once(Recorded, do)


class IncidentOut(BaseModel):
    """An incident in a list, without its note."""

    incident_id: UUID
    child_id: UUID
    donor_id: UUID
    kind: IncidentKind
    happened_on: date
    on_day: date
    actor: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            incident_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "incident_id"}
        )


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[IncidentOut]:
    """Incidents in the order in which they were written down."""
    found = await lists.incidents(session, limit + 1, place_of(after))
    return page_of(found, limit, IncidentOut.of, lambda row: row["id"])
