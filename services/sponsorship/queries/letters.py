"""Letters, findings, checks, readings and incidents as they are shown: lists without a word of any letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.incidents import IncidentState
from services.sponsorship.domain.letters import LetterState
from services.sponsorship.tables import (
    CORRESPONDENCE_READING,
    FINDING,
    HELPER_NEED,
    INCIDENT,
    INCIDENT_END,
    LETTER,
    LETTER_CHECK,
    PHOTO,
)


@dataclass(frozen=True)
class Wanted:
    """Which letters; None takes all. Those that came before the day `late` and are still here are late."""

    state: LetterState | None = None
    child_id: UUID | None = None
    donor_id: UUID | None = None
    late: bool | None = None


def late_before(today: date, days: int) -> date:
    """A letter that came before this day and is still here is late."""
    return today - timedelta(days=days)


async def letters(
    session: AsyncSession, wanted: Wanted, before: date, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Letters in the order in which they were written down, each with how many findings are open, and its pictures."""
    row = LETTER.c
    open_ones = select(func.count()).where(FINDING.c.letter_id == row.id, FINDING.c.answer == "")
    pictures = select(func.count()).where(PHOTO.c.letter_id == row.id)
    is_late = (row.ended_on.is_(None)) & (row.received_on < before)
    query = select(
        LETTER,
        open_ones.scalar_subquery().label("unanswered"),
        pictures.scalar_subquery().label("pictures"),
        is_late.label("late"),
    )
    given = (
        None if wanted.state is None else row.state == wanted.state.value,
        None if wanted.child_id is None else row.child_id == wanted.child_id,
        None if wanted.donor_id is None else row.donor_id == wanted.donor_id,
        None if wanted.late is None else is_late == wanted.late,
        None if after is None else row.id > after,
    )
    query = query.where(*(each for each in given if each is not None))
    return (await session.execute(query.order_by(row.id).limit(limit))).mappings().all()


async def findings(session: AsyncSession, letter_id: UUID) -> Sequence[RowMapping]:
    """What was found in a letter: what kind of thing, and where in the text, but not the words."""
    query = select(FINDING).where(FINDING.c.letter_id == letter_id).order_by(FINDING.c.id)
    return (await session.execute(query)).mappings().all()


async def pictures(session: AsyncSession, letter_id: UUID) -> Sequence[RowMapping]:
    """The pictures of a letter, without what they show."""
    row = PHOTO.c
    query = select(row.id, row.kind, row.width, row.height).where(row.letter_id == letter_id)
    return (await session.execute(query.order_by(row.id))).mappings().all()


async def checks(session: AsyncSession, letter_id: UUID) -> Sequence[RowMapping]:
    """Who answered the checklist for a letter, the oldest first."""
    query = select(LETTER_CHECK).where(LETTER_CHECK.c.letter_id == letter_id).order_by(LETTER_CHECK.c.id)
    return (await session.execute(query)).mappings().all()


async def translators(session: AsyncSession, letter_id: UUID) -> Sequence[RowMapping]:
    """What translations of a letter were asked for, the oldest first."""
    query = select(HELPER_NEED).where(HELPER_NEED.c.letter_id == letter_id).order_by(HELPER_NEED.c.id)
    return (await session.execute(query)).mappings().all()


async def readings(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Who was shown a letter or the note of a report card, and why, the oldest first."""
    row = CORRESPONDENCE_READING.c
    query = select(CORRESPONDENCE_READING).order_by(row.id).limit(limit)
    return (await session.execute(query.where(row.id > after) if after else query)).mappings().all()


async def incidents(
    session: AsyncSession, state: IncidentState | None, limit: int, after: UUID | None = None
) -> Sequence[RowMapping]:
    """Contact past the organisation, the oldest first, each with how it ended last and the one that took its place."""
    row, end, other, later = INCIDENT.c, INCIDENT_END.alias(), INCIDENT_END.alias(), INCIDENT.alias()
    # What was settled may have been withdrawn or corrected after it.
    more = exists().where(other.c.incident_id == row.id, other.c.state != IncidentState.SETTLED.value)
    last = and_(end.c.incident_id == row.id, or_(end.c.state != IncidentState.SETTLED.value, ~more))
    stands = func.coalesce(end.c.state, IncidentState.OPEN.value)
    ended = (end.c.on_day.label("ended_on"), func.coalesce(end.c.actor, "").label("ended_by"))
    query = select(INCIDENT, stands.label("state"), *ended, later.c.id.label("replaced_by"))
    query = query.select_from(INCIDENT.outerjoin(end, last).outerjoin(later, later.c.replaces == row.id))
    if state:
        query = query.where(stands == state.value)
    query = query.order_by(row.id).limit(limit)
    return (await session.execute(query.where(row.id > after) if after else query)).mappings().all()
