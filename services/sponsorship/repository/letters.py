"""Letters without their words, what was found in them, and what the guardian agrees to."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.sponsorship.domain.hints import Hint
from services.sponsorship.domain.letters import Direction, Letter, LetterState, PhotoKind
from services.sponsorship.repository.placing import is_child_in_care
from services.sponsorship.tables import CONSENT, FINDING, LETTER
from shared.database.writes import Writes

_SAME = ("id", "child_id", "donor_id", "received_on", "checked_by")


def letter_in(row: RowMapping, photos: frozenset[PhotoKind] = frozenset()) -> Letter:
    same = {name: row[name] for name in _SAME}
    return Letter(
        **same,
        maskers=frozenset(row["maskers"]),
        direction=Direction(row["direction"]),
        state=LetterState(row["state"]),
        photos=photos,
    )


async def lock(session: AsyncSession, letter_id: UUID) -> RowMapping | None:
    """A letter, locked: each step of it is taken by one person at a time. None if there is none."""
    query = select(LETTER).where(LETTER.c.id == letter_id).with_for_update()
    return (await session.execute(query)).mappings().first()


async def change(session: AsyncSession, letter_id: UUID, **values: Any) -> None:
    """Give a letter new values."""
    await session.execute(update(LETTER).where(LETTER.c.id == letter_id).values(**values))


async def agreed(session: AsyncSession, child_id: UUID, today: date) -> dict[str, date]:
    """The last day of each scope that the guardian agrees to today; `date.max` if it has no end. Nothing of who has
    grown up, or is not helped any more.
    """
    row, found = CONSENT.c, dict[str, date]()
    query = select(row.scopes, row.until).where(
        row.member_id == child_id,
        row.agreed,
        or_(row.until.is_(None), row.until >= today),
        is_child_in_care(child_id),
    )
    for scopes, until in await session.execute(query):
        for scope in scopes:
            found[scope] = max(found.get(scope, date.min), until or date.max)
    return found


# findings


def add_findings(
    writes: Writes, letter_id: UUID, found_in: str, hints: Iterable[Hint], photo_id: UUID | None = None
) -> None:
    """What may tell too much, to be answered by a person."""
    same = {"letter_id": letter_id, "found_in": found_in, "photo_id": photo_id}
    writes.insert(
        FINDING,
        [
            {**same, "id": uuid7(), "kind": each.kind.value, "starts": each.start, "ends": each.end}
            for each in hints
        ],
    )


async def findings(session: AsyncSession, letter_id: UUID, found_in: str | None = None) -> list[RowMapping]:
    """What was found in a letter, in the order in which it was found."""
    row = FINDING.c
    query = select(FINDING).where(row.letter_id == letter_id).order_by(row.id)
    if found_in:
        query = query.where(row.found_in == found_in)
    return list((await session.execute(query)).mappings())


async def finding(session: AsyncSession, finding_id: UUID) -> RowMapping | None:
    """Something that was found; None if there is no such thing."""
    return (await session.execute(select(FINDING).where(FINDING.c.id == finding_id))).mappings().first()


async def unanswered(session: AsyncSession, letter_id: UUID) -> int:
    """How many findings of a letter nobody has answered."""
    row = FINDING.c
    query = select(func.count()).where(row.letter_id == letter_id, row.answer == "")
    return int(await session.scalar(query) or 0)


async def answer(session: AsyncSession, ids: Collection[UUID], what: str, actor: str) -> None:
    """Somebody answered these; or they are open again, without an answer."""
    row = update(FINDING).where(FINDING.c.id.in_(sorted(ids)))
    await session.execute(row.values(answer=what, answered_by=actor))


async def drop_findings(
    session: AsyncSession, letter_id: UUID, found_in: str, photo_id: UUID | None = None
) -> None:
    """What was found is looked for anew, or its picture is gone."""
    row = FINDING.c
    gone = delete(FINDING).where(row.letter_id == letter_id, row.found_in == found_in)
    await session.execute(gone.where(row.photo_id == photo_id) if photo_id else gone)
