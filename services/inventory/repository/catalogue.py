"""Items, depots and bills of materials."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.items import Catalogue, Item, Kind, Season
from services.inventory.domain.stock import Depot
from services.inventory.tables import DEPOT, ITEM, KIT_PART
from shared.messaging.unit import Unit


async def catalogue_of(unit: Unit) -> Catalogue:
    """As this unit works by it, from memory unless it has changed."""
    return await unit.recall("catalogue", load_catalogue)


async def unit_of(unit: Unit, item: str) -> str:
    """An item's unit; empty for what is not in the catalogue."""
    known = (await catalogue_of(unit)).get(item)
    return known.unit if known else ""


async def depots_of(unit: Unit) -> tuple[Depot, ...]:
    """All depots and shelters, by code; likewise."""
    return await unit.recall("depots", load_depots)


async def load_catalogue(session: AsyncSession) -> Catalogue:
    found = (await session.execute(select(ITEM))).mappings()
    return Catalogue(_item(row) for row in found)


def _item(row: RowMapping) -> Item:
    return Item(
        code=row["code"],
        name=row["name"],
        kind=Kind(row["kind"]),
        unit=row["unit"],
        season=Season(row["season"]) if row["season"] else None,
        size=row["size"],
        retired=row["retired_on"] is not None,
    )


async def load_depots(session: AsyncSession) -> tuple[Depot, ...]:
    """All depots and shelters, by code."""
    row = DEPOT.c
    found = await session.execute(select(row.code, row.region, row.kind).order_by(row.code))
    return tuple(Depot(code, region, kind == "shelter") for code, region, kind in found)


async def bill_of(session: AsyncSession, kit: str) -> dict[str, int]:
    """How many of each part go into one kit; empty if there is no such bill."""
    found = await session.execute(select(KIT_PART.c.part, KIT_PART.c.quantity).where(KIT_PART.c.kit == kit))
    return {row.part: row.quantity for row in found}


async def save(session: AsyncSession, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add rows, or give those with the same primary key new values."""
    if not rows:
        return
    keys = [column.name for column in table.primary_key]
    adding = insert(table)
    new = {name: adding.excluded[name] for name in rows[0] if name not in keys}
    # In the order of their keys, as units lock items.
    ordered = sorted(rows, key=lambda row: [str(row[each]) for each in keys])
    await session.execute(adding.on_conflict_do_update(index_elements=keys, set_=new), ordered)
