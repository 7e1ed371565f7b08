"""Slots of speakers at gatherings, and how they and what is kept of talks stand.

That follows from what is agreed to on the day (`domain/speakers.py`). So whatever changed, `look_at` is called for the
speakers it is about, under their locks, and says what is different.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.events.domain import speakers as rules
from services.events.domain.gatherings import not_now
from services.events.domain.speakers import Flag, Slot, Speaker
from services.events.repository import gatherings, speakers
from shared.contracts.events import GatheringStatus, SpeakingChanged
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class NewSlot:
    """A slot that is wanted, with what is agreed before."""

    speaker_id: UUID
    gathering_id: UUID
    uses: frozenset[str]
    allowed: frozenset[str]
    forbidden: frozenset[str]


async def plan(unit: Unit, rest_days: int, new: NewSlot) -> Slot | Refused:
    """Give a speaker a slot at a gathering to come."""
    row = await speakers.find_row(unit.session, new.speaker_id)
    if row is None:
        return missing("such speaker")
    await speakers.keep_still(unit.session, row["member_id"], row["household_id"])
    speaker = (await speakers.lock(unit.session, [new.speaker_id]))[new.speaker_id]
    gathering = (await gatherings.lock(unit.session, [new.gathering_id])).get(new.gathering_id)
    if gathering is None:
        return missing("such gathering")
    if gathering.status in (GatheringStatus.HELD, GatheringStatus.CANCELLED):
        return not_now(gathering, "nobody is given a slot there any more")
    others = (await speakers.slots_of(unit.session, [new.speaker_id]))[new.speaker_id]
    if any(each.gathering_id == new.gathering_id for each in others):
        return conflict("This speaker has a slot at this gathering already.")
    wanted = Slot(
        uuid7(),
        new.speaker_id,
        new.gathering_id,
        gathering.times.starts_on,
        new.uses | {rules.SPEAKING},
        new.allowed,
        new.forbidden,
    )
    slot = rules.planned(speaker, wanted, others, rest_days, unit.today)
    if isinstance(slot, Refused):
        return slot
    speakers.add_slot(unit.writes, slot, unit.actor.id)
    _say(unit, slot, row)
    await look_at(unit, rest_days, [new.speaker_id])
    return slot


async def give(unit: Unit, rest_days: int, slot_id: UUID) -> Slot | Refused:
    """The talk was held."""
    found = await _slot(unit, slot_id)
    if isinstance(found, Refused):
        return found
    slot, speaker = found
    # Locked, so that it is not cancelled at this moment because nobody spoke there yet.
    gathering = (await gatherings.lock(unit.session, [slot.gathering_id])).get(slot.gathering_id)
    if gathering is None or gathering.status is GatheringStatus.CANCELLED:
        return conflict(rules.WHY[Flag.CANCELLED])
    return await _become(unit, rest_days, rules.given(slot, speaker, unit.today))


async def withdraw(unit: Unit, rest_days: int, slot_id: UUID) -> Slot | Refused:
    """A slot is taken back."""
    found = await _slot(unit, slot_id)
    if isinstance(found, Refused):
        return found
    return await _become(unit, rest_days, rules.withdrawn(found[0], Flag.NOT_WANTED))


async def _become(unit: Unit, rest_days: int, after: Slot | Refused) -> Slot | Refused:
    """Keep and say how a slot is now; other slots of the speaker may stand otherwise for it."""
    if isinstance(after, Slot):
        speakers.save_slots(unit.writes, [after])
        await _tell(unit, [after])
        await look_at(unit, rest_days, [after.speaker_id])
    return after


async def _slot(unit: Unit, slot_id: UUID) -> tuple[Slot, Speaker] | Refused:
    """A slot under its speaker's lock."""
    before = await speakers.find_slot(unit.session, slot_id)
    if before is None:
        return missing("such slot")
    speaker = (await speakers.lock(unit.session, [before.speaker_id]))[before.speaker_id]
    slot = await speakers.find_slot(unit.session, slot_id)
    return (slot, speaker) if slot else missing("such slot")


async def look_at(unit: Unit, rest_days: int, ids: Collection[UUID]) -> None:
    """How the slots and recordings of these speakers stand today: keep and say what is different."""
    if not ids:
        return
    known = await speakers.lock(unit.session, ids)
    slots, kept = await speakers.slots_of(unit.session, ids), await speakers.recordings_of(unit.session, ids)
    different, recordings = list[Slot](), list[rules.Recording]()
    for key, speaker in known.items():
        pairs = [
            (each, rules.standing(each, speaker, slots[key], rest_days, unit.today)) for each in slots[key]
        ]
        different += [after for before, after in pairs if after != before]
        down = [(each, rules.recording_stands(each, speaker, unit.today)) for each in kept[key]]
        recordings += [after for before, after in down if after != before]
    speakers.save_slots(unit.writes, different)
    speakers.save_recordings(unit.writes, recordings)
    await _tell(unit, different)


async def follow(unit: Unit, rest_days: int) -> None:
    """Gatherings are on other days, or cancelled: their slots follow."""
    moved = await speakers.moved(unit.session)
    await speakers.lock(unit.session, {speaker for speaker, _, _ in moved.values()})
    found = [await _slot(unit, key) for key in sorted(moved)]
    changed = list[Slot]()
    for each in found:
        if isinstance(each, Refused) or not each[0].open:
            continue
        _, on, cancelled = moved[each[0].id]
        after = rules.withdrawn(each[0], Flag.CANCELLED) if cancelled else replace(each[0], on=on)
        if isinstance(after, Slot):
            changed.append(after)
    speakers.save_slots(unit.writes, changed)
    await _tell(unit, [each for each in changed if not each.open])
    await look_at(unit, rest_days, {each.speaker_id for each in changed})


async def on_day(unit: Unit, rest_days: int) -> None:
    """What somebody agreed to has ended with yesterday: slots are flagged and recordings are to be taken down."""
    await look_at(unit, rest_days, await speakers.ended(unit.session, unit.today))


async def _tell(unit: Unit, slots: Collection[Slot]) -> None:
    rows = {each: await speakers.find_row(unit.session, each) for each in {slot.speaker_id for slot in slots}}
    for slot in slots:
        if row := rows[slot.speaker_id]:
            _say(unit, slot, row)


def _say(unit: Unit, slot: Slot, row: RowMapping) -> None:
    unit.say(
        SpeakingChanged(
            slot_id=slot.id,
            version=slot.version,
            member_id=row["member_id"],
            household_id=row["household_id"],
            gathering_id=slot.gathering_id,
            status=slot.status.value,
            reason=slot.reason.value or None,
            on=unit.today,
        )
    )
