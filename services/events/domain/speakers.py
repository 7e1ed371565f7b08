"""Speakers: what they agreed to, when they may speak, and what of them may be used. Values that never change, no names.

Nothing here looks at the order in which news came. How a slot or a recording stands follows from what is agreed to on
the day, so whatever came first, the end is the same:

    agreed to speaking and recording until 31 May      a slot on 9 June: planned, to be renewed by 31 May
    1 June comes, and nobody renewed it                -> the slot is flagged, a recording is to be taken down
    renewed until 30 September                         -> the slot is planned again, the recording stays
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.contracts.events import SlotStatus
from shared.contracts.intake import SPEAKING_SCOPES
from shared.outcomes import Refused, conflict, invalid

USES: Final = SPEAKING_SCOPES
SPEAKING = "speaking"
NEVER_TOLD = frozenset(
    {"route", "crossing_place", "crossing_date", "helper", "shelter", "home_town", "relatives"}
)
"""What no speaker tells, whatever is agreed: it would endanger others."""


class SpeakerKind(StrEnum):
    """A fieldworker agrees here; a defector is a member of a household and agrees at intake."""

    FIELDWORKER = "fieldworker"
    DEFECTOR = "defector"


class Flag(StrEnum):
    """Why a slot cannot stand as it is, or is withdrawn."""

    NONE = ""
    NO_CONSENT = "no_consent"
    NOT_OF_AGE = "not_of_age"
    HOUSEHOLD_CLOSED = "household_closed"
    REST = "rest"
    SPEAKER_LEFT = "speaker_left"
    CANCELLED = "gathering_cancelled"
    NOT_WANTED = "not_wanted"


@dataclass(frozen=True)
class Consent:
    """What somebody agreed to, up to and with the day `until`; without one it has no end."""

    scopes: frozenset[str]
    agreed: bool
    until: date | None = None

    def holds(self, on: date) -> bool:
        return self.agreed and (self.until is None or on <= self.until)


def uses_on(consents: Iterable[Consent], on: date) -> frozenset[str]:
    """What may be used of a speaker on a day; what nobody answered for may not."""
    return frozenset(scope for each in consents if each.holds(on) for scope in each.scopes)


def renew_by(consents: Collection[Consent], use: str, on: date) -> date | None:
    """The last day of what is agreed to now, if that ends before the day `on`; None if it holds until then."""
    holding = [each for each in consents if use in each.scopes and each.agreed]
    if any(each.holds(on) for each in holding):
        return None
    return max((each.until for each in holding if each.until), default=None)


@dataclass(frozen=True)
class Slot:
    """A speaker at a gathering of the day `on`. `uses` are wanted beside the speaking; of the themes, `allowed` may be
    told and `forbidden` may not. `version` counts what the other services hear of.
    """

    id: UUID
    speaker_id: UUID
    gathering_id: UUID
    on: date
    uses: frozenset[str] = frozenset()
    allowed: frozenset[str] = frozenset()
    forbidden: frozenset[str] = NEVER_TOLD
    status: SlotStatus = SlotStatus.PLANNED
    reason: Flag = Flag.NONE
    version: int = 1

    @property
    def open(self) -> bool:
        return self.status in (SlotStatus.PLANNED, SlotStatus.FLAGGED)


@dataclass(frozen=True)
class Speaker:
    """Somebody who speaks in public, with all that they agreed to, and whether their household is helped no longer.

    `adult` is false also for a member of whom intake found out that they are no grown-up. Who is never written to
    (`no_contact`) is asked for no slot; what they agreed to stands.
    """

    id: UUID
    kind: SpeakerKind
    consents: tuple[Consent, ...] = ()
    adult: bool = False
    trained: bool = False
    household_closed: bool = False
    left: bool = False
    no_contact: bool = False

    def uses(self, on: date) -> frozenset[str]:
        """What may be used of them on a day: of a minor nothing."""
        return uses_on(self.consents, on) if self.adult else frozenset()


def themes_refused(allowed: frozenset[str], forbidden: frozenset[str]) -> Refused | None:
    """Why a slot cannot have these themes; None if it can."""
    if not allowed:
        return invalid("What may be told is agreed before: name the themes.", ("allowed", "names no theme"))
    if both := allowed & (forbidden | NEVER_TOLD):
        return invalid(
            "A theme is allowed or forbidden, not both, and some are never told.",
            ("allowed", f"names {', '.join(sorted(both))}, which may not be told"),
        )
    return None


def planned(
    speaker: Speaker, slot: Slot, others: Iterable[Slot], rest_days: int, today: date
) -> Slot | Refused:
    """The slot with what is never told among what is forbidden, or why it cannot be given."""
    refused = themes_refused(slot.allowed, slot.forbidden) or _unready(speaker)
    if refused:
        return refused
    if slot.on < today:
        return invalid(
            "This gathering is over: a slot is given before the gathering.",
            ("gathering_id", "lies in the past"),
        )
    stands = standing(slot, speaker, others, rest_days, today)
    if stands.status is not SlotStatus.PLANNED:
        return conflict(WHY[stands.reason])
    if lacking := slot.uses - speaker.uses(today):
        return conflict(f"The speaker did not agree to this: {', '.join(sorted(lacking))}.")
    return replace(slot, forbidden=slot.forbidden | NEVER_TOLD)


def _unready(speaker: Speaker) -> Refused | None:
    if not speaker.adult:
        return conflict(WHY[Flag.NOT_OF_AGE])
    if speaker.no_contact:
        return conflict("This speaker does not want to be written to, so nobody asks them for a slot.")
    return None if speaker.trained else conflict("This speaker was not trained yet.")


WHY = {
    Flag.NONE: "The slot stands.",
    Flag.NOT_OF_AGE: "The speaker is not of age: a minor does not speak in public.",
    Flag.NO_CONSENT: "The speaker does not agree to speak in public.",
    Flag.HOUSEHOLD_CLOSED: "The speaker's household is no longer helped.",
    Flag.REST: "The speaker rests between two talks, and another one is too near.",
    Flag.SPEAKER_LEFT: "The speaker no longer speaks in public.",
    Flag.CANCELLED: "The gathering is cancelled.",
    Flag.NOT_WANTED: "The slot was taken back.",
}
"""What each reason says to people."""


def standing(slot: Slot, speaker: Speaker, others: Iterable[Slot], rest_days: int, today: date) -> Slot:
    """The slot as it stands today; its version grows with each change that others hear of.

    A slot that was given or withdrawn stays so. Of two that are too near, the later one is flagged.
    """
    if not slot.open:
        return slot
    status, reason = _stands(slot, speaker, others, rest_days, today)
    if (status, reason) == (slot.status, slot.reason):
        return slot
    return replace(slot, status=status, reason=reason, version=slot.version + 1)


def _stands(
    slot: Slot, speaker: Speaker, others: Iterable[Slot], rest_days: int, today: date
) -> tuple[SlotStatus, Flag]:
    if speaker.left:
        return SlotStatus.WITHDRAWN, Flag.SPEAKER_LEFT
    if not speaker.adult:
        return SlotStatus.FLAGGED, Flag.NOT_OF_AGE
    if speaker.household_closed:
        return SlotStatus.FLAGGED, Flag.HOUSEHOLD_CLOSED
    if SPEAKING not in speaker.uses(today):
        return SlotStatus.FLAGGED, Flag.NO_CONSENT
    if any(_too_near(each, slot, rest_days) for each in others):
        return SlotStatus.FLAGGED, Flag.REST
    return SlotStatus.PLANNED, Flag.NONE


def _too_near(other: Slot, slot: Slot, rest_days: int) -> bool:
    """Whether another slot comes first, with fewer than the rest days between the two.

    With 14 rest days, after a talk on the 1st the next one is on the 16th.
    """
    if other.id == slot.id or other.status is SlotStatus.WITHDRAWN or other.on > slot.on:
        return False
    return (slot.on - other.on).days <= rest_days and (other.on, other.id) < (slot.on, slot.id)


class RecordingState(StrEnum):
    """How a recording stands: what was taken down stays so."""

    KEPT = "kept"
    TAKE_DOWN = "take_down"
    TAKEN_DOWN = "taken_down"


@dataclass(frozen=True)
class Recording:
    """Something that was kept of a talk, and the uses that it makes of the speaker. `since` is the day from which it is
    to be taken down, or was.
    """

    id: UUID
    slot_id: UUID
    uses: frozenset[str]
    state: RecordingState = RecordingState.KEPT
    since: date | None = None


def recording_stands(recording: Recording, speaker: Speaker, today: date) -> Recording:
    """The recording as it stands today: one of whose uses any is no longer agreed to is taken down everywhere."""
    if recording.state is RecordingState.TAKEN_DOWN:
        return recording
    if recording.uses <= speaker.uses(today):
        return replace(recording, state=RecordingState.KEPT, since=None)
    if recording.state is RecordingState.TAKE_DOWN:
        return recording
    return replace(recording, state=RecordingState.TAKE_DOWN, since=today)


def given(slot: Slot, speaker: Speaker, today: date) -> Slot | Refused:
    """The talk was held, today or before."""
    if slot.status is not SlotStatus.PLANNED:
        return conflict(f"This slot is {slot.status.value}: {WHY[slot.reason]}")
    if slot.on > today:
        return conflict(f"This talk is on {slot.on}: it is told as held from then on.")
    if SPEAKING not in speaker.uses(slot.on):
        return conflict(WHY[Flag.NO_CONSENT])
    return replace(slot, status=SlotStatus.GIVEN, version=slot.version + 1)


def withdrawn(slot: Slot, why: Flag) -> Slot | Refused:
    """The slot is taken back, whoever wants that."""
    if not slot.open:
        return conflict(f"This slot is {slot.status.value} already.")
    return replace(slot, status=SlotStatus.WITHDRAWN, reason=why, version=slot.version + 1)
