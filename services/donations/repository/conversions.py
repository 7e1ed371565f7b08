"""Conversions."""

from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.conversions import Conversion
from services.donations.domain.money import Money
from services.donations.tables import CONVERSION
from shared.messaging.unit import Unit


def conversion_in(row: RowMapping) -> Conversion:
    """What a row holds."""
    named = {name: row[name] for name in ("id", "fund", "place", "happened_on", "note", "undone")}
    given, got = Money(row["amount"], row["currency"]), Money(row["got"], row["into_currency"])
    return Conversion(**named, given=given, got=got)


def add(unit: Unit, conversion: Conversion, entry_id: UUID) -> None:
    """Keep a new conversion."""
    names = ("id", "fund", "place", "happened_on", "note", "undone")
    values = {
        **{name: getattr(conversion, name) for name in names},
        "currency": conversion.given.currency,
        "amount": conversion.given.minor,
        "into_currency": conversion.got.currency,
        "got": conversion.got.minor,
        "entry_id": entry_id,
        "actor": unit.actor.id,
    }
    unit.writes.insert(CONVERSION, [values])


async def lock(session: AsyncSession, conversion_id: UUID) -> RowMapping | None:
    """A conversion, locked; None if there is none of this id."""
    query = select(CONVERSION).where(CONVERSION.c.id == conversion_id).with_for_update()
    found: RowMapping | None = (await session.execute(query)).mappings().one_or_none()
    return found


def undo(unit: Unit, conversion_id: UUID) -> None:
    """A locked conversion was a mistake."""
    unit.writes.change(CONVERSION, [{"id": conversion_id, "undone": True, "actor": unit.actor.id}])
