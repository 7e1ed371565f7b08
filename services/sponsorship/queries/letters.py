"""Letters, findings, checks, readings and incidents as they are shown: lists without a word of any letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.domain.letters import LetterState
from services.sponsorship.tables import (
    CORRESPONDENCE_READING,
    FINDING,
    HELPER_NEED,
    INCIDENT,
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


async def incidents(session: AsyncSession, limit: int, after: UUID | None = None) -> Sequence[RowMapping]:
    """Contact past the organisation, the oldest first."""
    query = select(INCIDENT).order_by(INCIDENT.c.id).limit(limit)
    return (await session.execute(query.where(INCIDENT.c.id > after) if after else query)).mappings().all()
