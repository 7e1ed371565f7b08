"""PayPal's notices as they came: sealed when they are written, opened when they are read."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, delete, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import NOTICE_BODY
from shared.database.writes import Writes
from shared.security.sealing import HEAD_BYTES, Altered, Seal, UnknownKey

SOME = 100
"""So many notices are read at a time."""


@dataclass(frozen=True)
class Sealed:
    """How many notices have their bytes here; of these, how many need a key that is not there, and how many do not open
    with the key that they name.
    """

    kept: int = 0
    keyless: int = 0
    altered: int = 0


def write_notice(writes: Writes, seal: Seal, notice_id: UUID, body: bytes) -> None:
    """Keep the bytes of a notice, sealed and bound to its id."""
    writes.insert(NOTICE_BODY, [{"notice_id": notice_id, "body": seal.seal(body, _place(notice_id))}])


def reduce_notice(writes: Writes, seal: Seal, notice_id: UUID, less: bytes) -> None:
    """Keep less of a notice than came, sealed in the same way."""
    writes.change(NOTICE_BODY, [{"notice_id": notice_id, "body": seal.seal(less, _place(notice_id))}])


async def read_notice(session: AsyncSession, seal: Seal, notice_id: UUID) -> bytes:
    """The bytes of a notice that is kept. Raises UnknownKey or Altered if they do not open."""
    found = await session.execute(select(NOTICE_BODY.c.body).where(NOTICE_BODY.c.notice_id == notice_id))
    return seal.open(found.scalar_one(), _place(notice_id))


def _place(notice_id: UUID) -> bytes:
    """What a notice's bytes are bound to, so that those of another notice do not open in its row."""
    return b"notice_body " + notice_id.bytes


async def sealed_notices(session: AsyncSession, seal: Seal) -> Sealed:
    """Open each notice that is kept, some at a time, and keep nothing of what it says."""
    query = select(NOTICE_BODY.c.notice_id, NOTICE_BODY.c.body).execution_options(yield_per=SOME)
    kept = keyless = altered = 0
    async for notice_id, body in await session.stream(query):
        kept += 1
        try:
            seal.open(body, _place(notice_id))
        except UnknownKey:
            keyless += 1
        except Altered:
            altered += 1
    return Sealed(kept, keyless, altered)


async def seal_notices_anew(session: AsyncSession, seal: Seal, most: int) -> tuple[int, int]:
    """Seal notices with the newer of two keys that the older one sealed: how many of at most so many could be, and how
    many the older one still seals after that. What does not open stays as it is.
    """
    row = NOTICE_BODY.c
    older = func.substring(row.body, 1, HEAD_BYTES, type_=LargeBinary).in_(seal.older)
    query = select(NOTICE_BODY).where(older).order_by(row.notice_id).limit(most)
    # Whoever forgets notices at the same time takes them in another order, so this waits for nobody.
    query = query.with_for_update(skip_locked=True)
    done = []
    for notice_id, body in (await session.execute(query)).all():
        with suppress(Altered):
            place = _place(notice_id)
            done.append({"notice": notice_id, "sealed": seal.seal(seal.open(body, place), place)})
    if done:
        change = update(NOTICE_BODY).where(row.notice_id == bindparam("notice"))
        await (await session.connection()).execute(change.values(body=bindparam("sealed")), done)
    left = await session.scalar(select(func.count()).select_from(NOTICE_BODY).where(older))
    return len(done), int(left or 0)


_FORGET = text("""
    DELETE FROM notice_body USING notice
    WHERE notice.id = notice_body.notice_id AND notice.transaction_id = :transaction AND notice.outcome <> 'asked'
""")


async def forget_notices_of(session: AsyncSession, transaction_id: str) -> None:
    """Keep no bytes of the notices that speak of a payment: what has to be kept of it is booked."""
    await session.execute(_FORGET, {"transaction": transaction_id})


async def forget_notice(session: AsyncSession, notice_id: UUID) -> None:
    """Keep the bytes of a notice no longer."""
    await session.execute(delete(NOTICE_BODY).where(NOTICE_BODY.c.notice_id == notice_id))


_FORGET_OLD = text("""
    DELETE FROM notice_body WHERE notice_id IN (
        SELECT notice_body.notice_id FROM notice_body JOIN notice ON notice.id = notice_body.notice_id
        WHERE notice.received_at < :before AND notice.outcome <> 'asked'
        ORDER BY 1 LIMIT :most FOR UPDATE OF notice_body SKIP LOCKED
    ) RETURNING notice_id
""")
_OLDER = text("""
    SELECT count(*) FROM notice_body JOIN notice ON notice.id = notice_body.notice_id WHERE received_at < :before
""")


async def forget_notices_before(session: AsyncSession, before: datetime, most: int) -> int:
    """Keep no bytes of notices that came before a moment, at most so many; returns how many went.

    Those that PayPal has not judged stay: nothing of them is booked yet.
    """
    return len((await session.execute(_FORGET_OLD, {"before": before, "most": most})).all())


async def notices_before(session: AsyncSession, before: datetime) -> int:
    """How many notices that came before a moment have their bytes here."""
    return int(await session.scalar(_OLDER, {"before": before}) or 0)
