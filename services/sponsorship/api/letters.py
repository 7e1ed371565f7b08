"""Letters: received, masked, checked, passed on or returned; their words are shown by `letter_contents.py`."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.models import LOOKING, SPONSORSHIP, WORDS, OfVersion, SponsorshipSettings
from services.sponsorship.commands import arriving
from services.sponsorship.commands import letters as commands
from services.sponsorship.domain.letters import (
    Direction,
    LetterState,
    Returned,
)
from services.sponsorship.queries import letters as lists
from shared.contracts.base import Language
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/letters", tags=["letters"])
Text = Annotated[
    str,
    Field(min_length=1, max_length=20_000, pattern=WORDS, description="only `correspondence` keeps it"),
]


class LetterOut(BaseModel):
    """A letter without its words. One that is `late` came long ago and is still here."""

    letter_id: UUID
    version: int = Field(description="of its words, pictures and checks; whoever masks or checks it names it")
    direction: Direction
    child_id: UUID
    donor_id: UUID
    language: str
    state: LetterState
    received_on: date
    late: bool
    unanswered: int = Field(description="findings that nobody has answered")
    pictures: int
    actor: str
    masked_by: str
    checked_by: str
    ended_by: str
    ended_on: date | None
    reason: str
    forgotten_on: date | None = Field(description="its words and pictures were removed on that day")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            letter_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "letter_id"}
        )


class Search(BaseModel):
    """Which letters are wanted; what is left out does not matter."""

    state: LetterState | None = None
    child_id: UUID | None = None
    donor_id: UUID | None = None
    late: bool | None = None
    limit: Limit = 100
    after: After = None

    def wanted(self) -> lists.Wanted:
        return lists.Wanted(self.state, self.child_id, self.donor_id, self.late)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, settings: SponsorshipSettings, which: Annotated[Search, Query()]
) -> Page[LetterOut]:
    """Letters in the order in which they were written down; `late=true` are those that somebody should see to."""
    before = lists.late_before(await today_of(session), settings.letter_days)
    found = await lists.letters(session, which.wanted(), before, which.limit + 1, place_of(which.after))
    return page_of(found, which.limit, LetterOut.of, lambda row: row["id"])


class NewLetter(Body):
    """A letter as it came. The language is a code of ISO 639. The same words of the same sender are taken once, and
    `again` if they came once more.
    """

    direction: Direction
    child_id: UUID
    donor_id: UUID
    language: Language
    received_on: Day
    text: Text
    again: bool = False

    def came(self) -> arriving.Came:
        return arriving.Came(**{name: getattr(self, name) for name in NewLetter.model_fields})


class LetterDone(BaseModel):
    """Which letter it was. No answer repeats a word of it."""

    letter_id: UUID


@router.post("", status_code=201, dependencies=[SPONSORSHIP])
async def receive(body: NewLetter, work: Work, settings: SponsorshipSettings) -> LetterDone:
    """A letter came, from a child or a sponsor."""

    async def do(unit: Unit) -> LetterDone | Refused:
        done = await arriving.receive(unit, settings.letter_places, body.came())
        return shown(done, lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)


class Masking(OfVersion):
    """What may be passed on: translated if it has to be, and without what tells too much."""

    text: Text


class Masked(BaseModel):
    """How many findings are still to be answered, and the version that is to be checked."""

    unanswered: int
    version: int


@router.post("/{letter_id}/mask", dependencies=[SPONSORSHIP])
async def mask(letter_id: UUID, body: Masking, work: Work, settings: SponsorshipSettings) -> Masked:
    """Write what may be passed on. Everything is checked anew after it."""

    async def do(unit: Unit) -> Masked | Refused:
        done = await commands.mask(unit, settings.letter_places, letter_id, body.version, body.text)
        return shown(done, lambda each: Masked(unanswered=each, version=body.version + 1))

    return await work.once(Masked, do)


@router.post("/{letter_id}/deliver", dependencies=[SPONSORSHIP])
async def deliver(letter_id: UUID, work: Work) -> LetterDone:
    """It is passed on."""

    async def do(unit: Unit) -> LetterDone | Refused:
        return shown(await commands.deliver(unit, letter_id), lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)


class Returning(Body):
    """Why."""

    reason: Returned


@router.post("/{letter_id}/return", dependencies=[SPONSORSHIP])
async def give_back(letter_id: UUID, body: Returning, work: Work) -> LetterDone:
    """It is not passed on."""

    async def do(unit: Unit) -> LetterDone | Refused:
        done = await commands.give_back(unit, letter_id, body.reason)
        return shown(done, lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)
