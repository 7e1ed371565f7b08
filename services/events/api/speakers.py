"""Speakers by their stage names: who speaks, what they agreed to, and whether they were trained."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.events.api.contacts import ContactBody
from services.events.api.models import EVENTS, LOOKING, Code, EventsSettings, Language, NoContactBody
from services.events.commands import speakers as commands
from services.events.domain.speakers import Consent, SpeakerKind
from services.events.queries import speakers as queries
from services.events.queries.speakers import Shown
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, Day
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/speakers", tags=["speakers"])

Use = Literal["speaking", "name", "face", "voice", "recording", "stream", "press", "translation", "archive"]


class NewSpeaker(Body):
    """A fieldworker with a name, or a member of a household by ids alone. A minor is no speaker."""

    adult: bool = Field(strict=True, description="is of age; somebody has looked")
    topics: list[Code] = Field(default=[], max_length=20)
    languages: list[Language] = Field(default=[], max_length=10)
    fieldworker: ContactBody | None = None
    member_id: UUID | None = None
    household_id: UUID | None = None

    def new(self) -> commands.NewSpeaker:
        contact = self.fieldworker.contact() if self.fieldworker else None
        return commands.NewSpeaker(
            self.adult,
            frozenset(self.topics),
            frozenset(self.languages),
            contact,
            self.member_id,
            self.household_id,
        )


class ConsentBody(Body):
    """All that a fieldworker agrees to from now on; what is not named is not agreed to."""

    scopes: Annotated[list[Use], Field(max_length=20)]
    until: Day | None = Field(default=None, description="the last day; without one it has no end")


class TrainedBody(Body):
    """When a speaker was trained."""

    on: Day | None = Field(default=None, description="today if it is left out")


class SpeakerId(BaseModel):
    """Whom it is about."""

    speaker_id: UUID


class SpeakerOut(BaseModel):
    """A speaker; who it is, is known to intake or behind the contact alone."""

    speaker_id: UUID
    alias: str = Field(
        description="the stage name; it is made here and never used again", examples=["SK7Q2M4X"]
    )
    kind: SpeakerKind
    contact_id: UUID | None = Field(
        description="a fieldworker's: `POST /guests/{contact_id}/contact` shows it with a reason, and "
        "`POST /contacts/{contact_id}/correct` corrects it"
    )
    member_id: UUID | None
    household_id: UUID | None
    topics: list[str]
    languages: list[str]
    of_age: bool = Field(description="false for a minor, as intake found out: nothing of a minor is used")
    trained_on: date | None
    left_on: date | None
    no_contact: bool = Field(description="is never written to, and so asked for no slot")
    may_be_used: list[str] = Field(description="what the speaker agrees to today")

    @classmethod
    def of(cls, shown: Shown) -> Self:
        row = shown.row
        return cls(
            speaker_id=row["id"],
            of_age=shown.speaker.adult,
            may_be_used=sorted(shown.may_be_used),
            **{name: row[name] for name in _SAME},
        )


_SAME = (
    "alias",
    "kind",
    "contact_id",
    "member_id",
    "household_id",
    "topics",
    "languages",
    "trained_on",
    "left_on",
    "no_contact",
)


def _it(outcome: UUID | Refused) -> SpeakerId | Refused:
    return outcome if isinstance(outcome, Refused) else SpeakerId(speaker_id=outcome)


@router.post("", status_code=201, dependencies=[EVENTS])
async def add(body: NewSpeaker, work: Work) -> SpeakerId:
    """Write a speaker down; the stage name is made here."""

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.add(unit, body.new()))

    return await work.once(SpeakerId, do)


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[SpeakerOut]:
    """Speakers in the order in which they were written down."""
    found = await queries.found(session, limit + 1, place_of(after))
    return page_of(found, limit, SpeakerOut.of, lambda each: each.row["id"])


@router.get("/{speaker_id}", dependencies=[LOOKING])
async def show(speaker_id: UUID, session: Reading) -> SpeakerOut:
    """One speaker, and what they agree to today."""
    found = await queries.found(session, 1, speaker_id=speaker_id)
    return SpeakerOut.of(accepted(found[0] if found else missing("such speaker")))


@router.post("/{speaker_id}/consent", dependencies=[EVENTS])
async def agree(speaker_id: UUID, body: ConsentBody, work: Work, settings: EventsSettings) -> SpeakerId:
    """A fieldworker agrees to this and nothing else from now on; a member of a household says so at intake."""
    consent = Consent(frozenset(body.scopes), bool(body.scopes), body.until)

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.agree(unit, settings.speaker_rest_days, speaker_id, consent))

    return await work.once(SpeakerId, do)


@router.post("/{speaker_id}/trained", dependencies=[EVENTS])
async def trained(speaker_id: UUID, work: Work, body: TrainedBody | None = None) -> SpeakerId:
    """A speaker was trained; the first training counts."""

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.train(unit, speaker_id, (body and body.on) or unit.today))

    return await work.once(SpeakerId, do)


@router.post("/{speaker_id}/no-contact", dependencies=[EVENTS])
async def set_no_contact(speaker_id: UUID, body: NoContactBody, work: Work) -> SpeakerId:
    """A fieldworker is never written to, or may be again. Slots that they have stay theirs."""

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.set_no_contact(unit, speaker_id, body.no_contact))

    return await work.once(SpeakerId, do)


@router.post("/{speaker_id}/leave", dependencies=[EVENTS])
async def leave(speaker_id: UUID, work: Work, settings: EventsSettings) -> SpeakerId:
    """A speaker speaks in public no longer, and is off every gathering to come."""

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.leave(unit, settings.speaker_rest_days, speaker_id))

    return await work.once(SpeakerId, do)


@router.post("/{speaker_id}/return", dependencies=[EVENTS])
async def come_back(speaker_id: UUID, work: Work, settings: EventsSettings) -> SpeakerId:
    """A speaker who had left speaks again."""

    async def do(unit: Unit) -> SpeakerId | Refused:
        return _it(await commands.come_back(unit, settings.speaker_rest_days, speaker_id))

    return await work.once(SpeakerId, do)
