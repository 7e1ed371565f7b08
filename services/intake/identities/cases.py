"""The names of those of advocacy cases are kept, read, changed and counted."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.identities.values import Name
from services.intake.tables import CASE_IDENTITY, CASE_PERSON
from shared.database.writes import Writes


def write_names(writes: Writes, names: Mapping[UUID, Name]) -> None:
    """Keep the names of people who are new in a case, by their ids."""
    writes.insert(CASE_IDENTITY, [_row(person_id, each) for person_id, each in names.items()])


def rename(writes: Writes, person_id: UUID, name: Name) -> None:
    """Keep a corrected name of somebody whose case is locked."""
    writes.change(CASE_IDENTITY, [_row(person_id, name)])


async def names_of(session: AsyncSession, case_id: UUID) -> dict[UUID, Name]:
    """All names of one case, by the ids of its people, in the order in which they were told."""
    columns = (CASE_IDENTITY.c.person_id, CASE_IDENTITY.c.given, CASE_IDENTITY.c.family)
    query = select(*columns).join(CASE_PERSON, CASE_PERSON.c.id == CASE_IDENTITY.c.person_id)
    query = query.where(CASE_PERSON.c.case_id == case_id).order_by(CASE_PERSON.c.id)
    return {row[0]: Name(*row[1:]) for row in await session.execute(query)}


async def people_without_name(session: AsyncSession) -> int:
    """How many people of cases have no name: none, if all is well."""
    query = select(func.count()).select_from(CASE_PERSON.outerjoin(CASE_IDENTITY))
    return (await session.execute(query.where(CASE_IDENTITY.c.person_id.is_(None)))).scalar_one()


def _row(person_id: UUID, name: Name) -> dict[str, object]:
    return {"person_id": person_id, "given": name.given, "family": name.family}
