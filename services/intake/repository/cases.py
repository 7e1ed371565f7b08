"""Advocacy cases, their people without names, their visits and their histories."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.intake.domain.cases import Case, CaseRole, Visit, VisitState
from services.intake.domain.history import CaseEntry
from services.intake.tables import CASE, CASE_ENTRY, CASE_PERSON, VISIT
from shared.database.writes import Writes


async def find_case(session: AsyncSession, case_id: UUID, *, lock: bool = False) -> Case | None:
    """A case; locked until the unit ends when it is to be changed."""
    query = select(CASE).where(CASE.c.id == case_id)
    row = (await session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return case_in(row) if row else None


def case_in(row: RowMapping) -> Case:
    """What a row holds; its status follows from the rest."""
    values = {name: row[name] for name in row if name != "status"}
    return Case(**{**values, "topics": frozenset(row["topics"])})


def insert_case(writes: Writes, case: Case) -> None:
    writes.insert(CASE, [_values(case)])


def save_case(writes: Writes, case: Case) -> None:
    """Write a case that is locked."""
    writes.change(CASE, [_values(case)])


def _values(case: Case) -> dict[str, Any]:
    return {**vars(case), "topics": sorted(case.topics), "status": case.status.value}


def insert_people(writes: Writes, case_id: UUID, roles: Mapping[UUID, CaseRole]) -> None:
    """Add people to a case, by their ids; their names are kept by `identities`."""
    writes.insert(
        CASE_PERSON, [{"id": key, "case_id": case_id, "role": each.value} for key, each in roles.items()]
    )


async def people_of(session: AsyncSession, case_id: UUID) -> dict[UUID, CaseRole]:
    """The people of a case, in the order in which they were told."""
    row = CASE_PERSON.c
    query = select(row.id, row.role).where(row.case_id == case_id).order_by(row.id)
    return {key: CaseRole(role) for key, role in await session.execute(query)}


def visit_in(row: RowMapping) -> Visit:
    """What a row holds."""
    return Visit(**{**row, "state": VisitState(row["state"])})


async def find_visit(session: AsyncSession, case_id: UUID, visit_id: UUID) -> Visit | None:
    """A visit of this case; whoever changes it has locked the case."""
    query = select(VISIT).where(VISIT.c.id == visit_id, VISIT.c.case_id == case_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return visit_in(row) if row else None


async def planned_visits(session: AsyncSession, case_id: UUID) -> Sequence[Visit]:
    """The visits of a case that are still to be made."""
    mine = (VISIT.c.case_id == case_id, VISIT.c.state == VisitState.PLANNED.value)
    found = await session.execute(select(VISIT).where(*mine).order_by(VISIT.c.id))
    return [visit_in(row) for row in found.mappings()]


def insert_visit(writes: Writes, visit: Visit) -> None:
    writes.insert(VISIT, [_visit_values(visit)])


def save_visits(writes: Writes, visits: Iterable[Visit]) -> None:
    """Write visits of a case that is locked."""
    writes.change(VISIT, [_visit_values(each) for each in visits])


def _visit_values(visit: Visit) -> dict[str, Any]:
    return {**vars(visit), "state": visit.state.value}


async def count_arranged(session: AsyncSession) -> int:
    """How many visits are planned or were made."""
    query = select(func.count()).where(VISIT.c.state != VisitState.CANCELLED.value)
    return int(await session.scalar(query) or 0)


def add_to_history(writes: Writes, entries: Iterable[CaseEntry]) -> None:
    """Append to the histories, in this order."""
    writes.insert(CASE_ENTRY, ({"id": uuid7(), **vars(entry)} for entry in entries))
