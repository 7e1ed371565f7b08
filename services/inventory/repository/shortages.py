"""What is missing now of things that are given whole, and what was told of it."""

from collections.abc import Mapping
from dataclasses import fields

from sqlalchemy import ARRAY, String, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.items import Kind
from services.inventory.domain.shortages import TOLD, Said, Shortage
from services.inventory.tables import SHORTAGE_SAID
from shared.database.writes import Writes

# From kept totals: nobody adds up all history.
_MISSING = text("""
    SELECT item.code AS item, item.kind, item.unit,
           coalesce((SELECT sum(wanted - reserved - delivered - released - lapsed) FROM total
                     WHERE total.item = item.code), 0) AS missing,
           coalesce((SELECT sum(quantity - received) FROM planned_delivery plan CROSS JOIN day
                     WHERE plan.item = item.code AND received_on IS NULL AND closed_on IS NULL
                     AND due_on >= day.processed), 0) AS coming
    FROM item WHERE kind = ANY(:kinds) ORDER BY item.code
""").bindparams(bindparam("kinds", type_=ARRAY(String)))
_WAITING = text("""
    SELECT requested_item AS item, count(DISTINCT household_id) AS households FROM reservation
    WHERE requested_item = ANY(:items) AND kind <> 'food' AND wanted > reserved + delivered + released + lapsed
    GROUP BY 1
""").bindparams(bindparam("items", type_=ARRAY(String)))


async def missing_now(session: AsyncSession) -> list[Shortage]:
    """Of each item whose shortage is told, what is missing; in the order of their codes."""
    rows = (await session.execute(_MISSING, {"kinds": [each.value for each in TOLD]})).all()
    short = [row.item for row in rows if row.missing]
    waiting: dict[str, int] = {}
    if short:
        found = await session.execute(_WAITING, {"items": short})
        waiting = {row.item: int(row.households) for row in found}
    return [
        Shortage(
            row.item, Kind(row.kind), row.unit, int(row.missing), int(row.coming), waiting.get(row.item, 0)
        )
        for row in rows
    ]


async def said(session: AsyncSession) -> dict[str, Said]:
    """What was told last, by item."""
    names = [field.name for field in fields(Said)]
    found = (await session.execute(select(SHORTAGE_SAID))).mappings()
    return {row["item"]: Said(**{name: row[name] for name in names}) for row in found}


def save(writes: Writes, told: Mapping[str, Said]) -> None:
    """Keep what was told, by item."""
    writes.replace(SHORTAGE_SAID, [{"item": item, **vars(each)} for item, each in told.items()])
