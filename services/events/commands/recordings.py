"""What is kept of talks: where it is published, and that it is taken down once it may not be used any more."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, select
from uuid_utils.compat import uuid7

from services.events.commands.slots import look_at
from services.events.domain.speakers import Recording, RecordingState
from services.events.repository import speakers
from services.events.tables import PUBLICATION, RECORDING
from shared.contracts.events import SlotStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing

DOWN = conflict("This recording may not be used any more: take it down.")


async def add(
    unit: Unit, rest_days: int, slot_id: UUID, uses: frozenset[str], places: Sequence[str]
) -> UUID | Refused:
    """Something is kept of a talk that was held; gives the recording's id. Only what is agreed to is kept."""
    slot = await speakers.find_slot(unit.session, slot_id)
    if slot is None:
        return missing("such slot")
    speaker = (await speakers.lock(unit.session, [slot.speaker_id]))[slot.speaker_id]
    if slot.status is not SlotStatus.GIVEN:
        return conflict("Nothing is kept of a talk that was not held.")
    if lacking := uses - speaker.uses(unit.today):
        return conflict(f"The speaker does not agree to this: {', '.join(sorted(lacking))}.")
    recording_id = uuid7()
    row = {"id": recording_id, "slot_id": slot_id, "uses": sorted(uses), "made_on": unit.today}
    state = {"state": RecordingState.KEPT.value, "since": None}
    unit.writes.insert(RECORDING, [{**row, **state, "actor": unit.actor.id}])
    for place in places:
        _publish(unit, recording_id, place, None)
    await look_at(unit, rest_days, [slot.speaker_id])
    return recording_id


def _publish(unit: Unit, recording_id: UUID, place: str, note: str | None) -> None:
    row = {"id": uuid7(), "recording_id": recording_id, "place": place, "note": note, "taken_down_on": None}
    unit.writes.insert(PUBLICATION, [{**row, "actor": unit.actor.id}])


async def publish(unit: Unit, recording_id: UUID, place: str, note: str | None) -> UUID | Refused:
    """A recording is published at one more place."""
    recording = await _locked(unit, recording_id)
    if isinstance(recording, Refused):
        return recording
    if recording.state is not RecordingState.KEPT:
        return DOWN
    _publish(unit, recording_id, place, note)
    return recording_id


async def take_down(unit: Unit, publication_id: UUID) -> UUID | Refused:
    """A recording is gone from a place; gives the recording's id."""
    query = select(PUBLICATION).where(PUBLICATION.c.id == publication_id)
    row: RowMapping | None = (await unit.session.execute(query)).mappings().one_or_none()
    if row is None:
        return missing("such publication")
    recording = await _locked(unit, row["recording_id"])
    if isinstance(recording, Refused):
        return recording
    down = select(PUBLICATION.c.taken_down_on).where(PUBLICATION.c.id == publication_id)
    if await unit.session.scalar(down):
        return conflict("This recording is gone from this place already.")
    unit.writes.change(PUBLICATION, [{"id": publication_id, "taken_down_on": unit.today}])
    return recording.id


async def destroy(unit: Unit, recording_id: UUID) -> UUID | Refused:
    """Our own copy is gone: the recording is taken down, if it is published nowhere any more."""
    recording = await _locked(unit, recording_id)
    if isinstance(recording, Refused):
        return recording
    if recording.state is RecordingState.TAKEN_DOWN:
        return conflict("This recording is taken down already.")
    row = PUBLICATION.c
    still = select(row.id).where(row.recording_id == recording_id, row.taken_down_on.is_(None)).limit(1)
    if await unit.session.scalar(still):
        return conflict("This recording is still published: take it down at each place first.")
    down = Recording(recording.id, recording.slot_id, recording.uses, RecordingState.TAKEN_DOWN, unit.today)
    speakers.save_recordings(unit.writes, [down])
    return recording_id


async def _locked(unit: Unit, recording_id: UUID) -> Recording | Refused:
    """A recording under its speaker's lock."""
    found = await speakers.find_recording(unit.session, recording_id)
    if found is None:
        return missing("such recording")
    await speakers.lock(unit.session, [found[1]])
    again = await speakers.find_recording(unit.session, recording_id)
    return again[0] if again else missing("such recording")
