"""What is counted of names and birth dates, and the age bands that come of them: no value leaves here."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.alike import Face
from services.intake.domain.people import ASKED_FROM, Sex, born_after, latest_birth
from services.intake.identities.rows import NAMES
from services.intake.identities.values import Identity
from services.intake.tables import HOUSEHOLD, IDENTITY, MEMBER
from shared.contracts.intake import AgeBand


async def count_alike(session: AsyncSession) -> int:
    """How many present members of one household are alike in folded name, sex and birth with another one of it."""
    query = (
        select(*NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .where(MEMBER.c.left_on.is_(None))
        .order_by(MEMBER.c.household_id)
    )
    count, home, here = 0, None, set[Face]()
    async for given, family, birth, estimated, household_id, sex in await session.stream(query):
        if household_id != home:
            home, here = household_id, set()
        face = Identity(given, family, birth, estimated).face(Sex(sex))
        count += face in here
        here.add(face)
    return count


async def count_in_two_households(session: AsyncSession) -> int:
    """How many are present in two households that are helped: the same folded name, known sex and exact birth date."""
    query = (
        select(*NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None))
        .where(MEMBER.c.sex != Sex.UNKNOWN.value, ~IDENTITY.c.estimated)
        .order_by(IDENTITY.c.birth_date)
    )
    count, born, those = 0, None, dict[Face, set[UUID]]()
    async for given, family, birth, estimated, household_id, sex in await session.stream(query):
        if birth != born:
            born, those = birth, {}
        homes = those.setdefault(Identity(given, family, birth, estimated).face(Sex(sex)), set())
        count += bool(homes) and household_id not in homes
        homes.add(household_id)
    return count


async def bands(session: AsyncSession, members: Collection[UUID], on: date) -> dict[UUID, AgeBand]:
    """The age band of each member on a day."""
    query = select(IDENTITY.c.member_id, _band(on)).where(IDENTITY.c.member_id.in_(members))
    return {member_id: AgeBand(band) for member_id, band in await session.execute(query)}


async def is_asked(session: AsyncSession, member_id: UUID, on: date) -> bool:
    """Whether a member is old enough on a day to be asked whether they agree themselves."""
    born = IDENTITY.c.birth_date <= latest_birth(ASKED_FROM, on)
    return bool(await session.scalar(select(born).where(IDENTITY.c.member_id == member_id)))


async def grown(session: AsyncSession, on: date) -> dict[UUID, dict[UUID, AgeBand]]:
    """Who of those who are helped now has another age band on a day than the one stored, by household and member."""
    found: dict[UUID, dict[UUID, AgeBand]] = {}
    for household_id, member_id, band in await session.execute(_other_bands(on)):
        found.setdefault(household_id, {})[member_id] = AgeBand(band)
    return found


async def count_grown(session: AsyncSession, on: date) -> int:
    """How many `grown` would give: none, once the work of that day is done."""
    query = select(func.count()).select_from(_other_bands(on).subquery())
    return (await session.execute(query)).scalar_one()


def _other_bands(on: date) -> Select[Any]:
    return (
        select(MEMBER.c.household_id, MEMBER.c.id, _band(on).label("band"))
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .join(IDENTITY, IDENTITY.c.member_id == MEMBER.c.id)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None), MEMBER.c.age_band != _band(on))
    )


def _band(on: date) -> ColumnElement[str]:
    """A member's age band on a day, found by the database, so that no birth date has to leave it."""
    older = [(IDENTITY.c.birth_date > born, literal(band.value)) for born, band in born_after(on)]
    return case(*older, else_=literal(AgeBand.ELDERLY.value))


async def members_without(session: AsyncSession) -> int:
    """How many members have no identity: none, if all is well."""
    query = select(func.count()).select_from(MEMBER.outerjoin(IDENTITY)).where(IDENTITY.c.member_id.is_(None))
    return (await session.execute(query)).scalar_one()
