"""What events says: helpers found, speakers' slots, gatherings as figures. Never who comes, nor where it is."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Contract, Language, Version

Count = Annotated[int, Field(ge=0, le=100_000)]


class HelpStatus(StrEnum):
    """The known states of a need for helpers. On the wire it is text."""

    OPEN = "open"
    """Nobody was asked yet."""
    OFFERED = "offered"
    """Somebody was asked and has not answered."""
    ACCEPTED = "accepted"
    """As many as are wanted have agreed."""
    DONE = "done"
    UNMET = "unmet"
    """Nobody fits; the reason says what is lacking."""
    WITHDRAWN = "withdrawn"


class HelpChanged(Contract):
    """What became of a need for helpers, whole: a later version replaces an earlier one.

    For a settlement request `need_id` and `request_id` are the request's id; else it is the id of whoever asked.
    `found` have agreed of the `wanted`. Who they are is told to nobody.
    """

    wire: ClassVar[str] = "events.help_changed.v1"

    need_id: UUID
    version: Version
    request_id: UUID | None = None
    household_id: UUID | None = None
    status: Code
    wanted: Annotated[int, Field(ge=0, le=100)]
    found: Annotated[int, Field(ge=0, le=100)]
    reason: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.need_id


class SlotStatus(StrEnum):
    """The known states of a speaker's slot. On the wire it is text."""

    PLANNED = "planned"
    FLAGGED = "flagged"
    """The consent that it needs was withdrawn or has ended, or the speaker needs rest: the slot cannot stand so."""
    GIVEN = "given"
    """The talk was held."""
    WITHDRAWN = "withdrawn"


class SpeakingChanged(Contract):
    """A slot of a speaker at a gathering, whole: a later version replaces an earlier one.

    `member_id` and `household_id` are there for somebody who is helped, and not for a fieldworker. `reason` is why it
    is flagged or withdrawn, as a code; None if it stands.
    """

    wire: ClassVar[str] = "events.speaking_changed.v1"

    slot_id: UUID
    version: Version
    member_id: UUID | None = None
    household_id: UUID | None = None
    gathering_id: UUID
    status: Code
    reason: Code | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.slot_id


class GatheringStatus(StrEnum):
    """The known states of a gathering. On the wire it is text."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    FULL = "full"
    HELD = "held"
    CANCELLED = "cancelled"
    MOVED = "moved"
    """Its day or place is another one, and who has a seat is asked to confirm anew."""


class GatheringChanged(Contract):
    """A gathering as figures, whole: a later version replaces an earlier one. Never where it is, nor who comes."""

    wire: ClassVar[str] = "events.gathering_changed.v1"

    gathering_id: UUID
    version: Version
    kind: Code
    status: Code
    starts_on: date
    topics: Annotated[frozenset[Code], Field(max_length=20)]
    languages: Annotated[tuple[Language, ...], Field(max_length=20)]
    seats: Count
    taken: Count
    waiting: Count
    on: date

    @property
    def subject(self) -> UUID:
        return self.gathering_id


class ContactOffered(Contract):
    """Whether a guest agrees to be written to, and in which language, whole: a later version replaces an earlier one.

    Who it is, events alone knows; whoever needs that asks there, with a reason.
    """

    wire: ClassVar[str] = "events.contact_offered.v1"

    contact_id: UUID
    version: Version
    language: Language
    purposes: Annotated[frozenset[Code], Field(max_length=20)]
    offered: bool
    on: date

    @property
    def subject(self) -> UUID:
        return self.contact_id
