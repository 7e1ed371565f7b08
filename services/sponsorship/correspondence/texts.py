"""The words of letters: as they came, and as they may be passed on."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import LETTER_TEXT
from shared.database.writes import Writes


@dataclass(frozen=True)
class Words:
    """A letter's words; `masked` is None until somebody wrote what may be passed on. Neither is shown when printed."""

    original: str = field(repr=False)
    masked: str | None = field(repr=False)


def write_words(writes: Writes, letter_id: UUID, original: str) -> None:
    """Keep the words of a letter that is new."""
    writes.insert(LETTER_TEXT, [{"letter_id": letter_id, "original": original}])


async def mask(session: AsyncSession, letter_id: UUID, masked: str) -> None:
    """Keep what may be passed on of a letter, in the place of what was written before."""
    row = LETTER_TEXT.c
    await session.execute(update(LETTER_TEXT).where(row.letter_id == letter_id).values(masked=masked))


async def words_of(session: AsyncSession, letter_id: UUID) -> Words:
    """The words of a letter that is there."""
    row = LETTER_TEXT.c
    query = select(row.original, row.masked).where(row.letter_id == letter_id)
    return Words(*(await session.execute(query)).one())
