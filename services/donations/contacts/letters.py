"""Letters to donors as they were issued."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import LETTER
from shared.database.writes import Writes


@dataclass(frozen=True)
class Letter:
    """A letter as it was issued: its bytes, and the words that they were made from. Neither is shown when printed."""

    id: UUID
    kind: str
    donor_id: UUID
    language: str
    issued_on: date
    body: bytes = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)


class Spoilt(RuntimeError):
    """The bytes that are kept of a letter are not those that were issued."""


def write_letter(writes: Writes, letter: Letter) -> None:
    """Keep a letter as it is issued. It is never changed."""
    writes.insert(LETTER, [{**vars(letter), "digest": sha256(letter.body).digest()}])


async def read_letter(session: AsyncSession, letter_id: UUID) -> Letter | None:
    """A letter as it was issued; None if there is none. Raises Spoilt."""
    found = (await session.execute(select(LETTER).where(LETTER.c.id == letter_id))).mappings().one_or_none()
    if found is None:
        return None
    values = dict(found)
    if sha256(values["body"]).digest() != values.pop("digest"):
        raise Spoilt(str(letter_id))
    return Letter(**values)
