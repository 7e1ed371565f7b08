"""Food shelves that are to be dealt.

Whoever marks a shelf, deals it or takes the mark away holds the shelf's lock. So no mark is lost: what is written while
a shelf is dealt is marked after that deal.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Interval, String, bindparam, delete, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.stock import ShelfKey
from services.inventory.tables import MARKED_SHELF, SHELF

PAUSE = 10
"""A shelf is dealt at most this part of the time: after a deal of 300 ms its next mark is due in 3 s."""

# LIMIT makes it one look into the index per shelf, however many wait there.
_STANDING = text("""
    SELECT shelf.depot, shelf.item, mark.due_at <= clock_timestamp() AS due,
           (SELECT true FROM reservation ration
            WHERE ration.item = shelf.item AND ration.depot = shelf.depot AND ration.kind = 'food'
            AND ration.wanted > ration.reserved + ration.delivered + ration.released + ration.lapsed LIMIT 1) AS short
    FROM shelf LEFT JOIN marked_shelf mark USING (depot, item) WHERE shelf.item = ANY(:items)
""").bindparams(bindparam("items", type_=ARRAY(String)))
_MARK = text("""
    INSERT INTO marked_shelf (depot, item, marked_at, due_at)
    SELECT depot, item, clock_timestamp(),
           clock_timestamp() + greatest(:deal_after, make_interval(secs => :pause * deal_ms / 1000.0))
    FROM shelf JOIN unnest(:depots, :items) AS marked (depot, item) USING (depot, item)
    ON CONFLICT DO NOTHING RETURNING depot, item, due_at
""").bindparams(
    bindparam("depots", type_=ARRAY(String)),
    bindparam("items", type_=ARRAY(String)),
    bindparam("deal_after", type_=Interval),
)


@dataclass(frozen=True)
class Standing:
    """Food shelves on which somebody waits, those that are marked, and those of them whose time has come."""

    short: frozenset[ShelfKey] = frozenset()
    marked: frozenset[ShelfKey] = frozenset()
    due: frozenset[ShelfKey] = frozenset()


async def standing(session: AsyncSession, items: Collection[str]) -> Standing:
    """How the shelves of these items of food stand; their locks are held."""
    rows = (await session.execute(_STANDING, {"items": sorted(items)})).all()
    return Standing(
        short=frozenset((row.depot, row.item) for row in rows if row.short),
        marked=frozenset((row.depot, row.item) for row in rows if row.due is not None),
        due=frozenset((row.depot, row.item) for row in rows if row.due),
    )


async def marked_items(session: AsyncSession) -> list[str]:
    """The items of all marked shelves."""
    query = select(MARKED_SHELF.c.item).distinct().order_by(MARKED_SHELF.c.item)
    return list(await session.scalars(query))


async def mark(
    session: AsyncSession, keys: Collection[ShelfKey], deal_after: timedelta
) -> dict[ShelfKey, datetime]:
    """Mark shelves; returns when those are due that were not marked before."""
    if not keys:
        return {}
    depots, items = zip(*sorted(keys), strict=True)
    values = {"depots": list(depots), "items": list(items), "deal_after": deal_after, "pause": PAUSE}
    found = await session.execute(_MARK, values)
    return {(row.depot, row.item): row.due_at for row in found}


async def clear(session: AsyncSession, keys: Collection[ShelfKey]) -> None:
    """Take away the marks of shelves that were dealt."""
    if keys:
        mine = tuple_(MARKED_SHELF.c.depot, MARKED_SHELF.c.item).in_(sorted(keys))
        await session.execute(delete(MARKED_SHELF).where(mine))


async def took(session: AsyncSession, keys: Collection[ShelfKey], seconds: float) -> None:
    """Remember how long the deal of these shelves took, up to where its unit commits."""
    if keys:
        mine = tuple_(SHELF.c.depot, SHELF.c.item).in_(sorted(keys))
        await session.execute(update(SHELF).where(mine).values(deal_ms=round(seconds * 1000)))
