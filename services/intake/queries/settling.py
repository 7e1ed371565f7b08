"""Requests to settle, with what became of each wish."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import repository
from services.intake.domain.settling import Settlement
from services.intake.repository.settlements import TOLD_BY
from services.intake.tables import SETTLEMENT


@dataclass
class Shown:
    """A request, the wishes that are answered, and the newest words about each wish."""

    settlement: Settlement
    answered: frozenset[str]
    words: dict[str, list[str]] = field(default_factory=dict)


async def settlements(session: AsyncSession, household_id: UUID) -> list[Shown]:
    """All requests of a household, the oldest first."""
    query = select(SETTLEMENT).where(SETTLEMENT.c.household_id == household_id).order_by(SETTLEMENT.c.id)
    found = [repository.settlement_in(row) for row in (await session.execute(query)).mappings()]
    ids = [each.id for each in found]
    answered = await repository.answers(session, ids)
    shown = {each.id: Shown(each, frozenset(answered.get(each.id, ())) & each.wishes) for each in found}
    for wish, (table, column) in TOLD_BY.items():
        words = (
            select(column, table.c.summary).where(column.in_(ids), table.c.version > 0).order_by(table.c.id)
        )
        for request_id, summary in await session.execute(words):
            shown[request_id].words.setdefault(wish, []).append(summary)
    return list(shown.values())
