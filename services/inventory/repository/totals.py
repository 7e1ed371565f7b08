"""Kept totals: so that a summary or a scrape never adds up all history."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.totals import AMOUNTS, MonthKey, TotalKey
from services.inventory.tables import MONTH_TOTAL, TOTAL


async def add(
    session: AsyncSession, by_item: Mapping[TotalKey, Mapping[str, int]], by_month: Mapping[MonthKey, int]
) -> None:
    """Add differences to the totals. Rows are written in the order of their keys, so that units do not deadlock."""
    rows = [{"item": item, "kind": kind, **by_item[item, kind]} for item, kind in sorted(by_item)]
    await _add(session, TOTAL, AMOUNTS, rows)
    months = [
        {"item": item, "kind": kind, "month": month, "on_hand": by_month[item, kind, month]}
        for item, kind, month in sorted(by_month)
    ]
    await _add(session, MONTH_TOTAL, ("on_hand",), months)


async def _add(
    session: AsyncSession, table: Table, amounts: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    if rows:
        adding = insert(table)
        keys = [column.name for column in table.primary_key]
        sums = {name: table.c[name] + adding.excluded[name] for name in amounts}
        await session.execute(adding.on_conflict_do_update(index_elements=keys, set_=sums), rows)
