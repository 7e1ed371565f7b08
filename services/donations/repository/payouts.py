"""Parts of grants that were paid, and money that came back of them. Whoever changes one holds the grant's fund."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.payouts import FIELD
from services.donations.tables import GRANT, PAYOUT
from shared.messaging.unit import Unit

_COUNTS = text("NOT undone")
_ROW = PAYOUT.c


async def add(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Keep a payout under its reference, once; False for a reference that is known in its place."""
    adding = insert(PAYOUT).values(row)
    adding = adding.on_conflict_do_nothing(index_elements=["place", "reference"], index_where=_COUNTS)
    return await session.scalar(adding.returning(_ROW.id)) is not None


async def find(session: AsyncSession, grant_id: UUID, payout_id: UUID) -> RowMapping | None:
    """A payout of this grant; None if there is none of this id."""
    query = select(PAYOUT).where(_ROW.id == payout_id, _ROW.grant_id == grant_id)
    found: RowMapping | None = (await session.execute(query)).mappings().one_or_none()
    return found


async def paid_in(session: AsyncSession, grant_id: UUID, place: str) -> int:
    """What was paid of a grant in a place, less what came back there."""
    query = select(func.coalesce(func.sum(_ROW.amount), 0))
    query = query.where(_ROW.grant_id == grant_id, _ROW.place == place, _ROW.undone.is_(False))
    return int(await session.scalar(query) or 0)


_LACKS = (
    _ROW.amount > 0,
    _ROW.undone.is_(False),
    _ROW.place != FIELD,
    _ROW.receipt == "",
    _ROW.no_receipt == "",
)


async def without_receipt(session: AsyncSession, grant_id: UUID | None = None) -> Sequence[RowMapping]:
    """Payments of a grant, or of any, of which nobody has written down the receipt, nor why there is none; with the
    grant's currency, the oldest 500.
    """
    query = select(PAYOUT, GRANT.c.currency).join(GRANT, GRANT.c.id == _ROW.grant_id).where(*_LACKS)
    if grant_id:
        query = query.where(_ROW.grant_id == grant_id)
    found: Sequence[RowMapping] = (await session.execute(query.order_by(_ROW.id).limit(500))).mappings().all()
    return found


def keep_receipt(unit: Unit, payout_id: UUID, receipt: str, no_receipt: str = "") -> None:
    """The receipt of a payment, by its number, or why there is none."""
    unit.writes.change(PAYOUT, [{"id": payout_id, "receipt": receipt, "no_receipt": no_receipt}])


def undo(unit: Unit, payout_id: UUID) -> None:
    """A payout was a mistake."""
    unit.writes.change(PAYOUT, [{"id": payout_id, "undone": True}])
