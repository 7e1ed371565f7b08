"""Letters without their words, what was found in them, and how sponsor and child stand to each other."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.sponsorship.domain.hints import Hint
from services.sponsorship.domain.letters import Direction, Letter, LetterState, PhotoKind, Standing
from services.sponsorship.tables import CHILD, CONSENT, FINDING, GIFT, LETTER, SPONSOR, SPONSORSHIP
from shared.database.writes import Writes

_SAME = ("id", "child_id", "donor_id", "received_on", "masked_by", "checked_by")


def letter_in(row: RowMapping, photos: frozenset[PhotoKind] = frozenset()) -> Letter:
    same = {name: row[name] for name in _SAME}
    return Letter(
        **same, direction=Direction(row["direction"]), state=LetterState(row["state"]), photos=photos
    )


async def lock(session: AsyncSession, letter_id: UUID) -> RowMapping | None:
    """A letter, locked: each step of it is taken by one person at a time. None if there is none."""
    query = select(LETTER).where(LETTER.c.id == letter_id).with_for_update()
    return (await session.execute(query)).mappings().first()


async def change(session: AsyncSession, letter_id: UUID, **values: Any) -> None:
    """Give a letter new values."""
    await session.execute(update(LETTER).where(LETTER.c.id == letter_id).values(**values))


async def is_child(session: AsyncSession, child_id: UUID) -> bool:
    """Whether this is a child that needs or needed a school place."""
    return await session.scalar(select(CHILD.c.id).where(CHILD.c.id == child_id)) is not None


async def standing(session: AsyncSession, child_id: UUID, donor_id: UUID, today: date) -> Standing:
    """How a donor and a child stand to each other today. A donor who was linked to another one stands for both."""
    sponsor = (await session.execute(select(SPONSOR).where(SPONSOR.c.id == donor_id))).mappings().first()
    kept = (sponsor and sponsor["kept_id"]) or donor_id
    if kept != donor_id:
        sponsor = (await session.execute(select(SPONSOR).where(SPONSOR.c.id == kept))).mappings().first()
    entries = select(SPONSOR.c.id).where(SPONSOR.c.kept_id == kept)
    now = (
        select(func.count())
        .select_from(SPONSORSHIP.join(GIFT, GIFT.c.id == SPONSORSHIP.c.gift_id))
        .where(
            SPONSORSHIP.c.child_id == child_id,
            SPONSORSHIP.c.ends_on.is_(None),
            or_(GIFT.c.donor_id.in_([kept, donor_id]), GIFT.c.donor_id.in_(entries)),
        )
    )
    row = CONSENT.c
    agreed = select(row.scopes, row.until).where(
        row.member_id == child_id, row.agreed, or_(row.until.is_(None), row.until >= today)
    )
    consents = (await session.execute(agreed)).all()
    scopes = frozenset(scope for each in consents for scope in each.scopes)
    ends = [each.until for each in consents]
    return Standing(
        sponsored=bool(await session.scalar(now)),
        vetted=bool(sponsor and sponsor["declared_on"] and sponsor["code_on"]),
        restricted=bool(sponsor and (sponsor["restricted"] or sponsor["declined"])),
        consented=bool(scopes),
        consents=scopes,
        until=None if None in ends else max(ends, default=None),
    )


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
