"""Decisions about money for another purpose."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.ledger import Account
from services.donations.repository.locking import locked
from services.donations.tables import DECISION
from shared.messaging.unit import Unit

# Ids are in the order of time; an entry of no decision gives back what was covered.
_CAME_BACK = text("""
    SELECT EXISTS (SELECT FROM posting JOIN entry ON entry.id = posting.entry_id
    WHERE posting.account = :account AND entry.kind = 'covered' AND entry.document_id IS NULL AND entry.id > :since)
""")


def add(unit: Unit, values: Mapping[str, Any]) -> None:
    """Keep a new decision."""
    unit.writes.insert(DECISION, [{**values, "actor": unit.actor.id}])


async def lock(session: AsyncSession, decision_id: UUID) -> RowMapping | None:
    """A decision, locked; None if there is none of this id."""
    return await locked(session, DECISION, decision_id)


def back_of(loan: UUID | ColumnElement[UUID]) -> Select[int]:
    """The query for how much of a loan was paid back, in minor units."""
    row = DECISION.alias("back").c
    return select(func.coalesce(func.sum(row.amount), 0)).where(row.pays_back == loan, ~row.undone)


async def paid_back(session: AsyncSession, loan: UUID) -> int:
    """How much of a locked loan was paid back, in minor units."""
    return int(await session.scalar(back_of(loan)) or 0)


def undo(unit: Unit, decision_id: UUID) -> None:
    """A locked decision was a mistake."""
    unit.writes.change(DECISION, [{"id": decision_id, "undone": True, "actor": unit.actor.id}])


async def came_back_since(session: AsyncSession, uncovered: Account, entry_id: UUID) -> bool:
    """Whether money came back to a locked fund after an entry, because more was covered than it lost in the end."""
    return bool(await session.scalar(_CAME_BACK, {"account": uncovered.code, "since": entry_id}))
