"""Letters and their pictures, what was found in them, who checked and who read them, and contact past the channel."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    CODE,
    Row,
    actor_column,
    code_column,
    day_column,
    flag_column,
    id_column,
    maybe_of_column,
    maybe_ref_column,
    of_column,
    ref_column,
    version_column,
)
from shared.database.rows import table_of


def _number_column() -> Any:
    return Field(sa_column=Column(Integer, nullable=False))


def _who_column() -> Any:
    """Who did something; empty while nobody has."""
    return Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))


class LetterRow(Row, table=True):
    """A letter without its words. The child and the donor are ids; no name is here.

    `version` counts what was changed of its words, pictures and checks; whoever changes them names the one they saw.
    `masked_by` masked it last, `maskers` are all who ever did. `agreed_until` is the last day of the consent by which
    it was passed on; without one that has no end. On `forgotten_on` its words and pictures were removed.
    """

    __tablename__ = "letter"
    __table_args__ = (
        Index(None, "child_id"),
        Index(None, "donor_id"),
        Index("ix_letter_open", "received_on", postgresql_where=text("ended_on IS NULL")),
        Index("ix_letter_kept", "ended_on", postgresql_where=text("forgotten_on IS NULL")),
        CheckConstraint("forgotten_on >= ended_on", name="forgotten_after_its_end"),
        CheckConstraint(
            "(state IN ('delivered', 'returned')) = (ended_on IS NOT NULL)", name="ended_on_a_day"
        ),
        CheckConstraint("ended_on <= agreed_until", name="agreed_to_on_that_day"),
    )
    id: UUID = id_column()
    version: int = version_column()
    direction: str = code_column()
    child_id: UUID = ref_column()
    donor_id: UUID = ref_column()
    language: str = Field(sa_column=Column(String(10), nullable=False))
    state: str = code_column("received")
    received_on: date = day_column()
    actor: str = actor_column()
    masked_by: str = _who_column()
    maskers: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String(100)), nullable=False, server_default="{}")
    )
    checked_by: str = _who_column()
    ended_by: str = _who_column()
    ended_on: date | None = None
    reason: str = code_column("")
    agreed_until: date | None = None
    forgotten_on: date | None = None


class LetterTextRow(Row, table=True):
    """The words of a letter, for `correspondence` alone: as they came, and as they may be passed on."""

    __tablename__ = "letter_text"
    letter_id: UUID = of_column("letter", primary_key=True)
    original: str = Field(sa_column=Column(Text, nullable=False))
    masked: str | None = Field(default=None, sa_column=Column(Text))


class PhotoRow(Row, table=True):
    """A picture of a letter, for `correspondence` alone: made anew, without what the file had besides."""

    __tablename__ = "photo"
    __table_args__ = (UniqueConstraint("letter_id", "sent_digest"),)
    id: UUID = id_column()
    letter_id: UUID = of_column("letter", nullable=False)
    kind: str = code_column()
    width: int = _number_column()
    height: int = _number_column()
    sent_digest: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class FindingRow(Row, table=True):
    """Something in a letter or picture that may tell too much, until a person answers it. What it is stays there."""

    __tablename__ = "finding"
    __table_args__ = (
        Index("ix_finding_open", "letter_id", postgresql_where=text("answer = ''")),
        Index(None, "letter_id"),
        CheckConstraint("starts <= ends", name="in_order"),
    )
    id: UUID = id_column()
    letter_id: UUID = of_column("letter", nullable=False)
    photo_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("photo.id")))
    found_in: str = code_column()
    kind: str = code_column()
    starts: int = _number_column()
    ends: int = _number_column()
    answer: str = code_column("")
    answered_by: str = _who_column()


class LetterCheckRow(Row, table=True):
    """Somebody answered the checklist for a letter; of the questions in `doubts` they were not sure."""

    __tablename__ = "letter_check"
    __table_args__ = (Index(None, "letter_id"),)
    id: UUID = id_column()
    letter_id: UUID = of_column("letter", nullable=False)
    round: int = Field(sa_column=Column(SmallInteger, nullable=False))
    doubts: list[str] = Field(default=[], sa_column=Column(ARRAY(CODE), nullable=False, server_default="{}"))
    on_day: date = day_column()
    actor: str = actor_column()


class CorrespondenceReadingRow(Row, table=True):
    """Somebody was shown words or a picture of a letter, or a note of a report card or an incident: who, when, what
    and why. Append-only.
    """

    __tablename__ = "correspondence_reading"
    __table_args__ = (
        Index(None, "letter_id", "id"),
        CheckConstraint("num_nonnulls(letter_id, report_id, incident_id) = 1", name="of_one_thing"),
    )
    id: UUID = id_column()
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    letter_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("letter.id")))
    report_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("report_card.id")))
    incident_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("incident.id")))
    what: str = code_column()
    reason: str = code_column()
    actor: str = actor_column()


class IncidentRow(Row, table=True):
    """A sponsor and a child were in contact past the organisation, or one of them tried to be. Append-only.

    `strangers` says that they have never been sponsor and child; then there may be no donor. A corrected incident is
    another row, which `replaces` the one that was wrong. Until an incident has an end it is open, and its sponsor does
    not write.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index(None, "child_id"),
        Index(None, "donor_id"),
        UniqueConstraint("replaces"),
        CheckConstraint("strangers OR donor_id IS NOT NULL", name="of_somebody"),
    )
    id: UUID = id_column()
    child_id: UUID = ref_column()
    donor_id: UUID | None = maybe_ref_column()
    strangers: bool = flag_column()
    kind: str = code_column()
    happened_on: date = day_column()
    on_day: date = day_column()
    actor: str = actor_column()
    replaces: UUID | None = maybe_of_column("incident")


class IncidentNoteRow(Row, table=True):
    """What happened, in words, for `correspondence` alone. Append-only."""

    __tablename__ = "incident_note"
    incident_id: UUID = of_column("incident", primary_key=True)
    note: str = Field(sa_column=Column(String(200), nullable=False))


class IncidentEndRow(Row, table=True):
    """Somebody settled an incident, and nothing more followed from it; or withdrew or corrected it, also one that was
    settled. Append-only.
    """

    __tablename__ = "incident_end"
    incident_id: UUID = of_column("incident", primary_key=True)
    state: str = Field(sa_column=Column(CODE, primary_key=True))
    on_day: date = day_column()
    actor: str = actor_column()


LETTER = table_of(LetterRow)
LETTER_TEXT = table_of(LetterTextRow)
PHOTO = table_of(PhotoRow)
FINDING = table_of(FindingRow)
LETTER_CHECK = table_of(LetterCheckRow)
CORRESPONDENCE_READING = table_of(CorrespondenceReadingRow)
INCIDENT = table_of(IncidentRow)
INCIDENT_END = table_of(IncidentEndRow)
INCIDENT_NOTE = table_of(IncidentNoteRow)
