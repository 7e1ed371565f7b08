"""Speakers by their stage names, what they agreed to, their slots, and what is kept of their talks."""

from datetime import date
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Uuid, text
from sqlmodel import Field

from services.events.tables.columns import (
    Row,
    actor_column,
    code_column,
    codes_column,
    flag_column,
    id_column,
    maybe_day_column,
    note_column,
    version_column,
)
from shared.database.rows import table_of


class HouseholdRow(Row, table=True):
    """A household as far as events has to know it: `version` is the one in which it was closed last, `reopened` the one
    in which it was reopened last; 0 for never. Both are kept, so the order in which they are heard changes nothing.
    """

    __tablename__ = "household"
    id: UUID = id_column()
    version: int = version_column()
    reopened: int = version_column()


class SpeakerRow(Row, table=True):
    """Somebody who speaks in public under a stage name, which is made here and never used again.

    A fieldworker is one of the contacts, and perhaps never written to (`no_contact`); a defector is a member of a
    household, whose name is not known here.
    """

    __tablename__ = "speaker"
    __table_args__ = (
        CheckConstraint("(kind = 'fieldworker') = (contact_id IS NOT NULL)", name="fieldworker_is_a_contact"),
        CheckConstraint(
            "(kind = 'defector') = (member_id IS NOT NULL AND household_id IS NOT NULL)",
            name="defector_is_a_member",
        ),
        Index("uq_speaker_alias", "alias", unique=True),
        Index("uq_speaker_member_id", "member_id", unique=True),
        Index("uq_speaker_contact_id", "contact_id", unique=True),
        Index(None, "household_id"),
    )
    id: UUID = id_column()
    alias: str = code_column()
    kind: str = code_column()
    contact_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("contact.id")))
    member_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    household_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    topics: list[str] = codes_column()
    languages: list[str] = codes_column()
    adult: bool = flag_column()
    no_contact: bool = flag_column()
    trained_on: date | None = maybe_day_column()
    left_on: date | None = maybe_day_column()
    since: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = actor_column()


class ConsentRow(Row, table=True):
    """What somebody agreed to for speaking in public: as intake told it of a member, or as it was written down here of
    a fieldworker, whose row has the speaker's id. Intake's rows are kept also of who is no speaker yet.

    `household_id` is where the member is, and `of_age` what intake found out: false for a minor, and none where nobody
    said so, for a minor cannot agree.
    """

    __tablename__ = "consent"
    __table_args__ = (Index(None, "member_id"), Index(None, "until"))
    id: UUID = id_column()
    version: int = version_column()
    member_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    scopes: list[str] = codes_column()
    agreed: bool = flag_column()
    until: date | None = maybe_day_column()
    household_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    of_age: bool | None = Field(default=None, sa_column=Column(Boolean))


class SlotRow(Row, table=True):
    """A speaker at a gathering, and what was agreed before: uses, allowed themes, forbidden themes.

    `version` is the one that was told last. `news` is what the speaker is told of the gathering; on `told_on` they were
    listed for it. A speaker has one slot at a gathering that was not withdrawn.
    """

    __tablename__ = "slot"
    __table_args__ = (
        CheckConstraint("status IN ('planned', 'flagged', 'given', 'withdrawn')", name="status"),
        CheckConstraint("status <> 'flagged' OR reason <> ''", name="reason_when_flagged"),
        Index(
            "uq_slot_one_a_gathering",
            "speaker_id",
            "gathering_id",
            unique=True,
            postgresql_where=text("status <> 'withdrawn'"),
        ),
        Index(None, "gathering_id"),
    )
    id: UUID = id_column()
    version: int = version_column()
    speaker_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("speaker.id"), nullable=False))
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), nullable=False))
    on_day: date = Field(sa_column=Column(Date, nullable=False))
    uses: list[str] = codes_column()
    allowed: list[str] = codes_column()
    forbidden: list[str] = codes_column()
    status: str = code_column()
    reason: str = code_column("")
    news: str = code_column("")
    told_on: date | None = maybe_day_column()
    actor: str = actor_column()


class RecordingRow(Row, table=True):
    """Something that is kept of a talk, and what of the speaker it uses. `since` is the day from which it is to be
    taken down, or on which it was.
    """

    __tablename__ = "recording"
    __table_args__ = (
        CheckConstraint("state IN ('kept', 'take_down', 'taken_down')", name="state"),
        CheckConstraint("(state = 'kept') = (since IS NULL)", name="day_when_down"),
        Index(None, "slot_id"),
        Index("ix_recording_take_down", "since", "id", postgresql_where=text("state = 'take_down'")),
    )
    id: UUID = id_column()
    slot_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("slot.id"), nullable=False))
    uses: list[str] = codes_column()
    state: str = code_column()
    since: date | None = maybe_day_column()
    made_on: date = Field(sa_column=Column(Date, nullable=False))
    actor: str = actor_column()


class PublicationRow(Row, table=True):
    """A place at which a recording was published: what kind of place, and in `note` where exactly."""

    __tablename__ = "publication"
    __table_args__ = (Index(None, "recording_id"),)
    id: UUID = id_column()
    recording_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("recording.id"), nullable=False))
    place: str = code_column()
    note: str | None = note_column()
    taken_down_on: date | None = maybe_day_column()
    actor: str = actor_column()


HOUSEHOLD = table_of(HouseholdRow)
SPEAKER = table_of(SpeakerRow)
CONSENT = table_of(ConsentRow)
SLOT = table_of(SlotRow)
RECORDING = table_of(RecordingRow)
PUBLICATION = table_of(PublicationRow)
