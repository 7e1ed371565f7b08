"""Needs for helpers, appeals where nobody fits, and the desk.

Whoever changes a volunteer, a need or who has it (`assignments.py`) takes the desk first: one at a time asks for
helpers, finds them, or changes them. There are few such changes, and each may concern many rows of all three.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.helping import Need
from services.events.domain.languages import Wanted
from services.events.domain.needs import PAST, Ended, KeptNeed, Source, Stand
from services.events.domain.teams import Span
from services.events.tables import HELPER_APPEAL, NEED
from shared.contracts.events import HelpStatus
from shared.database.writes import Writes

MATCH = "match_helpers"
"""The timer that looks for helpers soon after somebody is wanted or has time."""


SETTLE = "settle_helpers"
"""The timer that frees soon whoever may no longer be asked."""


async def take_desk(session: AsyncSession) -> None:
    """Wait until nobody else changes volunteers, needs or assignments; nobody else does until the unit ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("helping"))))


class Said(NamedTuple):
    """What was said last of a need."""

    status: str
    wanted: int
    found: int
    reason: str


def kept_in(row: RowMapping) -> KeptNeed:
    """A row as the rules see it, without its team."""
    time = Span(row["starts_at"], row["ends_at"]) if row["starts_at"] else None
    need = Need(
        id=row["id"],
        task=row["task"],
        languages=tuple(Wanted(**each) for each in row["languages"]),
        people=row["people"],
        starts_on=row["starts_on"],
        time=time,
        **{name: row[name] for name in _SAME},
    )
    return KeptNeed(
        need,
        Source(row["source"]),
        ended=Ended(row["ended"]),
        **{name: row[name] for name in _OF_KEPT},
    )


_SAME = ("ends_on", "any_of", "mode", "region", "online", "gender", "household_id")
_OF_KEPT = ("version", "request_id", "household_version", "gathering_id", "lacking", "said")


def need_row(kept: KeptNeed) -> dict[str, Any]:
    """What is kept of a need, but how it stands."""
    need = kept.need
    return {
        "id": need.id,
        "source": kept.source.value,
        "task": need.task,
        "languages": [asdict(each) for each in need.languages],
        "people": need.people,
        "starts_on": need.starts_on,
        "starts_at": need.time.start if need.time else None,
        "ends_at": need.time.end if need.time else None,
        "ended": kept.ended.value,
        **{name: getattr(need, name) for name in _SAME},
        **{name: getattr(kept, name) for name in _OF_KEPT},
    }


def save_needs(writes: Writes, needs: Iterable[KeptNeed]) -> None:
    """Write needs whose rows are there."""
    writes.change(NEED, [need_row(each) for each in needs])


def add_needs(writes: Writes, needs: Iterable[tuple[str | None, KeptNeed]]) -> None:
    """New needs, each with its part of a gathering."""
    writes.insert(NEED, [{**need_row(each), "part": part} for part, each in needs])


async def needs(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, tuple[KeptNeed, Said]]:
    """Needs that were asked for, and what was said of each last."""
    query = select(NEED).where(NEED.c.id.in_(ids), NEED.c.source != "").order_by(NEED.c.id)
    return {row["id"]: _with_said(row) for row in (await session.execute(query)).mappings()}


def _with_said(row: RowMapping) -> tuple[KeptNeed, Said]:
    return kept_in(row), Said(row["status"], row["wanted"], row["found"], row["reason"])


def save_stand(writes: Writes, kept: KeptNeed, stands: Stand) -> None:
    """How a need stands now, which is said in this version."""
    row = {"id": kept.need.id, "said": kept.said, "lacking": kept.lacking, **stands._asdict()}
    writes.change(NEED, [{**row, "status": stands.status.value}])


def save_lacking(writes: Writes, found: Mapping[UUID, str]) -> None:
    writes.change(NEED, [{"id": key, "lacking": lacking} for key, lacking in found.items()])


_SHORT = (HelpStatus.OPEN.value, HelpStatus.OFFERED.value, HelpStatus.UNMET.value)


async def short(session: AsyncSession, today: date) -> list[UUID]:
    """The needs for which people are missing, but those of days that are over."""
    row = NEED.c
    query = select(row.id).where(row.status.in_(_SHORT), row.ended == "")
    return list(await session.scalars(query.where(func.coalesce(row.ends_on, today) >= today)))


async def over_today(session: AsyncSession, today: date) -> list[UUID]:
    """The needs whose last day is over and for which people are missing, if that was not said yet."""
    row = NEED.c
    query = select(row.id).where(row.status.in_(_SHORT), row.ends_on < today, row.reason != PAST)
    return list(await session.scalars(query))


async def of_households(session: AsyncSession, ids: Collection[UUID]) -> list[UUID]:
    """The needs of these households that are not over."""
    row = NEED.c
    query = select(row.id).where(row.household_id.in_(ids), row.ended == "", row.source != "")
    return list(await session.scalars(query))


async def of_gatherings(session: AsyncSession) -> dict[tuple[UUID, str], KeptNeed]:
    """The needs of gatherings, by gathering and part."""
    query = select(NEED).where(NEED.c.source == Source.GATHERING.value)
    found = (await session.execute(query)).mappings()
    return {(row["gathering_id"], row["part"]): kept_in(row) for row in found}


async def open_appeals(session: AsyncSession, needs: Collection[UUID]) -> dict[UUID, RowMapping]:
    """The appeals for helpers that are open for these needs."""
    row = HELPER_APPEAL.c
    query = select(HELPER_APPEAL).where(row.need_id.in_(needs), row.closed_on.is_(None))
    return {each["need_id"]: each for each in (await session.execute(query)).mappings()}
