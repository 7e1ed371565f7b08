"""Who was asked for which need, and how it stands. Whoever writes these has the desk (`helping.take_desk`)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.domain.helping import Need, Volunteer
from services.events.domain.needs import DECLINED, OPEN, AssignmentState
from services.events.domain.news import News
from services.events.domain.terms import key_of
from services.events.tables import ASSIGNMENT
from shared.database.writes import Writes


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


def _in(row: RowMapping) -> Assignment:
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


async def of_needs(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[Assignment]]:
    """Who was asked for these needs, in the order in which they were asked."""
    found: dict[UUID, list[Assignment]] = {each: [] for each in ids}
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.need_id.in_(ids)).order_by(ASSIGNMENT.c.id)
    for row in (await session.execute(query)).mappings():
        found[row["need_id"]].append(_in(row))
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


async def find(session: AsyncSession, assignment_id: UUID) -> Assignment | None:
    """An assignment as it is now."""
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.id == assignment_id)
    row = (await session.execute(query)).mappings().one_or_none()
    return _in(row) if row else None


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
    return [_in(row) for row in (await session.execute(query)).mappings()]


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
