"""What is shown of advocacy cases. No name is read here: see `commands/reading.py`."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import repository
from services.intake.domain.cases import Case, CaseRole, Visit
from services.intake.domain.history import CaseEntry
from services.intake.tables import CASE, CASE_ENTRY, GRANT_REQUEST, GRANT_TOLD, VISIT
from shared.contracts.intake import AdvocacyStatus
from shared.outcomes import Refused, missing

NO_CASE = missing("such case")


async def case(session: AsyncSession, case_id: UUID) -> tuple[Case, dict[UUID, CaseRole]] | Refused:
    """One case with the ids of its people."""
    found = await repository.find_case(session, case_id)
    return (found, await repository.people_of(session, case_id)) if found else NO_CASE


async def cases(
    session: AsyncSession, status: AdvocacyStatus | None, after: UUID | None, limit: int
) -> list[Case]:
    """Cases in the order in which they were opened."""
    query = select(CASE).order_by(CASE.c.id).limit(limit)
    if status:
        query = query.where(CASE.c.status == status.value)
    if after:
        query = query.where(CASE.c.id > after)
    return [repository.case_in(row) for row in (await session.execute(query)).mappings()]


async def visits(
    session: AsyncSession, case_id: UUID, after: UUID | None, limit: int
) -> list[Visit] | Refused:
    """The visits of a case in the order in which they were planned."""
    query = select(VISIT).where(VISIT.c.case_id == case_id).order_by(VISIT.c.id).limit(limit)
    found = (await session.execute(query.where(VISIT.c.id > after) if after else query)).mappings()
    some = [repository.visit_in(row) for row in found]
    return some if some or await repository.find_case(session, case_id) else NO_CASE


async def history(
    session: AsyncSession, case_id: UUID, after: UUID | None, limit: int
) -> list[tuple[UUID, CaseEntry]] | Refused:
    """A case's lines with their ids, the newest first. What is not known here but was told of has some too."""
    query = select(CASE_ENTRY).where(CASE_ENTRY.c.case_id == case_id)
    if after:
        query = query.where(CASE_ENTRY.c.id < after)
    found = (await session.execute(query.order_by(CASE_ENTRY.c.id.desc()).limit(limit))).mappings()
    lines = [
        (row["id"], CaseEntry(**{name: value for name, value in row.items() if name != "id"}))
        for row in found
    ]
    return lines if lines or await repository.find_case(session, case_id) else NO_CASE


async def support_paid(session: AsyncSession, case_id: UUID) -> dict[str, int]:
    """What was paid of the grants of a case as donations told last, in minor units by currency."""
    row = GRANT_REQUEST.c
    query = select(row.currency, func.sum(GRANT_TOLD.c.paid)).join(GRANT_TOLD, GRANT_TOLD.c.id == row.id)
    query = query.where(row.case_id == case_id, GRANT_TOLD.c.paid > 0).group_by(row.currency)
    return {currency: int(paid) for currency, paid in await session.execute(query)}
