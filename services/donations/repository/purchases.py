"""Purchases, as inventory told of them last. Whoever changes what is spent on one holds its fund."""

from collections.abc import Collection, Iterable
from dataclasses import fields
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.funds import FundKey
from services.donations.domain.purchases import Purchase
from services.donations.tables import APPEAL, PURCHASE
from shared.database.writes import Writes

_COLUMNS = tuple(field.name for field in fields(Purchase))
_ROW = PURCHASE.c
_OWED = text("owed > spent")


def purchase_in(row: RowMapping) -> Purchase:
    """What a row holds."""
    return Purchase(**{name: row[name] for name in _COLUMNS})


def save(writes: Writes, purchases: Iterable[Purchase]) -> None:
    """Write purchases whose rows are there."""
    writes.change(PURCHASE, [dict(vars(each)) for each in purchases])


async def owed(session: AsyncSession, key: FundKey) -> list[Purchase]:
    """Purchases of a locked fund for which not all is spent, the oldest first, locked.

    One that another unit is changing now is left out: that unit waits for the fund, and looks at it then.
    """
    query = select(PURCHASE).where(_ROW.fund == key.fund, _ROW.currency == key.currency, _OWED)
    found = await session.execute(query.order_by(_ROW.id).with_for_update(skip_locked=True))
    return [purchase_in(row) for row in found.mappings()]


async def owing_funds(session: AsyncSession) -> set[FundKey]:
    """The funds that owe something for purchases."""
    query = select(_ROW.fund, _ROW.currency).where(_OWED).distinct()
    return {FundKey(*row) for row in await session.execute(query)}


async def keys_of(session: AsyncSession, appeals: Collection[UUID]) -> dict[UUID, FundKey]:
    """The fund and currency of each of these appeals; they never change."""
    query = select(APPEAL.c.id, APPEAL.c.fund, APPEAL.c.currency).where(APPEAL.c.id.in_(sorted(appeals)))
    return {row.id: FundKey(row.fund, row.currency) for row in await session.execute(query)}


async def statuses_of(session: AsyncSession, appeal_id: UUID) -> list[str]:
    """How all purchases of an appeal stand."""
    return list(await session.scalars(select(_ROW.status).where(_ROW.appeal_id == appeal_id)))
