"""Conversions."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import RowMapping, or_, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.conversions import Conversion
from services.donations.domain.money import Money
from services.donations.repository.locking import locked
from services.donations.tables import CONVERSION, FINDING
from shared.messaging.unit import Unit

_SAME = ("id", "fund", "place", "happened_on", "note", "undone", "reference", "appeal_id")


def conversion_in(row: RowMapping) -> Conversion:
    """What a row holds."""
    named = {name: row[name] for name in _SAME}
    given, got = Money(row["amount"], row["currency"]), Money(row["got"], row["into_currency"])
    return Conversion(**named, given=given, got=got)


async def add(unit: Unit, conversion: Conversion, entry_id: UUID) -> bool:
    """Keep a new conversion; False if one of this reference is known at this place."""
    values = {
        **{name: getattr(conversion, name) for name in _SAME},
        "currency": conversion.given.currency,
        "amount": conversion.given.minor,
        "into_currency": conversion.got.currency,
        "got": conversion.got.minor,
        "entry_id": entry_id,
        "actor": unit.actor.id,
    }
    adding = (
        insert(CONVERSION)
        .values(**values)
        .on_conflict_do_nothing(
            index_elements=["place", "reference"], index_where=text("NOT undone AND reference IS NOT NULL")
        )
    )
    return await unit.session.scalar(adding.returning(CONVERSION.c.id)) is not None


async def lock(session: AsyncSession, conversion_id: UUID) -> RowMapping | None:
    """A conversion, locked; None if there is none of this id."""
    return await locked(session, CONVERSION, conversion_id)


def undo(unit: Unit, conversion_id: UUID) -> None:
    """A locked conversion was a mistake."""
    unit.writes.change(CONVERSION, [{"id": conversion_id, "undone": True, "actor": unit.actor.id}])


async def was_undone(session: AsyncSession, references: Collection[str]) -> bool:
    """Whether a conversion that PayPal calls by one of these was booked by mistake."""
    row = CONVERSION.c
    mine = (row.place == "paypal", row.reference.in_(references), row.undone)
    return await session.scalar(select(row.id).where(*mine).limit(1)) is not None


async def of_paypal(session: AsyncSession, reference: str, refers_to: str | None) -> Conversion | None:
    """The conversion of which PayPal's list has this row: booked under its id, the one that it refers to, or that
    of the other row that refers to the same. None if none is booked.
    """
    row, other = CONVERSION.c, FINDING.c
    named = row.reference == reference
    if refers_to:
        pair = select(other.transaction_id).where(
            other.provider == "paypal", other.kind == "conversion", other.refers_to == refers_to
        )
        named = or_(named, row.reference == refers_to, row.reference.in_(pair))
    query = (
        select(CONVERSION)
        .where(row.place == "paypal", named, row.undone.is_(False))
        .order_by(row.id)
        .limit(1)
    )
    found = (await session.execute(query)).mappings().one_or_none()
    return conversion_in(found) if found else None
