"""Slots of speakers at gatherings, and what is kept of their talks."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.events.api.models import EVENTS, LOOKING, Code, EventsSettings, Note
from services.events.api.speakers import Use
from services.events.commands import recordings
from services.events.commands import slots as commands
from services.events.domain.speakers import WHY, Flag, RecordingState, Slot
from services.events.queries import speakers as queries
from services.events.queries.speakers import Shown
from shared.contracts.events import SlotStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["speakers"])
Themes = Annotated[list[Code], Field(max_length=30)]
Place = Literal["website", "video_channel", "newspaper", "radio", "television", "partner", "archive", "other"]


class NewSlot(Body):
    """A speaker at a gathering, and what is agreed before."""

    speaker_id: UUID
    gathering_id: UUID
    uses: list[Use] = Field(default=[], description="what is used of the speaker beside the speaking")
    allowed: Themes = Field(description="themes that may be told", examples=[["daily_life", "school"]])
    forbidden: Themes = Field(default=[], description="themes that may not, beside what is never told")

    def new(self) -> commands.NewSlot:
        return commands.NewSlot(
            self.speaker_id,
            self.gathering_id,
            frozenset(self.uses),
            frozenset(self.allowed),
            frozenset(self.forbidden),
        )


class SlotId(BaseModel):
    """Which slot, and how it stands."""

    slot_id: UUID
    status: SlotStatus

    @classmethod
    def of(cls, slot: Slot) -> Self:
        return cls(slot_id=slot.id, status=slot.status)


class SlotOut(SlotId):
    """A slot. What may be used of the speaker is asked anew each time it is shown."""

    speaker_id: UUID
    alias: str
    gathering_id: UUID
    on: date
    why: str = Field(description="why it is flagged or withdrawn, in words")
    allowed: list[str]
    forbidden: list[str]
    may_be_used: list[str] = Field(description="of the uses that were agreed for it, those that hold today")
    may_not_be_used: list[str] = Field(description="those that hold no longer")
    renew_by: date | None = Field(description="the consent to speak ends on this day, before the gathering")

    @classmethod
    def shown(cls, shown: Shown) -> Self:
        row, now = shown.row, shown.may_be_used
        return cls(
            slot_id=row["id"],
            status=row["status"],
            on=row["on_day"],
            why=WHY[Flag(row["reason"])],
            may_be_used=[each for each in row["uses"] if each in now],
            may_not_be_used=[each for each in row["uses"] if each not in now],
            renew_by=shown.renew_by(row["on_day"]),
            **{name: row[name] for name in ("speaker_id", "alias", "gathering_id", "allowed", "forbidden")},
        )


class PublicationBody(Body):
    """A place at which a recording was published."""

    place: Place
    note: Note | None = None


class NewRecording(Body):
    """Something that is kept of a talk."""

    uses: Annotated[list[Use], Field(min_length=1, description="what of the speaker it uses")]
    places: list[Place] = Field(default=[], max_length=50, description="where it is published")


class PublicationOut(BaseModel):
    """Where a recording was published, and when it was taken down there."""

    publication_id: UUID
    place: str
    note: str | None
    taken_down_on: date | None


class RecordingOut(BaseModel):
    """Something that is kept of a talk; one that is to be taken down is a task until it is gone everywhere."""

    recording_id: UUID
    slot_id: UUID
    alias: str
    gathering_id: UUID
    uses: list[str]
    state: RecordingState
    since: date | None = Field(description="since when it is to be taken down, or when it was")
    publications: list[PublicationOut]

    @classmethod
    def of(cls, shown: Shown, places: list[RowMapping]) -> Self:
        row = shown.row
        published = [
            PublicationOut(publication_id=each["id"], **{name: each[name] for name in _OF_PLACE})
            for each in places
        ]
        same = {name: row[name] for name in ("slot_id", "alias", "gathering_id", "uses", "state", "since")}
        return cls(recording_id=row["id"], publications=published, **same)


_OF_PLACE = ("place", "note", "taken_down_on")


class RecordingId(BaseModel):
    """Which recording."""

    recording_id: UUID


def _slot(outcome: Slot | Refused) -> SlotId | Refused:
    return outcome if isinstance(outcome, Refused) else SlotId.of(outcome)


def _recording(outcome: UUID | Refused) -> RecordingId | Refused:
    return outcome if isinstance(outcome, Refused) else RecordingId(recording_id=outcome)


@router.post("/slots", status_code=201, dependencies=[EVENTS])
async def plan(body: NewSlot, work: Work, settings: EventsSettings) -> SlotId:
    """Give a speaker a slot: with consent, trained, rested, and with what may be told agreed before."""

    async def do(unit: Unit) -> SlotId | Refused:
        return _slot(await commands.plan(unit, settings.speaker_rest_days, body.new()))

    return await work.once(SlotId, do)


@router.get("/slots", dependencies=[LOOKING])
async def find(
    session: Reading,
    gathering_id: UUID | None = None,
    status: SlotStatus | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[SlotOut]:
    """Slots in the order in which they were given."""
    wanted = status.value if status else None
    found = await queries.slots(session, limit + 1, place_of(after), gathering_id, wanted)
    return page_of(found, limit, SlotOut.shown, lambda each: each.row["id"])


@router.get("/slots/{slot_id}", dependencies=[LOOKING])
async def show(slot_id: UUID, session: Reading) -> SlotOut:
    """One slot, and what may be used of the speaker today."""
    found = await queries.slots(session, 1, slot_id=slot_id)
    return SlotOut.shown(accepted(found[0] if found else missing("such slot")))


@router.post("/slots/{slot_id}/given", dependencies=[EVENTS])
async def give(slot_id: UUID, work: Work, settings: EventsSettings) -> SlotId:
    """The talk was held."""

    async def do(unit: Unit) -> SlotId | Refused:
        return _slot(await commands.give(unit, settings.speaker_rest_days, slot_id))

    return await work.once(SlotId, do)


@router.post("/slots/{slot_id}/withdraw", dependencies=[EVENTS])
async def withdraw(slot_id: UUID, work: Work, settings: EventsSettings) -> SlotId:
    """The slot is taken back."""

    async def do(unit: Unit) -> SlotId | Refused:
        return _slot(await commands.withdraw(unit, settings.speaker_rest_days, slot_id))

    return await work.once(SlotId, do)


@router.post("/slots/{slot_id}/recordings", status_code=201, dependencies=[EVENTS])
async def record(slot_id: UUID, body: NewRecording, work: Work, settings: EventsSettings) -> RecordingId:
    """Something is kept of a talk, with all that it uses of the speaker and where it is published."""

    async def do(unit: Unit) -> RecordingId | Refused:
        uses = frozenset(body.uses)
        return _recording(await recordings.add(unit, settings.speaker_rest_days, slot_id, uses, body.places))

    return await work.once(RecordingId, do)


@router.get("/recordings", dependencies=[LOOKING])
async def find_recordings(
    session: Reading, state: RecordingState | None = None, after: After = None, limit: Limit = 100
) -> Page[RecordingOut]:
    """What is kept of talks; with `state=take_down` the tasks of taking it down."""
    found = await queries.recordings(session, limit + 1, place_of(after), state.value if state else None)
    places = await queries.publications(session, [each.row["id"] for each in found])
    return page_of(
        found, limit, lambda each: RecordingOut.of(each, places[each.row["id"]]), lambda each: each.row["id"]
    )


@router.post("/recordings/{recording_id}/publications", status_code=201, dependencies=[EVENTS])
async def publish(recording_id: UUID, body: PublicationBody, work: Work) -> RecordingId:
    """A recording is published at one more place; not one that is to be taken down."""

    async def do(unit: Unit) -> RecordingId | Refused:
        return _recording(await recordings.publish(unit, recording_id, body.place, body.note))

    return await work.once(RecordingId, do)


@router.post("/publications/{publication_id}/taken-down", dependencies=[EVENTS])
async def take_down(publication_id: UUID, work: Work) -> RecordingId:
    """A recording is gone from a place."""

    async def do(unit: Unit) -> RecordingId | Refused:
        return _recording(await recordings.take_down(unit, publication_id))

    return await work.once(RecordingId, do)


@router.post("/recordings/{recording_id}/destroyed", dependencies=[EVENTS])
async def destroy(recording_id: UUID, work: Work) -> RecordingId:
    """Our own copy of a recording is gone too: once it is published nowhere any more, the task is done."""

    async def do(unit: Unit) -> RecordingId | Refused:
        return _recording(await recordings.destroy(unit, recording_id))

    return await work.once(RecordingId, do)
