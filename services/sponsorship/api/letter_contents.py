"""Words and pictures of letters: shown to whoever says why, and each time it is kept who; and pictures taken in."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.sponsorship import correspondence
from services.sponsorship.api.known import KNOWN_LETTER
from services.sponsorship.api.letters import LetterDone
from services.sponsorship.api.models import LOOKING, SPONSORSHIP
from services.sponsorship.commands import photos as commands
from services.sponsorship.commands.reading import Reason, What, read_photo, read_words
from services.sponsorship.domain.letters import PhotoKind
from services.sponsorship.queries import letters as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.uploads import FILE_FORM, file_of, form_of, reading
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/letters", tags=["letters"])
_FILE = {
    **FILE_FORM["properties"]["file"],
    "description": "JPEG, PNG or WebP, at most 10 MB and 40 megapixels",
}
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"multipart/form-data": {"schema": {**FILE_FORM, "properties": {"file": _FILE}}}},
    }
}
NO_STORE = {"Cache-Control": "no-store"}


class Looking(Body):
    """Why somebody needs to see it. In the body, for addresses are logged on their way."""

    reason: Reason


class LookingAtWords(Looking):
    """The words as they came, or as they may be passed on."""

    what: What


class WordsOut(BaseModel):
    """The words of a letter."""

    letter_id: UUID
    version: int = Field(description="whoever masks or checks the letter after this names it")
    text: str


@router.post("/{letter_id}/read", dependencies=[SPONSORSHIP])
async def read(letter_id: UUID, looking: LookingAtWords, units: OpenUnits, reader: Asking) -> WordsOut:
    """The words of a letter; a reason is needed, and who reads them is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await read_words(unit, letter_id, looking.what, looking.reason))
    return WordsOut(letter_id=letter_id, version=found.version, text=found.text)


class JpegResponse(Response):
    """A picture, which nobody keeps on its way."""

    media_type = "image/jpeg"


@router.post("/photos/{photo_id}/read", response_class=JpegResponse, dependencies=[SPONSORSHIP])
async def show(photo_id: UUID, looking: Looking, units: OpenUnits, reader: Asking) -> JpegResponse:
    """A picture as it was made anew; a reason is needed, and who sees it is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await read_photo(unit, photo_id, looking.reason))
    return JpegResponse(found.body, headers=NO_STORE)


class PhotoDone(BaseModel):
    """The picture that was added. `position` says that the file told where it was taken; the picture no longer does."""

    photo_id: UUID
    position: bool


# No Idempotency-Key: a file is in a letter once, so it may be sent as often as one likes.
@router.post("/{letter_id}/photos", status_code=201, dependencies=[SPONSORSHIP], openapi_extra=FORM)
async def add(
    letter_id: UUID, request: Request, units: OpenUnits, actor: Asking, kind: PhotoKind = PhotoKind.PHOTO
) -> PhotoDone:
    """Add a picture. It is made anew of its pixels alone; the file that was sent is kept nowhere."""
    form = await form_of(request)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(form.close)
        file = file_of(form)
        await stack.enter_async_context(reading("pictures"))
        sent = await file.read(correspondence.MOST_BYTES + 1)
        picture = accepted(await asyncio.to_thread(correspondence.made_anew, sent))
        unit = await stack.enter_async_context(units.open(actor=actor))
        added = accepted(await commands.add(unit, letter_id, kind, sent, picture))
    return PhotoDone(photo_id=added, position=picture.position)


@router.post("/photos/{photo_id}/remove", dependencies=[SPONSORSHIP])
async def remove(photo_id: UUID, work: Work) -> LetterDone:
    """Take a picture out of a letter that was not passed on; it is destroyed."""

    async def do(unit: Unit) -> LetterDone | Refused:
        return shown(await commands.remove(unit, photo_id), lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)


class PhotoOut(BaseModel):
    """A picture of a letter, without what it shows."""

    photo_id: UUID
    kind: PhotoKind
    width: int
    height: int


@router.get("/{letter_id}/photos", dependencies=[LOOKING, KNOWN_LETTER])
async def photos(letter_id: UUID, session: Reading) -> list[PhotoOut]:
    """The pictures of a letter."""
    return [PhotoOut(photo_id=row["id"], **row) for row in await lists.pictures(session, letter_id)]


class ReadingOut(BaseModel):
    """Somebody was shown words or a picture of a letter, or the note of a report card or of an incident."""

    at: datetime = Field(description="UTC")
    letter_id: UUID | None
    report_id: UUID | None
    incident_id: UUID | None
    what: str
    reason: Reason
    actor: str


@router.get("/readings", dependencies=[LOOKING])
async def readings(session: Reading, after: After = None, limit: Limit = 100) -> Page[ReadingOut]:
    """Who was shown what of which letter, report card or incident, and why, the oldest first."""
    found = await lists.readings(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
