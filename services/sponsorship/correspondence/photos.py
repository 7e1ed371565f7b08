"""The pictures of letters, made anew before they come here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.sponsorship.correspondence.pictures import Picture
from services.sponsorship.domain.letters import PhotoKind
from services.sponsorship.tables import PHOTO


@dataclass(frozen=True)
class Photo:
    """A picture of a letter; its bytes are only there for whoever is shown it."""

    id: UUID
    letter_id: UUID
    kind: PhotoKind
    width: int
    height: int
    body: bytes = field(default=b"", repr=False)


_SHOWN = (PHOTO.c.id, PHOTO.c.letter_id, PHOTO.c.kind, PHOTO.c.width, PHOTO.c.height)


async def write_photo(
    session: AsyncSession, letter_id: UUID, kind: PhotoKind, sent: bytes, picture: Picture
) -> UUID | None:
    """Keep a picture of a letter, once for each file; None if it is there. Of the file only the digest is kept."""
    row = {
        "id": uuid7(),
        "letter_id": letter_id,
        "kind": kind.value,
        "width": picture.width,
        "height": picture.height,
        "sent_digest": sha256(sent).digest(),
        "body": picture.body,
    }
    adding = insert(PHOTO).values(row).on_conflict_do_nothing(index_elements=["letter_id", "sent_digest"])
    added: UUID | None = await session.scalar(adding.returning(PHOTO.c.id))
    return added


async def same_file(session: AsyncSession, letter_id: UUID, sent: bytes) -> UUID | None:
    """The picture of a letter that was made of this file; None if there is none."""
    row = PHOTO.c
    query = select(row.id).where(row.letter_id == letter_id, row.sent_digest == sha256(sent).digest())
    found: UUID | None = await session.scalar(query)
    return found


async def photos_of(session: AsyncSession, letter_id: UUID) -> list[Photo]:
    """The pictures of a letter without their bytes, in the order in which they came."""
    query = select(*_SHOWN).where(PHOTO.c.letter_id == letter_id).order_by(PHOTO.c.id)
    return [_photo(row) for row in await session.execute(query)]


async def kinds_of(session: AsyncSession, letter_id: UUID) -> frozenset[PhotoKind]:
    """What kinds of pictures a letter has."""
    return frozenset(each.kind for each in await photos_of(session, letter_id))


async def photo(session: AsyncSession, photo_id: UUID) -> Photo | None:
    """A picture with its bytes; None if there is none."""
    query = select(*_SHOWN, PHOTO.c.body).where(PHOTO.c.id == photo_id)
    row = (await session.execute(query)).first()
    return _photo(row) if row else None


async def remove_photo(session: AsyncSession, photo_id: UUID) -> None:
    """Destroy a picture."""
    await session.execute(delete(PHOTO).where(PHOTO.c.id == photo_id))


def _photo(row: Sequence[object]) -> Photo:
    key, letter_id, kind, *others = row
    return Photo(key, letter_id, PhotoKind(kind), *others)  # type: ignore[arg-type]
