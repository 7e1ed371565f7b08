"""Requests to settle, and what other services told of their wishes."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.settling import ANSWERED, Settlement
from services.intake.tables import GRANT_TOLD, HELP_TOLD, LESSON_TOLD, SETTLEMENT
from shared.contracts.intake import SettlementWish
from shared.database.writes import Writes

_ROW = SETTLEMENT.c
OPEN = _ROW.withdrawn_on.is_(None) & _ROW.ended_on.is_(None)
"""A request that is not over."""
TOLD_BY: dict[str, tuple[Table, Any]] = {
    SettlementWish.GRANT: (GRANT_TOLD, GRANT_TOLD.c.id),
    SettlementWish.LESSONS: (LESSON_TOLD, LESSON_TOLD.c.request_id),
    SettlementWish.HELPER: (HELP_TOLD, HELP_TOLD.c.request_id),
}
"""Where it stands what became of a wish, and by which column that is found from the request's id."""


def settlement_in(row: RowMapping) -> Settlement:
    """What a row holds."""
    members = tuple(UUID(each) for each in row["member_ids"])
    sets = {"wishes": frozenset(row["wishes"]), "member_ids": members, "languages": tuple(row["languages"])}
    return Settlement(**{**row, **sets})


async def find_settlement(session: AsyncSession, request_id: UUID) -> Settlement | None:
    """A request; whoever changes it has locked its household."""
    row = (await session.execute(select(SETTLEMENT).where(_ROW.id == request_id))).mappings().one_or_none()
    return settlement_in(row) if row else None


async def open_settlements(session: AsyncSession, household_id: UUID) -> list[Settlement]:
    """Requests of a household that are not over, the oldest first."""
    query = select(SETTLEMENT).where(_ROW.household_id == household_id, OPEN).order_by(_ROW.id)
    return [settlement_in(row) for row in (await session.execute(query)).mappings()]


async def lock_settlements(session: AsyncSession, ids: Collection[UUID]) -> list[Settlement]:
    """Those of these requests that there are, locked in the order of their ids."""
    query = select(SETTLEMENT).where(_ROW.id.in_(list(ids))).order_by(_ROW.id)
    found = await session.execute(query.with_for_update(key_share=True)) if ids else None
    return [settlement_in(row) for row in found.mappings()] if found else []


async def lock_open_settlements(session: AsyncSession, households: Collection[UUID]) -> list[Settlement]:
    """Requests of these households that are not over, locked in the order of their ids, as whoever tells of their
    answers locks them.
    """
    mine = select(SETTLEMENT).where(_ROW.household_id.in_(list(households)), OPEN).order_by(_ROW.id)
    found = await session.execute(mine.with_for_update(key_share=True)) if households else None
    return [settlement_in(row) for row in found.mappings()] if found else []


def insert_settlement(writes: Writes, settlement: Settlement) -> None:
    writes.insert(SETTLEMENT, [_values(settlement)])


def save_settlements(writes: Writes, settlements: Iterable[Settlement]) -> None:
    """Write requests whose household, or which themselves, are locked."""
    writes.change(SETTLEMENT, [_values(each) for each in settlements])


def _values(settlement: Settlement) -> dict[str, Any]:
    lists = {
        "member_ids": [str(each) for each in settlement.member_ids],
        "languages": list(settlement.languages),
    }
    return {**vars(settlement), **lists, "wishes": sorted(settlement.wishes)}


async def answers(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Which wishes of these requests are answered, by what was told last; with none, a request is not named.

    Of lessons, everybody has to have an answer of whom something was told.
    """
    told: dict[tuple[UUID, str], list[str]] = defaultdict(list)
    for wish, (table, column) in TOLD_BY.items():
        query = select(column, table.c.status).where(column.in_(list(ids)), table.c.version > 0)
        for request_id, status in await session.execute(query):
            told[request_id, wish].append(status)
    found: dict[UUID, set[str]] = defaultdict(set)
    for (request_id, wish), statuses in told.items():
        if ANSWERED[wish].issuperset(statuses):
            found[request_id].add(wish)
    return found
