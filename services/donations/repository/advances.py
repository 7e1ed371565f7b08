"""Advances and their slips. Whoever changes one holds its fund's lock."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.advances import Advance
from services.donations.tables import ADVANCE, SLIP
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Advance))
_COUNTS = text("NOT undone")


def advance_in(row: RowMapping) -> Advance:
    """What a row holds."""
    return Advance(**{name: row[name] for name in _COLUMNS})


async def find(session: AsyncSession, advance_id: UUID) -> Advance | None:
    """An advance; None if there is none of this id."""
    query = select(ADVANCE).where(ADVANCE.c.id == advance_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return advance_in(row) if row else None


async def entry_of(session: AsyncSession, advance_id: UUID) -> UUID:
    """The entry by which an advance went out."""
    found: UUID = (
        await session.execute(select(ADVANCE.c.entry_id).where(ADVANCE.c.id == advance_id))
    ).scalar_one()
    return found


async def add(unit: Unit, advance: Advance, reference: str, entry_id: UUID) -> bool:
    """Keep a new advance; False if one with this reference went out of this place already."""
    values = {name: getattr(advance, name) for name in _COLUMNS}
    adding = insert(ADVANCE).values(**values, reference=reference, entry_id=entry_id, actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(index_elements=["place", "reference"], index_where=_COUNTS)
    return await unit.session.scalar(adding.returning(ADVANCE.c.id)) is not None


async def add_slip(unit: Unit, values: Mapping[str, Any]) -> bool:
    """Keep a new slip; False if the fieldworker has one with this reference already."""
    adding = insert(SLIP).values(**values, actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(index_elements=["fieldworker", "reference"], index_where=_COUNTS)
    return await unit.session.scalar(adding.returning(SLIP.c.id)) is not None


def increase(unit: Unit, advance_id: UUID, settled: int = 0, returned: int = 0) -> None:
    """Add to what is accounted for of an advance. The database refuses more than was advanced."""
    unit.writes.increase(ADVANCE, [{"id": advance_id, "settled": settled, "returned": returned}])


def undo(unit: Unit, advance_id: UUID) -> None:
    """An advance was booked by mistake."""
    unit.writes.change(ADVANCE, [{"id": advance_id, "undone": True}])


async def find_slip(session: AsyncSession, slip_id: UUID) -> RowMapping | None:
    """A slip; None if there is none of this id."""
    row: RowMapping | None = (
        (await session.execute(select(SLIP).where(SLIP.c.id == slip_id))).mappings().one_or_none()
    )
    return row


def undo_slip(unit: Unit, slip_id: UUID) -> None:
    """A slip was booked by mistake: its reference is free again."""
    unit.writes.change(SLIP, [{"id": slip_id, "undone": True}])
