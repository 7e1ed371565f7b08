"""Notices that a provider sent, without what they said."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.notices import Became
from services.donations.repository.locking import locked
from services.donations.tables import NOTICE
from shared.database.writes import Writes

COLUMNS = ("id", "transmission_id", "way", "received_at", "digest", "outcome")

_ADD = text("""
    INSERT INTO notice (id, transmission_id, way, received_at, digest, outcome)
    SELECT * FROM unnest(:id, :transmission_id, :way, :received_at, :digest, :outcome) ON CONFLICT DO NOTHING
    RETURNING transmission_id
""").bindparams(*(bindparam(name, type_=ARRAY(NOTICE.c[name].type)) for name in COLUMNS))


async def add(session: AsyncSession, rows: Collection[Mapping[str, Any]]) -> Mapping[str, dict[str, Any]]:
    """Keep notices; those that are there of the ones whose transmission is known. Two that come at once wait for each
    other. The rows name the `COLUMNS`, and no transmission twice.
    """
    in_order = sorted(rows, key=lambda each: str(each["transmission_id"]))
    added = set(await session.scalars(_ADD, {name: [each[name] for each in in_order] for name in COLUMNS}))
    row, known = NOTICE.c, {each["transmission_id"] for each in rows} - added
    query = select(NOTICE).where(row.transmission_id.in_(sorted(known)))
    found = (await session.execute(query)).mappings() if known else ()
    return {each["transmission_id"]: {**each} for each in found}


async def lock(session: AsyncSession, notice_id: UUID) -> RowMapping | None:
    """A notice, locked; None if there is none."""
    return await locked(session, NOTICE, notice_id)


async def asked(session: AsyncSession) -> int:
    """How many notices PayPal has not judged yet."""
    query = select(func.count()).where(NOTICE.c.outcome == Became.ASKED.value)
    return int(await session.scalar(query) or 0)


async def remove(session: AsyncSession, notice_id: UUID) -> None:
    """Keep a notice no longer; its bytes are gone already."""
    await session.execute(delete(NOTICE).where(NOTICE.c.id == notice_id))


@dataclass(frozen=True)
class Settled:
    """What became of a notice, and of which payment and refund it speaks."""

    became: Became
    payment: str | None = None
    refund: str | None = None


def settle(writes: Writes, notice_id: UUID, event_type: str, settled: Settled) -> None:
    """Keep what became of a notice."""
    values = {"event_type": event_type, "outcome": settled.became.value}
    about = {"transaction_id": settled.payment, "refund_id": settled.refund}
    writes.change(NOTICE, [{"id": notice_id, **values, **about}])


async def found(session: AsyncSession, refund_id: str, payment: str, became: Became) -> None:
    """Somebody has told of which payment a refund is, or it is booked: so notices of it that wait are settled."""
    row = NOTICE.c
    mine = (row.refund_id == refund_id, row.outcome == Became.WAITING.value)
    await session.execute(update(NOTICE).where(*mine).values(transaction_id=payment, outcome=became.value))


async def see(session: AsyncSession, notice_id: UUID, actor: str) -> bool:
    """Somebody has looked at a notice; False if nobody had to."""
    mine = (NOTICE.c.id == notice_id, NOTICE.c.outcome == Became.LOOK.value)
    seeing = update(NOTICE).where(*mine).values(outcome=Became.SEEN.value, actor=actor)
    return await session.scalar(seeing.returning(NOTICE.c.id)) is not None
