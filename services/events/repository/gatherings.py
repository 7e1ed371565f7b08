"""Gatherings, and what was decided on them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.domain.gatherings import Deadlines, Gathering, Language, Safety, Times
from services.events.tables import GATHERING, GATHERING_STEP
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit


def gathering_in(row: RowMapping) -> Gathering:
    """A row as the rules see it."""
    return Gathering(
        id=row["id"],
        code=row["code"],
        kind=row["kind"],
        safety=Safety(row["safety"]),
        times=Times(row["zone"], row["starts_at"], row["ends_at"], row["closes_at"]),
        seats=row["seats"],
        languages=tuple(Language(**each) for each in row["languages"]),
        topics=frozenset(row["topics"]),
        deadlines=Deadlines(row["papers_due_on"], row["translation_due_on"]),
        smaller_may_pass=row["smaller_may_pass"],
        status=GatheringStatus(row["status"]),
        version=row["version"],
        plan_version=row["plan_version"],
        taken=row["taken"],
        waiting=row["waiting"],
        arrivals=row["arrivals"],
        confirm_until=row["confirm_until"],
        untold=row["untold"],
    )


def _row(gathering: Gathering) -> dict[str, Any]:
    return {
        "id": gathering.id,
        "version": gathering.version,
        "plan_version": gathering.plan_version,
        "code": gathering.code,
        "kind": gathering.kind,
        "status": gathering.status.value,
        "safety": gathering.safety.value,
        **asdict(gathering.times),
        "starts_on": gathering.times.starts_on,
        "languages": [asdict(each) for each in gathering.languages],
        "topics": sorted(gathering.topics),
        "seats": gathering.seats,
        "taken": gathering.taken,
        "waiting": gathering.waiting,
        "arrivals": gathering.arrivals,
        "smaller_may_pass": gathering.smaller_may_pass,
        "papers_due_on": gathering.deadlines.papers,
        "translation_due_on": gathering.deadlines.translation,
        "confirm_until": gathering.confirm_until,
        "untold": gathering.untold,
    }


FOLLOW = "follow_gatherings"
"""The timer that has slots and needs for helpers follow what was decided on gatherings."""


def add(unit: Unit, gathering: Gathering) -> None:
    """Keep a new gathering."""
    unit.writes.insert(GATHERING, [{**_row(gathering), "actor": unit.actor.id}])


def save(unit: Unit, gathering: Gathering) -> None:
    """Give a locked gathering new values."""
    unit.writes.change(GATHERING, [_row(gathering)])


async def find(session: AsyncSession, gathering_id: UUID) -> Gathering | None:
    """A gathering as it is now, not locked."""
    query = select(GATHERING).where(GATHERING.c.id == gathering_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return gathering_in(row) if row else None


async def lock(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Gathering]:
    """Gatherings, locked in the order of their ids; those that there are. Rows that refer to one may be written."""
    query = select(GATHERING).where(GATHERING.c.id.in_(ids)).order_by(GATHERING.c.id)
    found = await session.execute(query.with_for_update(key_share=True))
    return {row["id"]: gathering_in(row) for row in found.mappings()}


async def lock_untold(session: AsyncSession) -> Sequence[Gathering]:
    """Gatherings that the others are to be told of, locked in the order of their ids."""
    query = select(GATHERING).where(GATHERING.c.untold).order_by(GATHERING.c.id)
    found = await session.execute(query.with_for_update(key_share=True))
    return [gathering_in(row) for row in found.mappings()]


async def untold(session: AsyncSession) -> int:
    """How many gatherings the others are to be told of."""
    query = select(func.count()).select_from(GATHERING).where(GATHERING.c.untold)
    return int(await session.scalar(query) or 0)


def add_step(unit: Unit, gathering: Gathering, step: str, note: str | None = None) -> None:
    """Keep what was decided on a gathering, by whom, and why; whoever depends on it looks at it soon."""
    unit.remind(FOLLOW)
    row = {"id": uuid7(), "gathering_id": gathering.id, "step": step, "on_day": unit.today, "at": unit.now}
    unit.writes.insert(GATHERING_STEP, [{**row, "actor": unit.actor.id, "note": note}])
