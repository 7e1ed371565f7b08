"""The words of letters: as they came, and as they may be passed on."""

import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship.tables import LETTER, LETTER_TEXT
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


class Came(Protocol):
    """A letter that came: by whom, of which child, and its words."""

    @property
    def direction(self) -> str: ...
    @property
    def child_id(self) -> UUID: ...
    @property
    def donor_id(self) -> UUID: ...
    @property
    def text(self) -> str: ...


class First(NamedTuple):
    """A letter that had the same words before."""

    id: UUID
    received_on: date


async def same_words(session: AsyncSession, came: Came) -> First | None:
    """The first letter of the same sender and child with the same words; None if there is none.

    The words themselves are compared: a digest of them would be one more thing that tells of a letter. Whoever asks has
    the child locked.
    """
    row, wanted = LETTER.c, _usual(came.text)
    query = select(row.id, row.received_on, LETTER_TEXT.c.original).join(
        LETTER_TEXT, LETTER_TEXT.c.letter_id == row.id
    )
    query = query.where(
        row.child_id == came.child_id, row.donor_id == came.donor_id, row.direction == came.direction
    )
    for key, received_on, original in await session.execute(query.order_by(row.id)):
        if _usual(original) == wanted:
            return First(key, received_on)
    return None


def _usual(text: str) -> str:
    """Words however wide they are written, and however they are spaced."""
    return " ".join(unicodedata.normalize("NFKC", text).split())
