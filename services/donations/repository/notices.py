"""Notices that a provider sent, without what they said."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.notices import Became
from services.donations.tables import NOTICE
from shared.database.writes import Writes


async def add(session: AsyncSession, values: Mapping[str, Any]) -> RowMapping | None:
    """Keep a notice; the one that is there if its transmission is known. Two that come at once wait for each other."""
    row = NOTICE.c
    adding = insert(NOTICE).values(**values).on_conflict_do_nothing().returning(row.id)
    if await session.scalar(adding) is not None:
        return None
    query = select(NOTICE).where(row.transmission_id == values["transmission_id"])
    return (await session.execute(query)).mappings().one()


async def lock(session: AsyncSession, notice_id: UUID) -> RowMapping | None:
    """A notice, locked; None if there is none."""
    query = select(NOTICE).where(NOTICE.c.id == notice_id).with_for_update()
    return (await session.execute(query)).mappings().one_or_none()


async def asked(session: AsyncSession) -> int:
    """How many notices PayPal has not judged yet."""
    query = select(func.count()).where(NOTICE.c.outcome == Became.ASKED.value)
    return int(await session.scalar(query) or 0)


async def remove(session: AsyncSession, notice_id: UUID) -> None:
    """Keep a notice no longer; its bytes are gone already."""
    await session.execute(delete(NOTICE).where(NOTICE.c.id == notice_id))


def settle(writes: Writes, notice_id: UUID, event_type: str, became: Became, payment: str | None) -> None:
    """What became of a notice, and of which payment it speaks."""
    values = {"event_type": event_type, "outcome": became.value, "transaction_id": payment}
    writes.change(NOTICE, [{"id": notice_id, **values}])
