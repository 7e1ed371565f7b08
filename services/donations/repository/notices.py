"""Notices that a provider sent, without what they said."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.notices import Became
from services.donations.repository.locking import locked
from services.donations.tables import NOTICE
from shared.database.writes import Writes

COLUMNS = ("id", "transmission_id", "way", "received_at", "digest", "outcome", "event_id", "again")

_ADD = text("""
    INSERT INTO notice (id, transmission_id, way, received_at, digest, outcome, event_id, again)
    SELECT * FROM unnest(:id, :transmission_id, :way, :received_at, :digest, :outcome, :event_id, :again)
    ON CONFLICT DO NOTHING RETURNING transmission_id
""").bindparams(*(bindparam(name, type_=ARRAY(NOTICE.c[name].type)) for name in COLUMNS))
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Added:
    """By their transmissions: notices that were `known`, as they are kept; and those whose event came `again`, with the
    bytes that another transmission of it had.
    """

    known: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    again: Collection[str] = ()


async def add(session: AsyncSession, rows: Collection[Mapping[str, Any]]) -> Added:
    """Keep notices; what is known of their transmissions and events already. Two that come at once wait for each other.

    The rows name the `COLUMNS`, and no transmission twice.
    """
    # By events first, since that is where two units meet under different transmissions.
    in_order = sorted(
        rows, key=lambda each: (each["event_id"] or "", each["digest"], each["transmission_id"])
    )
    left = await _not_added(session, in_order)
    if not left:
        return Added()
    known = await _known(session, left)
    later = [{**each, "again": True} for each in left if each["transmission_id"] not in known]
    # Of these somebody may have kept the same transmission meanwhile.
    left = await _not_added(session, later)
    known |= await _known(session, left)
    return Added(known, {each["transmission_id"] for each in later} - known.keys())


async def _not_added(session: AsyncSession, rows: Rows) -> Rows:
    if not rows:
        return []
    added = set(await session.scalars(_ADD, {name: [each[name] for each in rows] for name in COLUMNS}))
    return [each for each in rows if each["transmission_id"] not in added]


async def _known(session: AsyncSession, rows: Rows) -> dict[str, dict[str, Any]]:
    if not rows:
        return {}
    query = select(NOTICE).where(NOTICE.c.transmission_id.in_([each["transmission_id"] for each in rows]))
    return {each["transmission_id"]: {**each} for each in (await session.execute(query)).mappings()}


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
