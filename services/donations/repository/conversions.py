"""Conversions."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.conversions import Conversion
from services.donations.domain.money import Money
from services.donations.domain.payments import Provider
from services.donations.repository.locking import locked
from services.donations.tables import CONVERSION
from shared.messaging.unit import Unit

PAYPAL = Provider.PAYPAL.value
NEAR = timedelta(days=3)
"""So many days a statement and PayPal's list may be apart about the day of one conversion."""
_KIN = text("""
    WITH RECURSIVE kin (name) AS (
        SELECT CAST(:name AS varchar)
        UNION SELECT CASE WHEN refers_to = name THEN transaction_id ELSE refers_to END
        FROM kin JOIN finding ON name IN (transaction_id, refers_to)
        WHERE provider = 'paypal' AND kind = 'conversion' AND refers_to IS NOT NULL)
    SELECT name FROM kin
""")
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
    mine = (row.place == PAYPAL, row.reference.in_(references), row.undone)
    return await session.scalar(select(row.id).where(*mine).limit(1)) is not None


async def of_paypal(session: AsyncSession, names: Collection[str]) -> list[Conversion]:
    """Conversions that are booked under any of these ids of PayPal's."""
    return await _booked(session, CONVERSION.c.reference.in_(names))


async def alike(session: AsyncSession, wanted: Conversion) -> list[Conversion]:
    """Conversions at PayPal of the same two amounts near its day, of which one cannot tell that they are others: they
    have no reference, or it has none.
    """
    row, on = CONVERSION.c, wanted.happened_on
    same = (row.currency, row.amount, row.into_currency, row.got)
    amounts = (wanted.given.currency, wanted.given.minor, wanted.got.currency, wanted.got.minor)
    mine = [one == other for one, other in zip(same, amounts, strict=True)]
    if wanted.reference is not None:
        mine.append(row.reference.is_(None))
    return await _booked(session, row.happened_on.between(on - NEAR, on + NEAR), *mine)


async def _booked(session: AsyncSession, *which: ColumnElement[bool]) -> list[Conversion]:
    row = CONVERSION.c
    query = select(CONVERSION).where(row.place == PAYPAL, row.undone.is_(False), *which).order_by(row.id)
    return [conversion_in(each) for each in (await session.execute(query)).mappings()]


async def kin(session: AsyncSession, name: str) -> frozenset[str]:
    """This id of PayPal's, and what the rows of conversions that its list has call the same money: what they refer to,
    and what refers to that.
    """
    return frozenset(await session.scalars(_KIN, {"name": name}))


async def one_at_a_time(session: AsyncSession) -> None:
    """Whoever books a conversion at PayPal waits for another one who does, so that both see what is booked."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("conversion at paypal"))))
