"""Volunteers, needs for helpers, and who has which.

Whoever changes one of them takes the desk first: one at a time asks for helpers, finds them, or changes them. There are
few such changes, and each may concern many rows of all three.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.domain.helping import Need, Volunteer
from services.events.domain.languages import Wanted
from services.events.domain.needs import (
    DECLINED,
    OPEN,
    PAST,
    AssignmentState,
    Ended,
    KeptNeed,
    Source,
    Stand,
)
from services.events.domain.news import News
from services.events.domain.teams import Span
from services.events.domain.terms import key_of
from services.events.tables import ASSIGNMENT, HELPER_APPEAL, NEED
from shared.contracts.events import HelpStatus
from shared.database.writes import Writes

MATCH = "match_helpers"
"""The timer that looks for helpers soon after somebody is wanted or has time."""


SETTLE = "settle_helpers"
"""The timer that frees soon whoever may no longer be asked."""


async def take_desk(session: AsyncSession) -> None:
    """Wait until nobody else changes volunteers, needs or assignments; nobody else does until the unit ends."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext("helping"))))


class Assignment(NamedTuple):
    """Who was asked for what, and how it stands."""

    id: UUID
    need_id: UUID
    volunteer_id: UUID
    state: AssignmentState
    despite: frozenset[str]
    ends_on: date | None
    news: News
    reason: str
    declined: str

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def agreed(self) -> bool:
        """To the task as it is, or as it was before they were asked anew."""
        return self.state is AssignmentState.ACCEPTED or self.news is News.ASKED_ANEW

    def declines(self, need: Need) -> bool:
        """Whether they do not do the need as it is now, or ever."""
        return self.state in DECLINED and self.declined in ("", key_of(need))


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


def _assignment_in(row: RowMapping) -> Assignment:
    return Assignment(
        row["id"],
        row["need_id"],
        row["volunteer_id"],
        AssignmentState(row["state"]),
        frozenset(row["despite"]),
        row["ends_on"],
        News(row["news"]),
        row["reason"],
        row["declined"],
    )


async def assignments(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Assignment]]:
    """Who was asked for these needs, in the order in which they were asked."""
    found: dict[UUID, list[Assignment]] = {each: [] for each in ids}
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.need_id.in_(ids)).order_by(ASSIGNMENT.c.id)
    for row in (await session.execute(query)).mappings():
        found[row["need_id"]].append(_assignment_in(row))
    return found


def with_team(need: Need, held: Iterable[Assignment], known: Mapping[UUID, Volunteer]) -> Need:
    """The need with who has it, and who is not asked again."""
    some = list(held)
    team = {each.volunteer_id for each in some if each.open or each.state is AssignmentState.DONE}
    return replace(
        need,
        team=frozenset(team),
        with_experience=any(known[each].served for each in team if each in known),
        declined=frozenset(each.volunteer_id for each in some if each.declines(need)),
    )


async def find_assignment(session: AsyncSession, assignment_id: UUID) -> Assignment | None:
    """An assignment as it is now."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.id == assignment_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return _assignment_in(row) if row else None


async def open_of(session: AsyncSession, volunteer_id: UUID) -> list[UUID]:
    """The needs that a volunteer has."""
    row = ASSIGNMENT.c
    query = select(row.need_id).where(
        row.volunteer_id == volunteer_id, row.state.in_([each.value for each in OPEN])
    )
    return list(await session.scalars(query))


async def all_open(session: AsyncSession) -> list[UUID]:
    """The needs that anybody has."""
    row = ASSIGNMENT.c
    query = select(row.need_id).where(row.state.in_([each.value for each in OPEN])).distinct()
    return list(await session.scalars(query))


async def unanswered(session: AsyncSession, today: date) -> list[Assignment]:
    """The offers whose last day is over."""
    row = ASSIGNMENT.c
    query = select(ASSIGNMENT).where(row.state == AssignmentState.OFFERED.value, row.ends_on < today)
    return [_assignment_in(row) for row in (await session.execute(query)).mappings()]


def offer(
    writes: Writes,
    asked: Iterable[tuple[UUID, UUID]],
    until: date,
    today: date,
    actor: str,
    despite: Iterable[str] = (),
) -> None:
    """Ask volunteers for needs; pairs of need and volunteer."""
    writes.insert(
        ASSIGNMENT,
        [
            {
                "id": uuid7(),
                "need_id": need_id,
                "volunteer_id": volunteer_id,
                "state": AssignmentState.OFFERED.value,
                "despite": sorted(despite),
                "since": today,
                "ends_on": until,
                "actor": actor,
            }
            for need_id, volunteer_id in asked
        ],
    )


def ask_anew(writes: Writes, held: Mapping[Assignment, str], until: date, today: date) -> None:
    """Who has these assignments is asked anew until a day, each for its reason, and is to be told so."""
    row = {"state": AssignmentState.OFFERED.value, "since": today, "ends_on": until}
    writes.change(ASSIGNMENT, [{"id": each.id, "reason": why, **row} for each, why in held.items()])
    save_news(writes, {each.id: News.ASKED_ANEW if each.agreed else News.ASKED_OTHERWISE for each in held})


def save_declined(writes: Writes, ids: Iterable[UUID], need: Need) -> None:
    """It was the need as it is now that these declined, or did not answer."""
    writes.change(ASSIGNMENT, [{"id": key, "declined": key_of(need)} for key in ids])


def save_news(writes: Writes, ids: Mapping[UUID, News]) -> None:
    """What those who have or had these assignments are still to be told of them."""
    rows = [{"id": key, "news": news.value, "told_on": None} for key, news in ids.items()]
    writes.change(ASSIGNMENT, rows)


def become(
    writes: Writes, ids: Mapping[UUID, str], state: AssignmentState, today: date, minutes: int | None = None
) -> None:
    """These assignments are this from now on, each for its reason."""
    writes.change(
        ASSIGNMENT,
        [
            {
                "id": key,
                "state": state.value,
                "reason": reason,
                "since": today,
                "ends_on": None,
                "minutes": minutes,
            }
            for key, reason in ids.items()
        ],
    )


async def open_appeals(session: AsyncSession, needs: Collection[UUID]) -> dict[UUID, RowMapping]:
    """The appeals for helpers that are open for these needs."""
    row = HELPER_APPEAL.c
    query = select(HELPER_APPEAL).where(row.need_id.in_(needs), row.closed_on.is_(None))
    return {each["need_id"]: each for each in (await session.execute(query)).mappings()}
