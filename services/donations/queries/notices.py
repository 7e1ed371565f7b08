"""What PayPal told and lists, without what it said: notices, and how rows of its list were found."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.queries.rows import given, rows
from services.donations.tables import FINDING, NOTICE


@dataclass(frozen=True)
class NoticeFilter:
    """Which notices; None takes all."""

    outcome: str | None = None
    way: str | None = None
    transaction_id: str | None = None


async def notices(
    session: AsyncSession, which: NoticeFilter, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Notices of PayPal's without what they said, in the order in which they came."""
    row = NOTICE.c
    wanted = [
        None if which.outcome is None else row.outcome == which.outcome,
        None if which.way is None else row.way == which.way,
        None if which.transaction_id is None else row.transaction_id == which.transaction_id,
        None if after is None else row.id > after,
    ]
    return await rows(session, select(NOTICE).where(*given(wanted)).order_by(row.id).limit(limit))


async def findings(session: AsyncSession, status: str | None) -> Sequence[RowMapping]:
    """How rows of the transaction list were found when they were compared last; the newest 500 of one status, or of all
    that did not match.
    """
    row = FINDING.c
    wanted = row.status != "matched" if status is None else row.status == status
    query = select(FINDING).where(wanted).order_by(row.happened_on.desc(), row.transaction_id)
    return await rows(session, query.limit(500))
