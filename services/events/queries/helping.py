"""Volunteers, needs for helpers, who was asked, and who comes next, in lists."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.events.domain.helping import Rules, Volunteer, words_of
from services.events.domain.matching import Proposal, match
from services.events.domain.needs import Ended, past
from services.events.repository import assignments as asked
from services.events.repository import helping
from services.events.repository import volunteers as people
from services.events.tables import ASSIGNMENT, HELPER_APPEAL, NEED, VOLUNTEER
from shared.messaging.day import today_of


async def volunteers(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    state: str | None = None,
    volunteer_id: UUID | None = None,
) -> list[tuple[RowMapping, Volunteer]]:
    """Volunteers in the order in which they came; of a state, if asked for."""
    query = select(VOLUNTEER).order_by(VOLUNTEER.c.id).limit(limit)
    if after:
        query = query.where(VOLUNTEER.c.id > after)
    if state:
        query = query.where(VOLUNTEER.c.state == state)
    if volunteer_id:
        query = query.where(VOLUNTEER.c.id == volunteer_id)
    rows = (await session.execute(query)).mappings().all()
    known = await people.found(session, [row["id"] for row in rows])
    return [(row, known[row["id"]]) for row in rows]


async def needs(
    session: AsyncSession,
    limit: int,
    after: UUID | None = None,
    status: str | None = None,
    gathering_id: UUID | None = None,
    need_id: UUID | None = None,
) -> Sequence[RowMapping]:
    """Needs that were said, in the order of their ids; of a status or a gathering, if asked for."""
    query = select(NEED).where(NEED.c.said > 0).order_by(NEED.c.id).limit(limit)
    if after:
        query = query.where(NEED.c.id > after)
    wanted = {"status": status, "gathering_id": gathering_id, "id": need_id}
    query = query.where(*(NEED.c[name] == value for name, value in wanted.items() if value))
    return (await session.execute(query)).mappings().all()


async def assignments(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, list[RowMapping]]:
    """Who was asked for these needs, in the order in which they were asked."""
    found: dict[UUID, list[RowMapping]] = {each: [] for each in ids}
    query = select(ASSIGNMENT).where(ASSIGNMENT.c.need_id.in_(ids)).order_by(ASSIGNMENT.c.id)
    for row in (await session.execute(query)).mappings():
        found[row["need_id"]].append(row)
    return found


async def of_volunteer(
    session: AsyncSession, volunteer_id: UUID, after: UUID | None, limit: int
) -> Sequence[RowMapping]:
    """What a volunteer was asked for, in order."""
    row = ASSIGNMENT.c
    query = select(ASSIGNMENT).where(row.volunteer_id == volunteer_id).order_by(row.id).limit(limit)
    if after:
        query = query.where(row.id > after)
    return (await session.execute(query)).mappings().all()


class Candidates(NamedTuple):
    """Who would be asked for a need, and in words what each of those lacks who are the nearest and do not fit."""

    proposal: Proposal
    words: dict[UUID, list[str]]


async def candidates(session: AsyncSession, rules: Rules, need_id: UUID) -> Candidates | None:
    """Who would be asked for a need now, and who is the nearest of those who do not fit; None if it is over."""
    today = await today_of(session)
    found = (await helping.needs(session, [need_id])).get(need_id)
    if found is None or found[0].ended is not Ended.NOT_YET or past(found[0].need, today):
        return None
    known = await people.found(session)
    held = (await asked.of_needs(session, [need_id]))[need_id]
    need = asked.with_team(found[0].need, held, known)
    (proposal,) = match([need], known.values(), rules, today)
    words = {
        each.volunteer_id: words_of(each.lacking, known[each.volunteer_id], need, rules, today)
        for each in proposal.next_best
    }
    return Candidates(proposal, words)


async def appeals(
    session: AsyncSession, limit: int, after: UUID | None = None, *, open_ones: bool = True
) -> Sequence[RowMapping]:
    """Appeals for helpers, the oldest first, with what each is for; the open ones, or all."""
    row = HELPER_APPEAL.c
    query = select(HELPER_APPEAL, NEED.c.task, NEED.c.languages, NEED.c.starts_on, NEED.c.region)
    query = query.join(NEED, NEED.c.id == row.need_id).order_by(row.id).limit(limit)
    if open_ones:
        query = query.where(row.closed_on.is_(None))
    if after:
        query = query.where(row.id > after)
    return (await session.execute(query)).mappings().all()
