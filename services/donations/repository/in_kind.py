"""Gifts in kind."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.in_kind import GiftInKind, Goods
from services.donations.domain.money import Money
from services.donations.repository.locking import locked
from services.donations.tables import GIFT_IN_KIND
from shared.messaging.unit import Unit


def gift_in(row: RowMapping) -> GiftInKind:
    """What a row holds."""
    names = ("id", "receipt_id", "received_on", "donor_id", "entry_id", "note", "undone")
    value = None if row["value"] is None else Money(row["value"], row["currency"])
    goods = tuple(Goods(**each) for each in row["goods"])
    return GiftInKind(**{name: row[name] for name in names}, goods=goods, value=value)


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
