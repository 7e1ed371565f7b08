"""Receipts: their lock, what stands of each, and what was told of them."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.inventory.domain.receipts import Came, fact_of
from services.inventory.repository.catalogue import catalogue_of
from services.inventory.tables import RECEIPT
from shared.messaging.unit import Unit

_STANDS = text("""
    SELECT line.document_id, line.item, CAST(sum(line.on_hand) AS bigint) AS quantity FROM movement line
    WHERE line.document_id = ANY(:ids) AND line.kind = 'received' AND line.on_hand <> 0
    AND NOT EXISTS (SELECT FROM movement other WHERE other.reverses = line.id) GROUP BY 1, 2
""").bindparams(bindparam("ids", type_=ARRAY(Uuid)))


async def lock(session: AsyncSession, ids: Collection[UUID]) -> None:
    """Lock receipts in the order of their ids. They come before the shelves of their goods."""
    mine = select(RECEIPT.c.id).where(RECEIPT.c.id.in_(sorted(ids))).order_by(RECEIPT.c.id)
    await session.execute(mine.with_for_update())


async def lock_untold(session: AsyncSession, limit: int) -> Sequence[UUID]:
    """Some receipts of which nobody was told, locked: those from before others heard of receipts."""
    mine = select(RECEIPT.c.id).where(RECEIPT.c.version == 0).order_by(RECEIPT.c.id).limit(limit)
    return (await session.scalars(mine.with_for_update())).all()


async def tell(unit: Unit, ids: Collection[UUID]) -> None:
    """Tell what stands of these receipts, which are locked or new. One of which nothing is left frees its reference."""
    standing: dict[UUID, dict[str, int]] = {each: {} for each in ids}
    for row in await unit.session.execute(_STANDS, {"ids": sorted(ids)}):
        standing[row.document_id][row.item] = row.quantity
    query = select(RECEIPT).where(RECEIPT.c.id.in_(sorted(ids))).order_by(RECEIPT.c.id)
    catalogue = await catalogue_of(unit)
    for row in (await unit.session.execute(query)).mappings():
        came = Came(row["id"], row["version"] + 1, row["on_day"], standing[row["id"]])
        undone = row["undone_on"] or (None if came.quantities else unit.today)
        unit.writes.change(RECEIPT, [{"id": came.receipt_id, "version": came.version, "undone_on": undone}])
        unit.say(fact_of(came, catalogue, unit.today))
