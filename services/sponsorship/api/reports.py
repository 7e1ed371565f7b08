"""Report cards. Their notes are shown to whoever says why, and each time it is kept who."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_CHILD
from services.sponsorship.api.letter_contents import Looking
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, WORDS
from services.sponsorship.commands import reports as commands
from services.sponsorship.commands.reading import read_note
from services.sponsorship.domain.school import Grade
from services.sponsorship.queries import school as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/school", tags=["school"])
Percent = Annotated[int, Field(ge=0, le=100, description="of a hundred lessons")]


class NewReport(Body):
    """The report card of a term. The note stays behind the door of letters."""

    grade: Grade
    attendance: Percent
    note: Annotated[str, Field(min_length=1, max_length=2000, pattern=WORDS)] | None = None

    def wanted(self) -> commands.Report:
        return commands.Report(self.grade, self.attendance, self.note)


class ReportKept(BaseModel):
    """The report card that was written down."""

    report_id: UUID


@router.post("/terms/{term_id}/report", status_code=201, dependencies=[SPONSORSHIP])
async def write(term_id: UUID, body: NewReport, work: Work) -> ReportKept:
    """Write down the report card of a term, once."""

    async def do(unit: Unit) -> ReportKept | Refused:
        done = await commands.report(unit, term_id, body.wanted())
        return shown(done, lambda each: ReportKept(report_id=each))

    return await work.once(ReportKept, do)


@router.post("/reports/{report_id}/correct", status_code=201, dependencies=[SPONSORSHIP])
async def correct(report_id: UUID, body: NewReport, work: Work) -> ReportKept:
    """Write down, whole, what takes the place of a report card that is wrong; the wrong one is kept and shown so."""

    async def do(unit: Unit) -> ReportKept | Refused:
        done = await commands.correct(unit, report_id, body.wanted())
        return shown(done, lambda each: ReportKept(report_id=each))

    return await work.once(ReportKept, do)


class ReportOut(BaseModel):
    """A report card without its note. It counts unless another one took its place; then it says which, and by whom."""

    report_id: UUID
    term_id: UUID
    grade: Grade
    attendance: int
    on_day: date
    actor: str
    replaces: UUID | None = Field(description="the report card that this one corrects")
    replaced_by: UUID | None
    replaced_on: date | None
    corrector: str | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(report_id=row["id"], **row)


@router.get("/children/{child_id}/reports", dependencies=[LOOKING, KNOWN_CHILD])
async def reports(child_id: UUID, session: Reading) -> list[ReportOut]:
    """The report cards of a child, the oldest first."""
    return [ReportOut.of(row) for row in await lists.reports(session, child_id)]


class NoteOut(BaseModel):
    """What a teacher wrote."""

    report_id: UUID
    note: str


@router.post("/reports/{report_id}/read", dependencies=[SPONSORSHIP])
async def read(report_id: UUID, looking: Looking, units: OpenUnits, reader: Asking) -> NoteOut:
    """The note of a report card; a reason is needed, and who reads it is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await read_note(unit, report_id, looking.reason))
    return NoteOut(report_id=report_id, note=found)
