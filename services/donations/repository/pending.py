"""Payments that a provider said are pending, or denied."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Boolean, case, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import PENDING_PAYMENT

_KEY = ("provider", "transaction_id")


async def keep(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what was said of payments; of one that is known what was so later, and that it was denied once it was."""
    for each in sorted(rows, key=lambda row: tuple(row[name] for name in _KEY)):
        adding = insert(PENDING_PAYMENT).values(each)
        new, known = adding.excluded, PENDING_PAYMENT.c
        later = new.as_of > known.as_of
        values = {
            name: case((later, new[name]), else_=known[name])
            for name in ("currency", "amount", "reason", "as_of")
        }
        over = or_(known.denied, new.denied).cast(Boolean)
        changed = adding.on_conflict_do_update(index_elements=_KEY, set_={**values, "denied": over})
        await session.execute(changed)
