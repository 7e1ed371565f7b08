"""Gifts in kind."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.in_kind import GiftInKind, Goods
from services.donations.domain.money import Money
from services.donations.repository.locking import locked
from services.donations.tables import GIFT_IN_KIND, GOODS_SEEN, GOODS_TOLD
from shared.contracts.inventory import GoodsReceived
from shared.database.writes import Writes
from shared.messaging.unit import Unit

_SUMS = """(
    SELECT coalesce(jsonb_object_agg(item || ' ' || unit, quantity), '{{}}') FROM (
        SELECT line ->> 'item' AS item, lower(line ->> 'unit') AS unit,
               sum(CAST(line ->> 'quantity' AS numeric)) AS quantity
        FROM jsonb_array_elements(CAST({goods} AS jsonb)) line GROUP BY 1, 2) sums)
"""
DIFFERS = f"""
    NOT gift_in_kind.undone AND {_SUMS.format(goods="gift_in_kind.goods")}
        <> {_SUMS.format(goods="coalesce(goods_told.goods, '[]')")}
"""
"""Whether a gift in kind differs from what inventory told of its receipt; `differing` of the domain says in what."""

SEEN = """
    EXISTS (SELECT FROM goods_seen
        WHERE goods_seen.id = gift_in_kind.id AND goods_seen.version = coalesce(goods_told.version, 0))
"""
"""Whether somebody has said that it is right so, of what inventory has told by now."""
WAITS = f"{DIFFERS} AND NOT {SEEN}"
"""Whether somebody has to look in what it differs."""


def goods_in(goods: Iterable[dict[str, Any]]) -> tuple[Goods, ...]:
    """What a column holds."""
    return tuple(Goods(**each) for each in goods)


def save_told(writes: Writes, facts: Iterable[GoodsReceived]) -> None:
    """Keep what inventory told of receipts; their rows are there and locked."""
    rows = [
        {
            "id": each.receipt_id,
            "version": each.version,
            "goods": [line.model_dump() for line in each.lines],
            "on_day": each.on,
        }
        for each in facts
    ]
    writes.change(GOODS_TOLD, rows)


class Told(NamedTuple):
    """What inventory told last of a receipt, in which version; 0 and None if it told of none."""

    version: int = 0
    goods: tuple[Goods, ...] | None = None


async def told(session: AsyncSession, receipt_id: UUID) -> Told:
    """What inventory told last of a receipt."""
    row = GOODS_TOLD.c
    found = (await session.execute(select(row.version, row.goods).where(row.id == receipt_id))).one_or_none()
    return Told(found.version, goods_in(found.goods)) if found else Told()


async def see(unit: Unit, gift_id: UUID, version: int, note: str) -> None:
    """Keep that it is right so, of what inventory told in this version."""
    new = {"version": version, "note": note, "actor": unit.actor.id, "on_day": unit.today}
    adding = insert(GOODS_SEEN).values(id=gift_id, **new)
    await unit.session.execute(adding.on_conflict_do_update(index_elements=["id"], set_=new))


def gift_in(row: RowMapping) -> GiftInKind:
    """What a row holds."""
    names = ("id", "receipt_id", "received_on", "donor_id", "entry_id", "note", "undone")
    value = None if row["value"] is None else Money(row["value"], row["currency"])
    return GiftInKind(**{name: row[name] for name in names}, goods=goods_in(row["goods"]), value=value)


async def lock(session: AsyncSession, gift_id: UUID) -> GiftInKind | None:
    """A gift in kind, locked; None if there is none of this id."""
    row = await locked(session, GIFT_IN_KIND, gift_id)
    return gift_in(row) if row else None


async def add(unit: Unit, gift: GiftInKind) -> bool:
    """Keep a new one; False if its receipt is acknowledged already."""
    values: dict[str, Any] = {
        "id": gift.id,
        "receipt_id": gift.receipt_id,
        "donor_id": gift.donor_id,
        "received_on": gift.received_on,
        "goods": [vars(each) for each in gift.goods],
        "actor": unit.actor.id,
        "acknowledged_on": unit.today,
    }
    adding = insert(GIFT_IN_KIND).values(**values)
    adding = adding.on_conflict_do_nothing(index_elements=["receipt_id"], index_where=text("NOT undone"))
    return await unit.session.scalar(adding.returning(GIFT_IN_KIND.c.id)) is not None


def save(unit: Unit, gift: GiftInKind) -> None:
    """Write the value of a locked one, and whether it was a mistake."""
    value = {
        "value": gift.value.minor if gift.value else None,
        "currency": gift.value.currency if gift.value else None,
        "entry_id": gift.entry_id,
        "note": gift.note,
    }
    unit.writes.change(GIFT_IN_KIND, [{"id": gift.id, **value, "undone": gift.undone}])
