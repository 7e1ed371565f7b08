"""Certificates as they were issued. Whoever issues one has the book of lessons."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.certificates import Certificate
from services.sponsorship.tables import CERTIFICATE
from shared.messaging.unit import Unit

_COLUMNS = [each.name for each in fields(Certificate)]


def certificate_in(row: RowMapping) -> Certificate:
    return Certificate(**{name: row[name] for name in _COLUMNS})


async def of_place(session: AsyncSession, place_id: UUID) -> Certificate | None:
    """The certificate of a place; None if it has none."""
    found = await session.execute(select(CERTIFICATE).where(CERTIFICATE.c.place_id == place_id))
    row = found.mappings().first()
    return certificate_in(row) if row else None


async def find(session: AsyncSession, certificate_id: UUID) -> Certificate | None:
    """A certificate; None if there is none."""
    found = await session.execute(select(CERTIFICATE).where(CERTIFICATE.c.id == certificate_id))
    row = found.mappings().first()
    return certificate_in(row) if row else None


async def last_number(session: AsyncSession, year: int) -> int:
    """The last number that was taken in a year; 0 before the first one."""
    taken = select(func.max(CERTIFICATE.c.number)).where(CERTIFICATE.c.year == year)
    return int(await session.scalar(taken) or 0)


async def listed(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Certificates in the order in which they were issued."""
    query = select(CERTIFICATE).order_by(CERTIFICATE.c.id).limit(limit)
    found = await session.execute(query.where(CERTIFICATE.c.id > after) if after else query)
    return found.mappings().all()


def add(unit: Unit, issued: Certificate) -> None:
    """Keep a certificate that is new."""
    unit.writes.insert(CERTIFICATE, [{**asdict(issued), "actor": unit.actor.id}])
