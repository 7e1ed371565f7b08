"""Incidents, and how they ended. Whoever writes one has the book."""

from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.incidents import Incident, IncidentState
from services.sponsorship.tables import INCIDENT, INCIDENT_END

IS_OPEN = ~exists().where(INCIDENT_END.c.incident_id == INCIDENT.c.id)
"""Whether nobody has settled, withdrawn or corrected the incident of a row."""


def _was(*states: IncidentState) -> ColumnElement[bool]:
    end = INCIDENT_END.c
    return exists().where(end.incident_id == INCIDENT.c.id, end.state.in_([each.value for each in states]))


async def ends_of(session: AsyncSession, incident_id: UUID) -> dict[str, RowMapping]:
    """How an incident ended, by the state: none of one that is open."""
    query = select(INCIDENT_END).where(INCIDENT_END.c.incident_id == incident_id)
    return {row["state"]: row for row in (await session.execute(query)).mappings()}


async def between(session: AsyncSession, incident_id: UUID) -> tuple[UUID, UUID | None]:
    """The child of an incident, and the entry of its sponsor, if it is one's."""
    row = INCIDENT.c
    found = await session.execute(select(row.child_id, row.donor_id).where(row.id == incident_id))
    child, donor = found.one()
    return child, donor


async def instead_of(session: AsyncSession, incident_id: UUID) -> UUID | None:
    """The incident that takes the place of this one."""
    found: UUID | None = await session.scalar(select(INCIDENT.c.id).where(INCIDENT.c.replaces == incident_id))
    return found


async def same(session: AsyncSession, what: Incident, besides: UUID | None) -> UUID | None:
    """The first incident of the same two, of the same kind and day, that was no mistake; None if there is none."""
    row = INCIDENT.c
    query = select(row.id).where(
        row.child_id == what.child_id,
        row.donor_id.is_not_distinct_from(what.donor_id),
        row.kind == what.kind.value,
        row.happened_on == what.happened_on,
        ~_was(IncidentState.WITHDRAWN, IncidentState.CORRECTED),
        row.id.is_distinct_from(besides),
    )
    found: UUID | None = await session.scalar(query.order_by(row.id).limit(1))
    return found
