"""Exchange rates of days."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import and_, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.conversions import RATE_COUNTS, Rate
from services.donations.tables import RATE
from shared.messaging.unit import Unit

_KEY = ("currency", "quote", "on_day")


async def add(unit: Unit, rates: Sequence[Rate]) -> Mapping[tuple[str, str, date], Decimal]:
    """Keep rates of days of which none is known; the known ones stay, and are given back, locked."""
    rows = sorted((_row(each, unit) for each in rates), key=lambda row: [row[name] for name in _KEY])
    adding = insert(RATE).values(rows).on_conflict_do_nothing(index_elements=_KEY)
    new = {
        tuple(row) for row in await unit.session.execute(adding.returning(*(RATE.c[each] for each in _KEY)))
    }
    known = [key for row in rows if (key := tuple(row[name] for name in _KEY)) not in new]
    if not known:
        return {}
    columns = tuple(RATE.c[each] for each in _KEY)
    query = select(*columns, RATE.c.rate).where(tuple_(*columns).in_(known)).order_by(*columns)
    found = await unit.session.execute(query.with_for_update())
    return {(row.currency, row.quote, row.on_day): row.rate for row in found}


async def replace(unit: Unit, rates: Sequence[Rate]) -> None:
    """Give locked days other rates."""
    if rates:
        adding = insert(RATE).values([_row(each, unit) for each in rates])
        new = {name: adding.excluded[name] for name in ("rate", "actor")}
        await unit.session.execute(adding.on_conflict_do_update(index_elements=_KEY, set_=new))


def _row(rate: Rate, unit: Unit) -> dict[str, object]:
    named = {name: getattr(rate, name) for name in (*_KEY, "rate")}
    return {**named, "actor": unit.actor.id}


async def of_day(session: AsyncSession, one: str, other: str, day: date) -> Rate | None:
    """The rate that counts for a day between two currencies, whichever way round it is written; None if none does."""
    row = RATE.c
    pair = or_(and_(row.currency == one, row.quote == other), and_(row.currency == other, row.quote == one))
    query = select(row.currency, row.quote, row.on_day, row.rate).where(pair)
    query = query.where(row.on_day.between(day - RATE_COUNTS, day)).order_by(
        row.on_day.desc(), row.currency != one
    )
    found = (await session.execute(query.limit(1))).one_or_none()
    return Rate(*found) if found else None
