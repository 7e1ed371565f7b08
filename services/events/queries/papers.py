"""Papers of gatherings, and topics that cases of advocacy offer."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.tables import PAPER

_TOPICS = text("""
    SELECT topic, count(*) AS cases FROM advocacy_case, unnest(topics) topic
    WHERE version > 0 AND status <> 'closed' GROUP BY 1 ORDER BY 2 DESC, 1
""")


async def papers(session: AsyncSession, gathering_id: UUID) -> Sequence[RowMapping]:
    """What was handed in for a gathering, the first one first."""
    query = select(PAPER).where(PAPER.c.gathering_id == gathering_id).order_by(PAPER.c.id).limit(1000)
    return (await session.execute(query)).mappings().all()


async def topics(session: AsyncSession) -> Sequence[RowMapping]:
    """Topics of cases that are not closed, and of how many."""
    return (await session.execute(_TOPICS)).mappings().all()
