"""What teachers wrote on report cards, and what was written down of incidents."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import INCIDENT_NOTE, REPORT_NOTE
from shared.database.writes import Writes


def write_note(writes: Writes, report_id: UUID, note: str) -> None:
    """Keep the note of a report card that is new."""
    writes.insert(REPORT_NOTE, [{"report_id": report_id, "note": note}])


async def note_of(session: AsyncSession, report_id: UUID) -> str | None:
    """The note of a report card; None if it has none."""
    row = REPORT_NOTE.c
    note: str | None = await session.scalar(select(row.note).where(row.report_id == report_id))
    return note


def write_incident(writes: Writes, incident_id: UUID, note: str) -> None:
    """Keep the note of an incident that is new."""
    writes.insert(INCIDENT_NOTE, [{"incident_id": incident_id, "note": note}])


async def note_of_incident(session: AsyncSession, incident_id: UUID) -> str | None:
    """The note of an incident; None if there is no such incident."""
    row = INCIDENT_NOTE.c
    note: str | None = await session.scalar(select(row.note).where(row.incident_id == incident_id))
    return note
